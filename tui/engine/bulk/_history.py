"""Hours of log that a monitor reads before it is live: whole blocks at once, as events."""

from collections.abc import Sequence
from datetime import tzinfo

from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._chunks import begins_record, ends_whole, last_cut
from tui.engine.bulk._reader import CONTEXT
from tui.engine.bulk._rebuilt import rebuilt
from tui.engine.clock import Clock
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser

LEAST = 16 * 1024
"""Bytes that are worth it."""

_BEGIN_WITHIN = 200
"""Lines of a block among which a record has to begin."""


class HistoryParser:
    """Gives the events that a parser gives of the same blocks; what is not plain history is left to that parser."""

    def __init__(self, source: str, tz: tzinfo | None, clock: Clock, parser: Parser) -> None:
        """``parser`` may have read lines before; its counts go on."""
        self._parser = parser
        self._reader: BlockReader | None = BlockReader(source, tz, clock.now())
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
        """Lines whose time lay too far ahead: of history nobody can tell."""
        return self._parser.clamped

    @property
    def settled(self) -> bool:
        """Whether no record waits for more lines."""
        return self._parser.settled

    @property
    def ahead_s(self) -> float | None:
        """How far ahead of its arrival the newest line was."""
        return self._parser.ahead_s

    def flush(self) -> list[LogEvent]:
        """Return what was waiting for more lines."""
        return self._parser.flush()

    def feed(self, block: LineBlock) -> list[LogEvent]:
        """Return the events of a block."""
        if block.arrived is not None:
            self._reader = None  # history is over, and so is what was learned from it
        reader, span = self._reader, self._whole_records(block)
        self._above = [*self._above, *block.lines[-CONTEXT:]][-CONTEXT:]
        if reader is None or span is None:
            return self._parser.feed(block)
        begin, end = span
        events = self._parser.feed(_part(block, 0, begin)) + self._parser.end_record()
        found = reader.find(b"".join([line + b"\n" for line in block.lines[begin:end]]))
        self._events += found.understood
        self._unrecognised += found.unrecognised
        events += rebuilt(found, reader.series.events, block.first_line + begin - 1)
        self._parser.passed(b"")
        return events + self._parser.feed(_part(block, end, len(block.lines)))

    def _whole_records(self, block: LineBlock) -> tuple[int, int] | None:
        """Return between which lines there are whole records, if that is much."""
        if block.size < LEAST or block.arrived is not None or block.gap or block.life is not None or block.part:
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
