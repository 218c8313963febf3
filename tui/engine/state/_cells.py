"""What happened within a step of time, by series: counts and mergeable latencies."""

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tui.engine.metrics.fallbacks import Fallbacks
from tui.engine.metrics.histogram import Buckets, bucket_of, packed
from tui.engine.metrics.incidents import Incidents
from tui.engine.metrics.plausible import is_sample
from tui.engine.metrics.twins import DoubledSamples, Twins
from tui.engine.model import LogEvent, Thresholds

SERIES_KEPT = 200
"""Series of one source in one step; what is beyond shares one per kind and stage."""
OTHER = "other"
_TIMED = {"ttfb", "turn"}
_COUNT_BITS = 64


class Key(NamedTuple):
    """Where a count belongs."""

    start: int
    """Seconds since the epoch."""
    source: int
    series: str
    """``kind/stage/what``: a provider, the target of a fallback, a missing field; empty where there is none."""


class Cell:
    """How often something happened, and its latencies as ``metrics.histogram`` keeps them."""

    __slots__ = ("buckets", "n")

    def __init__(self, n: int = 0, buckets: Buckets | None = None) -> None:
        self.n = n
        self.buckets: Buckets = {} if buckets is None else buckets

    def merge(self, other: "Cell") -> None:
        """Add what another one holds."""
        self.n += other.n
        for bucket, content in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + content

    def packed(self) -> bytes | None:
        """Return the latencies as bytes, None if there are none."""
        if not self.buckets:
            return None
        low = (1 << _COUNT_BITS) - 1
        rows = [(bucket, content >> _COUNT_BITS, content & low) for bucket, content in sorted(self.buckets.items())]
        return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())

    @classmethod
    def unpacked(cls, n: int, body: bytes | None) -> "Cell":
        """Return the cell that a row of the table holds."""
        rows = json.loads(zlib.decompress(body)) if body else ()
        return cls(n, {bucket: (count << _COUNT_BITS) + total for bucket, count, total in rows})


Cells = dict[Key, Cell]


class Counting:
    """Counts every event once, by the rules of the live figures (semantics R17, R18, R25, R37, R71)."""

    def __init__(self) -> None:
        self._twins = Twins()
        self._doubles = DoubledSamples()
        self._incidents = Incidents()
        self._fallbacks = Fallbacks(Thresholds())

    def count(self, placed: Iterable[tuple[float, LogEvent]], source: int, step: int, cells: Cells) -> None:
        """Add events with their places to cells of so many seconds; the order of a source is that of its log."""
        for at, event in placed:
            if self._counts(event, at):
                start = int(at // step) * step
                cell = _cell(cells, start, source, event)
                cell.n += 1
                if event.kind in _TIMED and event.ms is not None:
                    bucket = bucket_of(event.ms)
                    cell.buckets[bucket] = cell.buckets.get(bucket, 0) + packed(event.ms)

    def _counts(self, event: LogEvent, at: float) -> bool:
        if self._twins.repeats(event):
            return False
        if event.kind in _TIMED:
            return is_sample(event.ms) and not (event.kind == "ttfb" and self._doubles.repeats(event))
        if event.kind == "fallback":
            return self._fallbacks.activated(event, at)
        if event.kind in ("error", "warning"):
            return self._incidents.is_new(event, at)
        return True


def _cell(cells: Cells, start: int, source: int, event: LogEvent) -> Cell:
    what = event.to or event.field or event.provider or ""
    key = Key(start, source, f"{event.kind}/{event.stage or ''}/{what}")
    found = cells.get(key)
    if found is None:
        if len(cells) >= SERIES_KEPT and sum(key[:2] == (start, source) for key in cells) >= SERIES_KEPT:
            key = key._replace(series=f"{event.kind}/{event.stage or ''}/{OTHER}")
        found = cells.setdefault(key, Cell())
    return found


def coarser(cells: Cells, step: int) -> Iterator[tuple[Key, Cell]]:
    """Yield the same counts in cells of more seconds."""
    whole: Cells = {}
    for key, cell in cells.items():
        whole.setdefault(key._replace(start=key.start // step * step), Cell()).merge(cell)
    yield from whole.items()
