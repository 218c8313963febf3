"""What a program asks of its engine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.config import Settings
from tui.engine.redact import redact
from tui.terminal_app import Companion


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked of the engine beside the settings."""

    companion: Companion | None = None
    """Runs beside the monitor; what it shows is then nobody's incident."""
    notice: Callable[[], str] = str
    """What has to stay on screen."""
    stdin_fd: int | None = None
    clean: Callable[[str], str] = redact
    read_only: bool = False
    config_file: Path
    config_stamp: tuple[int, int]
    """What the file was when the program began (``file_stamp``)."""
    load: Callable[[], Settings] | None = None
    """Reads it again."""
