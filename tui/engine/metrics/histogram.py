"""Latency samples as percentiles: a sliding window, a point per minute, and the whole period.

Values go into logarithmic buckets one per cent wide; a bucket holds how many there were and their exact
sum in microseconds, and stands for the mean of its values. A percentile is therefore the nearest rank with
at most 1 % error, and exact where all values of its bucket are equal, so that 1000 and 1001 ms stay apart.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate
from math import ceil, log
from operator import itemgetter
from typing import NamedTuple

from tui.engine.metrics.windows import MINUTES, SLICE_S, first_slot, last_minutes
from tui.engine.model import Limits, Percentiles, Status

MIN_JUDGED = 5
"""Fewer samples than this are shown, but never judged: neither green nor red (semantics R14)."""

_MINUTES_KEPT = MINUTES + 6

_PER_LOG = 1 / log(1.01)
_ONE = 1 << 64
"""A bucket is one integer: the count above this bit, the sum of microseconds below it."""
_SUM = _ONE - 1
_WIDEN_S = 3600.0

Buckets = dict[int, int]

Timed = tuple[float, float]
"""A sample: when it was, and how many milliseconds."""

Slices = Mapping[int, "Slice"]
"""By the number of the slice."""


class Figures(NamedTuple):
    """What a set of samples amounts to, in milliseconds."""

    n: int
    p50: float
    p95: float
    p99: float
    mean: float


def bucket_of(ms: float) -> int:
    """Return the bucket of a positive value."""
    return ceil(log(ms) * _PER_LOG)


def packed(ms: float) -> int:
    """Return one sample as a bucket holds it."""
    return _ONE + round(ms * 1000)


def figures(buckets: Buckets) -> Figures | None:
    """Return the nearest-rank percentiles of some buckets, ``None`` without samples."""
    whole = sum(buckets.values())
    n = whole >> 64
    if not n:
        return None
    keys = sorted(buckets)
    passed = [*accumulate([buckets[key] >> 64 for key in keys])]
    ranked = [buckets[keys[bisect_left(passed, ceil(n * share))]] for share in (0.50, 0.95, 0.99)]
    p50, p95, p99 = ((content & _SUM) / (content >> 64) / 1000 for content in ranked)
    return Figures(n, p50, p95, p99, (whole & _SUM) / n / 1000)


class Slice:
    """The samples of ten seconds."""

    __slots__ = ("buckets", "max")

    def __init__(self, buckets: Buckets, highest: float) -> None:
        self.buckets = buckets
        self.max = highest


def sliced(samples: Iterable[Timed]) -> Slices:
    """Return samples by slice: equal ones are counted before anything is worked out of them."""
    values: dict[int, list[float]] = {}
    for time, ms in samples:
        slot = int(time // SLICE_S)
        if slot in values:
            values[slot].append(ms)
        else:
            values[slot] = [ms]
    return {slot: Slice(_counted(found), max(found)) for slot, found in values.items()}


def _counted(values: Iterable[float]) -> Buckets:
    buckets: Buckets = {}
    for ms, count in Counter(values).items():
        bucket, content = _bucket_and_content(ms)
        buckets[bucket] = buckets.get(bucket, 0) + count * content
    return buckets


@lru_cache(maxsize=4096)
def _bucket_and_content(ms: float) -> tuple[int, int]:
    return bucket_of(ms), packed(ms)


class SlidingHistogram:
    """The samples of one series: the window's, the newest few, and all of the period."""

    __slots__ = ("_floor", "_keep", "_left", "_left_max", "_newest", "_slices", "_window", "_window_s", "last_at")

    def __init__(self, window_s: float, keep: int) -> None:
        """``keep`` samples are remembered beyond the window, to widen it when it holds too few."""
        self._window_s = window_s
        self._keep = max(1, keep)
        self._slices: dict[int, Slice] = {}
        self._window: Buckets = {}
        self._left: Buckets = {}
        self._left_max = 0.0
        self._floor = -1
        self._newest: list[Timed] = []
        self.last_at: float | None = None

    def remember(self, samples: Iterable[Timed]) -> None:
        """Keep the newest of samples, in whatever order of time they come; they are counted by ``add``."""
        self._newest = sorted([*self._newest, *samples], key=itemgetter(0))[-self._keep :]
        self.last_at = self._newest[-1][0] if self._newest else None

    def add(self, slices: Slices) -> None:
        """Count samples."""
        for slot, new in slices.items():
            if slot < self._floor:
                self.leave(new.buckets, new.max)
                continue
            found = self._slices.get(slot)
            if found is None:
                self._slices[slot] = Slice(new.buckets.copy(), new.max)
            else:
                _add_to(found.buckets, new.buckets)
                found.max = max(found.max, new.max)
            _add_to(self._window, new.buckets)

    def leave(self, buckets: Buckets, highest: float) -> None:
        """Keep what is in no window for the figures of the whole period."""
        self._left_max = max(self._left_max, highest)
        _add_to(self._left, buckets)

    def total(self) -> tuple[Buckets, float]:
        """Return all samples since the beginning, those without a time included, and the highest."""
        whole = dict(self._left)
        _add_to(whole, self._window)
        return whole, max([self._left_max, *(found.max for found in self._slices.values())])

    def advance(self, now: float) -> None:
        """Let go of what has left the window that ends now."""
        first = first_slot(now, self._window_s)
        if first == self._floor:
            return
        self._floor = first
        for slot in [slot for slot in self._slices if slot < first]:
            found = self._slices.pop(slot)
            self._forget(found.buckets)
            self.leave(found.buckets, found.max)

    def _forget(self, buckets: Buckets) -> None:
        window = self._window
        for bucket, content in buckets.items():
            left = window[bucket] - content
            if left:
                window[bucket] = left
            else:
                del window[bucket]

    def percentiles(self, now: float, limits: Limits) -> Percentiles:
        """Return the window's figures, or those of the newest samples of the hour if it holds too few (R14)."""
        self.advance(now)
        found = figures(self._window)
        n = found.n if found else 0
        if n < self._keep:
            newest = [ms for time, ms in self._newest if time > now - _WIDEN_S]
            if len(newest) > n:
                return _exact(newest, limits)
        if found is None:
            return Percentiles()
        return _judged(found, max(found.max for found in self._slices.values()), limits)


