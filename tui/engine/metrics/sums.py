"""Latencies of one hour added up by series and bucket before they become Python's numbers. Loaded with columns only."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.metrics.histogram import Buckets, bucket_of
from tui.engine.metrics.samples import Samples
from tui.engine.model import LogEvent

_ADD_UP = 100_000
"""Samples that wait to be added up at most."""

_WHOLE_MS = 120_000
"""The longest latency there is (semantics R17)."""

_SPREAD = 4
"""Times the number of samples that a table may have rows, or counting with one is not worth it."""

Numbers = NDArray[np.int64]


class _Rows(NamedTuple):
    """Samples by code and bucket, in this order."""

    codes: Numbers
    keys: Numbers
    """Buckets."""
    counts: Numbers
    micros: Numbers
    """The sum of the samples in microseconds."""

    def merged(self) -> "_Rows":
        """Return those of one code and bucket as one; they have to stand together."""
        changes = (self.codes[1:] != self.codes[:-1]) | (self.keys[1:] != self.keys[:-1])
        begins = np.concatenate(([0], np.flatnonzero(changes) + 1))
        counts, micros = (np.add.reduceat(column, begins) for column in (self.counts, self.micros))
        return _Rows(self.codes[begins], self.keys[begins], counts, micros)


class Sums:
    """Takes the samples of one hour, or those of none."""

    def __init__(self) -> None:
        self._waiting: list[Samples] = []
        self._rows: _Rows | None = None
        self._highest: dict[int, float] = {}
        """Of the samples of each code, by the first of them."""
        self._series: tuple[LogEvent, ...] = ()

    def add(self, samples: Samples) -> None:
        """Take samples, of which the last ones know the series of all."""
        self._series = samples.series
        self._waiting.append(samples)
        if sum(part.lines.size for part in self._waiting) > _ADD_UP:
            self._add_up()

    def told(self) -> Iterator[tuple[LogEvent, Buckets, float]]:
        """Yield for each code what its samples have in common, their buckets and the highest, by the first of them."""
        self._add_up()
        buckets: dict[int, Buckets] = {code: {} for code in self._highest}
        for code, key, count, micros in zip(*(column.tolist() for column in self._rows or ()), strict=True):
            buckets[code][key] = (count << 64) + micros
        for code, highest in self._highest.items():
            yield self._series[code], buckets[code], highest

    def _add_up(self) -> None:
        if not self._waiting:
            return
        parts, self._waiting = self._waiting, []
        every = np.concatenate([part.codes for part in parts])
        codes, values, counts = _counted(np.concatenate([part.ms for part in parts]), every)
        self._note_highest(every, codes, values)
        rows = _Rows(codes, _buckets_of(values), counts, np.rint(values * 1000).astype(np.int64) * counts).merged()
        if self._rows is not None:
            rows = _Rows._make(map(np.concatenate, zip(self._rows, rows, strict=True)))
            order = np.lexsort((rows.keys, rows.codes))
            rows = _Rows._make(column[order] for column in rows).merged()
        self._rows = rows

    def _note_highest(self, every: Numbers, codes: Numbers, values: NDArray[np.float64] | Numbers) -> None:
        """Take the highest value of each code, which is the last of it, and who is new."""
        last = np.append(np.flatnonzero(codes[1:] != codes[:-1]), codes.size - 1)
        highest = dict(zip(codes[last].tolist(), values[last].tolist(), strict=True))
        new = [code for code in highest if code not in self._highest]
        for code in sorted(new, key=_firsts(every).__getitem__) if new else ():
            self._highest[code] = 0.0
        for code, value in highest.items():
            self._highest[code] = max(self._highest[code], float(value))


def _firsts(codes: Numbers) -> Numbers:
    """Return by each code where it is for the first time."""
    found = np.zeros(int(codes.max()) + 1, np.int64)
    found[codes[::-1]] = np.arange(codes.size - 1, -1, -1)  # of several the last one stays
    return found


def _counted(ms: NDArray[np.float64], codes: Numbers) -> tuple[Numbers, NDArray[np.float64] | Numbers, Numbers]:
    """Return codes and values, by both of them, and how often each pair is there; values are whole if all are."""
    whole = ms.astype(np.int64)
    if not (whole == ms).all():
        order = np.lexsort((ms, codes))
        codes, ms = codes[order], ms[order]
        begins = np.concatenate(([0], np.flatnonzero((codes[1:] != codes[:-1]) | (ms[1:] != ms[:-1])) + 1))
        return codes[begins], ms[begins], np.diff(begins, append=ms.size)
    width = int(whole.max()) + 1
    pairs = codes * width + whole
    if int(pairs.max()) < _SPREAD * pairs.size:
        table = np.bincount(pairs)
        found = np.flatnonzero(table)
        counts = table[found]
    else:
        found, counts = np.unique(pairs, return_counts=True)
    return *np.divmod(found, width), counts


def _buckets_of(values: NDArray[np.float64] | Numbers) -> Numbers:
    """Return the bucket of each value."""
    if values.dtype != np.int64:
        return np.array([bucket_of(value) for value in values.tolist()], np.int64)
    known = _known_buckets()
    new = values[known[values] < 0]
    known[new] = [bucket_of(ms) for ms in new.tolist()]
    return known[values]


@cache
def _known_buckets() -> Numbers:
    """Return room for the bucket of each whole millisecond, below 0 until somebody asks for it."""
    return np.full(_WHOLE_MS + 1, -1, np.int64)
