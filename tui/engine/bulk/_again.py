"""Reads ranges of a file once more, for the events of what came in columns: piece by piece, as they are asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._cutting import WINDOW, OpenFile, parts
from tui.engine.bulk._rebuilt import rebuilt
from tui.engine.bulk._task import Range
from tui.engine.bulk._words import Places
from tui.engine.model import LogEvent

PIECE = 4 * WINDOW
"""Bytes whose events are there at once: those of a whole range are ten times as many bytes as the range."""


class Counted(NamedTuple):
    """A range whose lines are known by their numbers."""

    offset: int
    size: int
    above: int
    """Lines above it."""
    lines: int


class _Piece(NamedTuple):
    """A part of a range."""

    offset: int
    below: int
    """The last of its lines."""
    events: list[LogEvent]


_NONE = _Piece(-1, 0, [])


class Again:
    """Reads ranges of a file; remembers the last piece, of which a few lines may be asked for after a few others."""

    def __init__(self, here: BlockReader, file: OpenFile) -> None:
        self._here, self._file = here, file
        self._last = _NONE

    def events(
        self, ranges: Sequence[Counted], numbers: Callable[[], Places], first: int, last: int
    ) -> Iterator[LogEvent]:
        """Yield the events of some lines, which ``numbers`` tells in their order, from one line to another."""
        lines = numbers()
        begin, end = int(lines.searchsorted(first)), int(lines.searchsorted(last, side="right"))
        for one in ranges:
            stop = begin + int(lines[begin:end].searchsorted(one.above + one.lines, side="right"))
            if stop > begin:
                yield from self._of_range(one, lines[begin:stop])
            begin = stop

    def _of_range(self, one: Counted, lines: Places) -> Iterator[LogEvent]:
        above = one.above
        for part in parts(self._file.descriptor, Range(one.offset, one.size, [], []), PIECE):
            piece = self._last if part.offset == self._last.offset else self._read(part, above, lines)
            if piece is None:
                return
            wanted = set(lines[(lines > above) & (lines <= piece.below)].tolist())
            yield from [event for event in piece.events if event.line in wanted]
            above = piece.below

    def _read(self, part: Range, above: int, lines: Places) -> _Piece | None:
        """Read a part, and understand it if any of the lines is in it; None if the file is not what it was."""
        data = self._file.load(part, self._here.room)
        if data is None:
            return None
        below = above + bytes(data).count(b"\n")
        begin, end = lines.searchsorted([above + 1, below + 1]).tolist()
        if begin == end:
            return _Piece(part.offset, below, [])
        self._last = _NONE  # before there are others
        self._last = _Piece(part.offset, below, rebuilt(self._here.find(data), self._here.series.events, above))
        return self._last
