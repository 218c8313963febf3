"""Where ranges meet: whether a latency or a call has its twin beyond the edge is seen once both sides are known."""

from collections.abc import Collection, Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.bulk._columns import TWIN_LINES, TWIN_S, Columns
from tui.engine.bulk._task import Range
from tui.engine.bulk._words import Flags

if TYPE_CHECKING:
    from tui.engine.bulk._understood import Understood

Near = tuple[int, float, int]
"""Line, time and mark of what stands near an edge and has a level (see ``Columns``)."""


class Edges(NamedTuple):
    """What may have a twin beyond the first line of a range, and beyond the last; lines are counted from 1."""

    first: list[Near]
    last: list[Near]


class Numbered(NamedTuple):
    """What a range means, and how many lines are above it."""

    part: Range
    above: int
    found: "Understood"


class Batch(NamedTuple):
    """Ranges in a row that can be counted."""

    ranges: Sequence[Numbered]
    apart: Collection[int]
    """Lines of the log whose latency or call may have a twin in another range, or above or below all of them."""


def edges(parts: Sequence[Columns], leveled: Flags, count: int) -> Edges:
    """Return what of some columns stands near the edges of a range of so many lines."""
    if not leveled.any():
        return Edges([], [])
    first, last = (0, TWIN_LINES), (count - TWIN_LINES, count)
    return Edges(*([near for part in parts for near in _between(part, leveled, *lines)] for lines in (first, last)))


def _between(part: Columns, leveled: Flags, above: int, last: int) -> Iterator[Near]:
    begin, end = part.lines.searchsorted((above, last), side="right").tolist()
    lines, times, _, codes, marks = (column[begin:end] for column in part)
    rows = zip(lines.tolist(), times.tolist(), marks.tolist(), strict=True)
    return compress(rows, leveled[codes].tolist())


def _may_be_twins(one: Near, other: Near) -> bool:
    return one[2] == other[2] and other[0] - one[0] <= TWIN_LINES and abs(other[1] - one[1]) <= TWIN_S


class Gathered:
    """Takes ranges in a row; the last of them waits until so many lines below it are known as a twin may be away."""

    def __init__(self, line: int) -> None:
        """``line`` is the last one above them; what is said up to there nobody compares here."""
        self._begin = self._line = line
        self._ranges: list[Numbered] = []
        self._near: list[Near] = []
        """Of the last lines so far, by their numbers in the log."""
        self._apart: set[int] = set()

    def add(self, part: Range, found: "Understood") -> None:
        """Take the next range."""
        above, self._line = self._line, self._line + found.lines
        self._ranges.append(Numbered(part, above, found))
        first, last = ([(above + line, time, mark) for line, time, mark in some] for some in found.edges)
        seen = {mark for _, _, mark in self._near}
        twins = {one[2] for one in first if one[2] in seen for other in self._near if _may_be_twins(other, one)}
        self._apart.update(line for line, _, mark in (*self._near, *first) if mark in twins)
        self._apart.update(line for line, *_ in first if line <= self._begin + TWIN_LINES)
        self._near = [one for one in (*self._near, *last) if self._line - one[0] < TWIN_LINES]

    @property
    def settled(self) -> Sequence[Numbered]:
        """Return those that no line below all of them may have a twin in."""
        return [one for one in self._ranges if one.above + one.found.lines <= self._line - TWIN_LINES]

    def take(self) -> Batch:
        """Let go of those that are settled."""
        settled = self.settled
        self._ranges = self._ranges[len(settled) :]
        batch = Batch(settled, self._apart)
        self._apart = {line for line in self._apart if not self._ranges or line > self._ranges[0].above}
        return batch

    def rest(self) -> Batch:
        """Let go of all: what comes below, nobody compares here."""
        batch = Batch(self._ranges, self._apart | {line for line, *_ in self._near})
        self._ranges, self._near, self._apart = [], [], set()
        return batch
