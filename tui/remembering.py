"""Writes the sources being watched into the configuration file, which stays as its owner wrote it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config import config_path
from tui.engine.errors import ConfigError
from tui.engine.named import STDIN, absolute
from tui.engine.text import t
from tui.own_files import write_whole

if TYPE_CHECKING:
    from tomlkit.items import Array


def remember_sources(path: Path | None, specs: Sequence[str]) -> Path:
    """Set ``sources`` in the file at ``path`` (None: the usual place) and return where that is.

    Comments and order stay; a file that is not there is created. Readers see the old file or the new one,
    never half of it. Standard input is not remembered; local paths become absolute.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or cannot be written.
    """
    import tomlkit  # noqa: PLC0415 - it is loaded when somebody writes; every start of the monitor passes here
    from tomlkit.exceptions import ParseError  # noqa: PLC0415 - likewise

    chosen = Path(os.path.realpath(path or config_path()))  # through a link, to what it points at
    try:
        text = chosen.read_text(encoding="utf-8") if chosen.exists() else ""
        document = tomlkit.parse(text)
        kept = [absolute(spec) for spec in specs if spec != STDIN and not spec.endswith(f"={STDIN}")]
        document["sources"] = tomlkit.array() if not kept else _lines(kept)
        mode = chosen.stat().st_mode & 0o777 if chosen.exists() else 0o600  # whoever could read it still can
        write_whole(chosen, tomlkit.dumps(document), mode=mode)
    except ParseError as error:
        raise ConfigError(t("config.no_toml", path=chosen, reason=error)) from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            t("watching.not_written", path=chosen, reason=reason), t("watching.not_written_remedy")
        ) from error
    return chosen


def _lines(specs: Sequence[str]) -> "Array":
    from tomlkit import array as new_array  # noqa: PLC0415 - likewise

    array = new_array()
    array.extend(specs)
    return array.multiline(len(specs) > 1)