def _add_to(whole: Buckets, buckets: Buckets) -> None:
    for bucket, content in buckets.items():
        whole[bucket] = whole.get(bucket, 0) + content


def _exact(values: list[float], limits: Limits) -> Percentiles:
    buckets = {index: packed(value) for index, value in enumerate(sorted(values))}
    found = figures(buckets)
    return _judged(found, max(values), limits, widened=True) if found else Percentiles()


def _judged(found: Figures, highest: float, limits: Limits, *, widened: bool = False) -> Percentiles:
    n, p50, p95, p99, mean = found
    status = limits.status(p95) if n >= MIN_JUDGED else Status.NO_DATA
    return Percentiles(n, p50, p95, p99, mean, highest, status, widened)


class MinutePoints:
    """(P50, P95, P99) of each of the last 60 minutes."""

    def __init__(self) -> None:
        self._buckets: dict[int, Buckets] = {}
        self._points: dict[int, Figures] = {}
        """Of the minutes that were asked for since their last sample."""
        self._newest = 0

    def add(self, slices: Slices) -> None:
        """Take samples; those from before the last hours are let go."""
        for slot, new in slices.items():
            minute = slot * SLICE_S // 60
            if minute > self._newest:
                self._newest = minute
                for old in [old for old in self._buckets if old <= minute - _MINUTES_KEPT]:
                    del self._buckets[old]
                    self._points.pop(old, None)
            elif minute <= self._newest - _MINUTES_KEPT:
                continue
            _add_to(self._buckets.setdefault(minute, {}), new.buckets)
            self._points.pop(minute, None)

    def series(self, now: float) -> tuple[tuple[float, float, float] | None, ...]:
        """Return the points, oldest first; a minute without samples is a gap."""
        points = map(self._point, last_minutes(now))
        return tuple(None if point is None else (point.p50, point.p95, point.p99) for point in points)

    def counts(self, now: float) -> tuple[int | None, ...]:
        """Return how many samples each of the points stands on."""
        points = map(self._point, last_minutes(now))
        return tuple(None if point is None else point.n for point in points)

    def _point(self, minute: int) -> Figures | None:
        point = self._points.get(minute)
        if point is None and minute in self._buckets:
            point = figures(self._buckets[minute])
            if point is not None:
                self._points[minute] = point
        return point
