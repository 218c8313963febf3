"""What a program asks of its engine."""

from collections.abc import Callable
from pathlib import Path

from tui.config import Settings
from tui.engine.frozen import frozen
from tui.engine.redact import redact
from tui.terminal_app import Companion


@frozen
class Wishes:
    """What is asked of the engine beside the settings."""

    config_file: Path
    config_stamp: tuple[int, int]
    """What the file was when the program began (``file_stamp``)."""
    companion: Companion | None = None
    """Runs beside the monitor; what it shows is then nobody's incident."""
    notice: Callable[[], str] = str
    """What has to stay on screen."""
    stdin_fd: int | None = None
    clean: Callable[[str], str] = redact
    read_only: bool = False
    load: Callable[[], Settings] | None = None
    """Reads it again."""
