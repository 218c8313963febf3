"""What every kind of source is given when it is opened."""

from dataclasses import field

from tui.engine.clock import Clock
from tui.engine.frozen import frozen
from tui.engine.model import SourceOptions
from tui.engine.sources._since import LineTime


@frozen
class Opening:
    """The circumstances in which a source is opened."""

    clock: Clock
    since: float | None
    """Where reading begins: a moment, None for everything, infinity for what is written from now on."""
    line_time: LineTime
    follow: bool = True
    """Go on with what is written later; otherwise the source ends where its log ends."""
    rotated: bool = False
    """Begin with the rotated files of a path, oldest first, as far as ``since`` lets them in."""
    stdin_fd: int = 0
    """The descriptor that ``-`` reads."""
    bookmark: str = ""
    """What ``Source.bookmark`` gave when an earlier run ended: reading goes on there, whatever ``since`` says."""
    options: SourceOptions = field(default_factory=SourceOptions)
