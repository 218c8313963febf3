"""Latency samples as percentiles: a sliding window, a point per minute, and the whole period.

Values go into logarithmic buckets one per cent wide; a bucket holds how many there were and their exact
sum in microseconds, and stands for the mean of its values. A percentile is therefore the nearest rank with
at most 1 % error, and exact where all values of its bucket are equal, so that 1000 and 1001 ms stay apart.
"""

from bisect import bisect_left
from itertools import accumulate
from math import ceil, log
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


class _Slice:
    """The samples of ten seconds."""

    __slots__ = ("buckets", "max")

    def __init__(self) -> None:
        self.buckets: Buckets = {}
        self.max = 0.0


class SlidingHistogram:
    """The samples of one series: the window's, the newest few, and all of the period."""

    __slots__ = ("_floor", "_keep", "_left", "_left_max", "_newest", "_slices", "_window", "_window_s", "last_at")

    def __init__(self, window_s: float, keep: int) -> None:
        """``keep`` samples are remembered beyond the window, to widen it when it holds too few."""
        self._window_s = window_s
        self._keep = max(1, keep)
        self._slices: dict[int, _Slice] = {}
        self._window: Buckets = {}
        self._left: Buckets = {}
        self._left_max = 0.0
        self._floor = -1
        self._newest: list[tuple[float, float]] = []
        self.last_at: float | None = None

    def add(self, time: float | None, ms: float, bucket: int, content: int) -> None:
        """Take a sample; ``bucket`` and ``content`` are its ``bucket_of`` and ``packed``, worked out once."""
        if time is None:
            self.leave({bucket: content}, ms)
            return
        self._remember(time, ms)
        slot = int(time // SLICE_S)
        found = self._slices.get(slot)
        if found is None:
            if slot < self._floor:
                self.leave({bucket: content}, ms)
                return
            found = self._slices[slot] = _Slice()
        buckets, window = found.buckets, self._window
        buckets[bucket] = buckets.get(bucket, 0) + content
        window[bucket] = window.get(bucket, 0) + content
        if ms > found.max:  # noqa: PLR1730 - for every sample, and max() costs four times as much
            found.max = ms

    def leave(self, buckets: Buckets, highest: float) -> None:
        """Keep what is in no window for the figures of the whole period."""
        self._left_max = max(self._left_max, highest)
        for bucket, content in buckets.items():
            self._left[bucket] = self._left.get(bucket, 0) + content

    def total(self) -> tuple[Buckets, float]:
        """Return all samples since the beginning, those without a time included, and the highest."""
        whole = dict(self._left)
        for bucket, content in self._window.items():
            whole[bucket] = whole.get(bucket, 0) + content
        return whole, max([self._left_max, *(found.max for found in self._slices.values())])

    def _remember(self, time: float, ms: float) -> None:
        """Keep the newest samples by event time, whatever order they come in."""
        newest = self._newest
        newest.append((time, ms))
        if self.last_at is None or time >= self.last_at:
            self.last_at = time
        else:
            newest.sort(key=lambda sample: sample[0])
        if len(newest) > self._keep:
            del newest[0]

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
        self._points: dict[int, tuple[float, float, float]] = {}
        self._newest = 0

    def add(self, time: float, bucket: int, content: int) -> None:
        """Take a sample; one from before the last hours is let go."""
        minute = int(time // 60)
        if minute > self._newest:
            self._newest = minute
            for old in [old for old in self._buckets if old <= minute - _MINUTES_KEPT]:
                del self._buckets[old]
                self._points.pop(old, None)
        elif minute <= self._newest - _MINUTES_KEPT:
            return
        buckets = self._buckets.get(minute)
        if buckets is None:
            buckets = self._buckets[minute] = {}
        buckets[bucket] = buckets.get(bucket, 0) + content
        self._points.pop(minute, None)

    def series(self, now: float) -> tuple[tuple[float, float, float] | None, ...]:
        """Return the points, oldest first; a minute without samples is a gap."""
        return tuple(self._point(minute) for minute in last_minutes(now))

    def counts(self, now: float) -> tuple[int | None, ...]:
        """Return how many samples each of the points stands on."""
        found = (self._buckets.get(minute) for minute in last_minutes(now))
        return tuple(None if buckets is None else sum(buckets.values()) >> 64 for buckets in found)

    def _point(self, minute: int) -> tuple[float, float, float] | None:
        point = self._points.get(minute)
        if point is None and minute in self._buckets:
            found = figures(self._buckets[minute])
            if found:
                point = self._points[minute] = (found.p50, found.p95, found.p99)
        return point
