"""The journal of a monitor that writes nothing to disk."""

import pickle
from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from math import inf
from operator import itemgetter
from typing import NamedTuple

from tui.engine.metrics.windows import in_place
from tui.engine.model import LogEvent, SourceCounts

EVENTS_KEPT = 50_000
"""Of all sources together; the oldest read make room. A busy orchestrator gives as many in some hours."""

BYTES_KEPT = 10_000_000
"""What they take at most: some 110 bytes each, more where errors tell much."""

CHUNK = 500
"""Events that are packed together: as objects they take four times as much, and the collector's time."""

_Row = tuple[float, int, *tuple[object, ...]]
"""The place of an event in time, which one it is of all, then its fields."""
_FIELDS = 2
_SOURCE = _FIELDS + LogEvent._fields.index("source")


class _Chunk(NamedTuple):
    first: float
    last: float
    body: bytes


class MemoryJournal:
    """Remembers the newest events as long as the program runs."""

    def __init__(self, kept: int = EVENTS_KEPT) -> None:
        self._kept = kept
        self._chunks: deque[_Chunk] = deque()
        self._bytes = 0
        self._rows: list[_Row] = []
        """Not packed yet."""
        self._taken = 0
        self._newest: dict[str, float] = {}

    def took(self, source: str, events: Sequence[LogEvent], bookmark: str, counts: SourceCounts) -> None:
        """Keep the events; where reading goes on is of no use to a later run."""
        del bookmark, counts
        at = self._newest.get(source, -inf)
        for event in events:
            at = in_place(event.time if event.time is not None else event.arrived, at)
            self._taken += 1
            self._rows.append((at, self._taken, *event))
        self._newest[source] = at
        while len(self._rows) >= CHUNK:
            self._pack(self._rows[:CHUNK])
            del self._rows[:CHUNK]

    def _pack(self, rows: Sequence[_Row]) -> None:
        columns = [*zip(*rows, strict=True)]
        self._chunks.append(_Chunk(min(columns[0]), max(columns[0]), pickle.dumps(columns, pickle.HIGHEST_PROTOCOL)))
        self._bytes += len(self._chunks[-1].body)
        while len(self._chunks) * CHUNK > self._kept or self._bytes > BYTES_KEPT:
            self._bytes -= len(self._chunks.popleft().body)

    def events(self, since: float, until: float, sources: Collection[str] | None = None) -> Iterator[LogEvent]:
        """Return the events of a span by their time; those without any stand behind the one read before them.

        What is kept is noted at the call; memory holds what overlaps in time.
        """
        chunks = [chunk for chunk in self._chunks if chunk.first <= until and chunk.last >= since]
        rows = (row for row in _in_order(chunks, self._rows.copy()) if since <= row[0] <= until)
        return (LogEvent._make(row[_FIELDS:]) for row in rows if sources is None or row[_SOURCE] in sources)


def _in_order(chunks: list[_Chunk], newest: list[_Row]) -> Iterator[_Row]:
    """Yield the rows of chunks, and the newest, by place, and where this is the same as they were taken."""
    chunks.sort(key=itemgetter(0))
    waiting = sorted(newest)
    for chunk in chunks:
        ready = bisect_left(waiting, (chunk.first,))
        yield from waiting[:ready]
        read = zip(*pickle.loads(chunk.body), strict=True)  # noqa: S301 - packed by this very object
        waiting = sorted([*waiting[ready:], *read])
    yield from waiting
