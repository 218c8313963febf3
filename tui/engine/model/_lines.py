"""What a log says: blocks of lines, records, events."""

from collections.abc import Mapping
from typing import NamedTuple

from tui.engine.model._words import Kind, Level, Stage

RUNTIME = "runtime"
"""Stands in an event's ``dialect`` where not the log but whoever runs the process tells."""

PART_MARK = " · "
"""Stands between the name of a source and that of a part of it."""


def owner(scope: str) -> str:
    """Return the source that a scope is of (see ``LogEvent.scope``)."""
    return scope.partition(PART_MARK)[0]


class Life(NamedTuple):
    """A process began, as told by whoever runs it and not by its log (semantics R64); seconds since the epoch."""

    began: float | None
    """None where the one before it ended, and its place in the source with it."""
    ended: float | None = None
    """When the one before it ended, if there was one and anybody knows."""


class LineBlock(NamedTuple):
    """Whole lines from a source, in order, never a single line at a time.

    A block without lines says that the source was read, worked, and had nothing new.
    """

    source: str
    first_line: int
    """1-based number of the first line within the source, counted since reading began."""
    lines: list[bytes]
    """Without the newline; a carriage return or NULs may still be there."""
    size: int
    """Bytes consumed, newlines included."""
    arrived: float | None
    """When it was read; ``None`` for history read at the start (semantics R66: no time is invented)."""
    gap: str = ""
    """Set when lines before this block may be lost: one plain sentence that says why."""
    life: Life | None = None
    """Set when these are the first lines of a new process, or come behind the last one of an old."""
    part: str = ""
    """Whose lines these are where several processes come through one source: such as a pod (semantics R52, R56)."""


class LogLine(NamedTuple):
    """One record of a log after its wrapping was taken off; may span several physical lines."""

    source: str
    line: int
    """1-based number of the record's first physical line."""
    message: str
    """The innermost message, first line only, without level, time and logger."""
    level: Level | None = None
    """The innermost explicit level."""
    time: float | None = None
    """Event time by the rule of formats §2.5 (zone-less times read in the configured zone)."""
    arrived: float | None = None
    more: str = ""
    """Continuation lines joined with newlines: traceback, dump, the rest of a JSON text."""
    fields: Mapping[str, object] | None = None
    """The innermost JSON object, when the record was one."""
    logger: str = ""


class LogEvent(NamedTuple):
    """What a record means, in the contract's words; a field the line does not carry is empty."""

    kind: Kind
    source: str
    line: int
    time: float | None = None
    arrived: float | None = None
    dialect: str = ""
    level: Level | None = None
    stage: Stage | None = None
    provider: str | None = None
    ms: float | None = None
    trace: str | None = None
    id: str | None = None
    client: str | None = None
    duration_s: float | None = None
    to: str | None = None
    field: str | None = None
    code: str | None = None
    text: str = ""
    """The message (and for errors the last line of its traceback), at most 500 characters."""
    part: str | None = None
    """Which of several processes behind one source it is of."""

    @property
    def scope(self) -> str:
        """What its call ids and process generations are counted within: the source, or one part of it."""
        return f"{self.source}{PART_MARK}{self.part}" if self.part else self.source


class RawLine(NamedTuple):
    """A line as the log has it, for somebody to read; secrets are masked."""

    source: str
    number: int
    """1-based within the source, as in ``LogEvent.line``."""
    text: str
    """The whole line; outside text (``safe_text``)."""
    message: str
    """What is inside its wrapping; outside text."""
    level: Level | None = None
    time: float | None = None
