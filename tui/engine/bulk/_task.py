"""What the process that shall understand ranges of a log is told; this takes no numpy."""

from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.dialects._dialect import Dialect

if TYPE_CHECKING:
    from tui.engine.event_lines import EventLines


class Log(NamedTuple):
    """What has to be known of a log to understand ranges of it."""

    source: str
    tz: tzinfo | None
    now: float
    """Completes times without a year."""


class Task(NamedTuple):
    """What is to be done with the ranges of a file."""

    log: Log
    lines: "EventLines | None"
    """Writes what they say, where it is wanted written."""
    users: tuple[Dialect, ...]
    """Dialects of the user's own."""


class Part(NamedTuple):
    """A range of the file."""

    offset: int
    size: int
    context: list[bytes]
    """The lines above."""
    first_line: int
    """Its number, where it is to be written."""
