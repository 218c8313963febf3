"""Whether what a command prints is redacted, and with which key (semantics R80)."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click
import platformdirs

from tui.engine.errors import ConfigError
from tui.engine.redact import redact, use_key
from tui.engine.safe_text import safe_text
from tui.engine.text import t

F = TypeVar("F", bound=Callable[..., Any])

KEY_FILE = "redaction.key"
KEY_BYTES = 32


def redact_option(command: F) -> F:
    """Add ``--no-redact``, which the command gets as ``no_redact``."""
    return click.option("--no-redact", is_flag=True, help=t("redaction.option"))(command)


def redaction(*, wanted: bool) -> Callable[[str], str]:
    """Return what every text goes through before it is printed.

    The masks of one installation are equal from run to run; where its key cannot be kept, within one run.

    Raises:
        ConfigError: others may read the key, and could undo masks by trying.
    """
    if not wanted:
        return str
    with suppress(OSError):
        use_key(installation_key(platformdirs.user_state_path("voxtop")))
    return redact


def installation_key(folder: Path) -> bytes:
    """Return the key kept in a folder; the first call makes it, whoever else does so at the same time.

    Raises:
        ConfigError: others may read it.
        OSError: it can neither be read nor made.
    """
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=folder)  # for its owner only
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(KEY_BYTES))
            with suppress(FileExistsError):
                os.link(draft, path)  # appears whole, and only the first one does
        finally:
            Path(draft).unlink()
    if path.stat().st_mode & 0o077:
        shown = safe_text(str(path))
        raise ConfigError(t("redaction.open_key", path=shown), t("redaction.open_key_remedy", path=shown))
    return path.read_bytes()
