"""Hours of log that a monitor reads before it is live, and storms that come later: whole blocks at once, as events."""

from collections.abc import Sequence
from datetime import tzinfo
from functools import partial
from typing import NamedTuple

from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._reader import CONTEXT
from tui.engine.bulk._rebuilt import rebuilt
from tui.engine.bulk._records import begins_record, ends_whole, last_cut
from tui.engine.clock import Clock
from tui.engine.memory import give_back
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser
from tui.engine.parser._parser import FUTURE_S

LEAST = 16 * 1024
"""Bytes that are worth it."""

_BEGIN_WITHIN = 200
"""Lines of a block among which a record has to begin."""


class _Middle(NamedTuple):
    """The part of a block between its first and its last record, and what it says."""

    begin: int
    end: int
    events: list[LogEvent]
    understood: int
    unrecognised: int

    def ahead_s(self, arrived: float | None) -> float | None:
        """Return how far ahead of their arrival the newest of its events were."""
        if arrived is None:
            return None
        return max((event.time - arrived for event in self.events if event.time is not None), default=None)


class HistoryParser:
    """Gives the events that a parser gives of the same blocks; what is not plain log is left to that parser."""

    def __init__(self, source: str, tz: tzinfo | None, clock: Clock, parser: Parser) -> None:
        """``parser`` may have read lines before; its counts go on."""
        self.ahead_s: float | None = None
        """How far ahead of its arrival the newest line was."""
        self._parser = parser
        self._clock = clock
        self._new_reader = partial(BlockReader, source, tz)
        self._reader: BlockReader | None = self._new_reader(clock.now())
        self._above: list[bytes] = []
        self._events = self._unrecognised = 0

    @property
    def events(self) -> int:
        """Events so far."""
        return self._parser.events + self._events

    @property
    def unrecognised(self) -> int:
        """Lines that gave none and should have."""
        return self._parser.unrecognised + self._unrecognised

    @property
    def clamped(self) -> int:
        """Lines whose time lay too far ahead of their arrival: of history nobody can tell."""
        return self._parser.clamped

    @property
    def settled(self) -> bool:
        """Whether no record waits for more lines."""
        return self._parser.settled

    def flush(self) -> list[LogEvent]:
        """Return what was waiting for more lines."""
        return self._parser.flush()

    def begin(self) -> None:
        """Understand whole blocks from now on; times without a year are of now."""
        self._reader = self._reader or self._new_reader(self._clock.now())

    def rest(self) -> None:
        """Leave everything to the parser: there is little to read. What was learned of the log is let go."""
        if self._reader is not None:
            self._reader = None
            give_back()  # what the C library was made to keep for blocks (see ``Room``)

    def feed(self, block: LineBlock) -> list[LogEvent]:
        """Return the events of a block."""
        parser, found = self._parser, self._found(block)
        if found is None:
            events = parser.feed(block)
            self.ahead_s = parser.ahead_s
            return events
        events = parser.feed(_part(block, 0, found.begin))
        ahead = [parser.ahead_s, found.ahead_s(block.arrived)]
        events += parser.end_record() + found.events
        self._events += found.understood
        self._unrecognised += found.unrecognised
        parser.passed(b"")
        events += parser.feed(_part(block, found.end, len(block.lines)))
        self.ahead_s = max((one for one in (*ahead, parser.ahead_s) if one is not None), default=None)
        return events

    def _found(self, block: LineBlock) -> _Middle | None:
        """Return what the whole records of a block say; None where the parser has to be asked about all of it."""
        reader, span = self._reader, self._whole_records(block)
        self._above = [*self._above, *block.lines[-CONTEXT:]][-CONTEXT:]
        if reader is None or span is None:
            return None
        begin, end = span
        found = reader.find(b"".join([line + b"\n" for line in block.lines[begin:end]]))
        events = rebuilt(found, reader.series.events, block.first_line + begin - 1, block.arrived)
        middle = _Middle(begin, end, events, found.understood, found.unrecognised)
        ahead = middle.ahead_s(block.arrived)
        return None if ahead is not None and ahead > FUTURE_S else middle

    def _whole_records(self, block: LineBlock) -> tuple[int, int] | None:
        """Return between which lines there are whole records, if that is much."""
        if block.size < LEAST or block.gap or block.life is not None or block.part:
            return None
        begin, end = _first_cut(block.lines, self._above), last_cut(block.lines)
        return None if begin is None or end is None or end <= begin else (begin, end)


def _first_cut(lines: Sequence[bytes], above: Sequence[bytes]) -> int | None:
    """Return the first index at which a record begins for sure."""
    whole = [*above, *lines[:_BEGIN_WITHIN]]
    for index in range(len(above), len(whole)):
        if begins_record(whole[index]) and ends_whole(whole, index):
            return index - len(above)
    return None


def _part(block: LineBlock, begin: int, end: int) -> LineBlock:
    return block._replace(first_line=block.first_line + begin, lines=block.lines[begin:end])
