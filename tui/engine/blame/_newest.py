"""The newest events of a span by time, whatever order their sources came in, without all of them as objects at once.

A busy hour as objects takes 30 MB, of which much would stay with the process for good: what it keeps meanwhile is
scattered between them. Packed by the five hundred it is a tenth of that.
"""

import pickle
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import inf
from operator import itemgetter
from typing import NamedTuple

from tui.engine.metrics.windows import moment
from tui.engine.model import LogEvent

CHUNK = 500

_Row = tuple[float, str, int, int, LogEvent]
"""Time, scope, line, which one it is of all, and the event."""


class _Chunk(NamedTuple):
    earliest: float
    number: int
    """Of its first event."""
    size: int
    body: bytes


def by_time(events: Iterable[LogEvent], now: float, most: int) -> Iterator[tuple[float, LogEvent]]:
    """Yield the last ``most`` events by time, those of one time by scope and line; memory holds what overlaps in time.

    What has no time at all is left out (semantics R66); ``now`` is event time.
    """
    yield from _in_order(_packed(events, now, most), now)


def _packed(events: Iterable[LogEvent], now: float, most: int) -> list[_Chunk]:
    source = iter(events)
    chunks: deque[_Chunk] = deque()
    kept = number = 0
    while some := list(islice(source, CHUNK)):
        chunks.append(_pack(some, number, now))
        number, kept = number + len(some), kept + len(some)
        while kept - chunks[0].size >= most:
            kept -= chunks.popleft().size
    if kept > most:
        oldest, spare = chunks.popleft(), kept - most
        chunks.appendleft(_pack(_unpacked(oldest)[spare:], oldest.number + spare, now))
    return [*chunks]


def _pack(events: Sequence[LogEvent], number: int, now: float) -> _Chunk:
    times = (moment(event, now) for event in events)
    earliest = min((time for time in times if time is not None), default=inf)
    body = pickle.dumps([*zip(*events, strict=True)], pickle.HIGHEST_PROTOCOL)
    return _Chunk(earliest, number, len(events), body)


def _unpacked(chunk: _Chunk) -> list[LogEvent]:
    columns = pickle.loads(chunk.body)  # noqa: S301 - packed by this very module
    return [*map(LogEvent._make, zip(*columns, strict=True))]


def _in_order(chunks: list[_Chunk], now: float) -> Iterator[tuple[float, LogEvent]]:
    chunks.sort(key=itemgetter(0), reverse=True)
    waiting: list[_Row] = []
    while chunks:
        chunk = chunks.pop()
        ready = bisect_left(waiting, (chunk.earliest,))
        yield from ((row[0], row[-1]) for row in waiting[:ready])
        waiting = sorted([*waiting[ready:], *_rows(chunk, now)])
    yield from ((row[0], row[-1]) for row in waiting)


def _rows(chunk: _Chunk, now: float) -> Iterator[_Row]:
    for number, event in enumerate(_unpacked(chunk), chunk.number):
        time = moment(event, now)
        if time is not None:
            yield time, event.scope, event.line, number, event
