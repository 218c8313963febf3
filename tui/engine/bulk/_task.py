"""What the process that shall understand ranges of a log is told; this takes no numpy."""

from dataclasses import dataclass
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


class Range(NamedTuple):
    """Lines of a file that can be understood by themselves."""

    offset: int
    size: int
    context: list[bytes]
    """The lines above."""
    ending: list[bytes]
    """The last lines of it."""
    most: int | None = None
    """It is to be cut where it says more."""
    step: int | None = None
    """It is to be cut into parts of so many bytes, whatever it says: only its end was looked for."""


class Part(NamedTuple):
    """A range as it is given to the other process."""

    range: Range
    first_line: int
    """Its number, where it is to be written."""


@dataclass
class Cut:
    """The answer for a range that says too much, or is many: it was cut, and the answers for its parts are next."""

    parts: list[Range]
    held = 0
    """Bytes that it takes while it waits."""
