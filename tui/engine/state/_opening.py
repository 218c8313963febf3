"""Brings the state file into order before it is used: made, checked, moved aside, migrated."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tui.engine.errors import StateError
from tui.engine.safe_text import safe_text
from tui.engine.state._schema import migrate, version_of
from tui.engine.text import t

APPLICATION_ID = 0x766F7874
"""Says in the file itself whose it is."""


def private_folder(folder: Path) -> None:
    """Make the folder for its owner only.

    Raises:
        StateError: others may write to it.
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_bits(folder, 0o022, "open_folder", 0o700)


def prepare(path: Path, now: float, scripts: Sequence[str]) -> str:
    """Make, mend or migrate the file, which nobody else has open, and return what the user must be told.

    Raises:
        StateError: others may read it, or a newer version of the program wrote it.
        OSError: it cannot be read or made.
        sqlite3.Error: the same.
    """
    told = ""
    if path.exists():
        _refuse_bits(path, 0o077, "open_file", 0o600)
        if damage := _damage(path):
            aside = _move_aside(path, now)
            told = t("state.moved_aside", path=safe_text(str(path)), aside=safe_text(aside.name), reason=damage)
        else:
            _update(path, scripts)
            return ""
    _create(path, scripts)
    return told


def connect(path: Path, *, mode: str = "rw", wait_s: float = 5.0) -> sqlite3.Connection:
    """Return a connection in which transactions begin and end as told; usable from one thread at a time."""
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, wait_s, isolation_level=None, check_same_thread=False, uri=True)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _refuse_bits(path: Path, bits: int, key: str, mode: int) -> None:
    """Refuse what others than its owner may touch (the contract's rule on state files)."""
    if path.stat().st_mode & bits:
        shown = safe_text(str(path))
        raise StateError(t(f"state.{key}", path=shown), t("state.chmod", path=shown, mode=f"{mode:o}"))


def _damage(path: Path) -> str:
    """Return why the file is of no use, if it is not."""
    if not path.stat().st_size:
        return t("state.empty")
    try:
        with closing(connect(path)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                return t("state.foreign")
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return safe_text(str(error))
    return "" if found == "ok" else safe_text(found.splitlines()[-1])


def _move_aside(path: Path, now: float) -> Path:
    """Rename the file and its logs, so that whoever wants to mend it can open it as it was."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.corrupt-{stamp}")
    for suffix in ("", "-wal", "-shm", "-journal"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return aside


def _create(path: Path, scripts: Sequence[str]) -> None:
    """Make the file under another name first: it appears whole."""
    draft = path.with_name(f"{path.name}.new")
    for suffix in ("", "-journal"):
        Path(f"{draft}{suffix}").unlink(missing_ok=True)
    _touch(draft)
    with closing(connect(draft)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, scripts)
    draft.rename(path)


def _update(path: Path, scripts: Sequence[str]) -> None:
    """Apply what is missing of the schema, after a copy was made of what is there."""
    with closing(connect(path)) as connection:
        version = version_of(connection)
        if version > len(scripts):
            shown = safe_text(str(path))
            raise StateError(t("state.newer", path=shown, found=version, known=len(scripts)), t("state.newer_remedy"))
        if version < len(scripts):
            backup = path.with_name(f"{path.name}.v{version}")
            backup.unlink(missing_ok=True)
            _touch(backup)
            connection.execute("VACUUM INTO ?", (str(backup),))
            migrate(connection, scripts)


def _touch(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite fills it and gives its logs the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
