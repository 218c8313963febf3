"""Percentiles of every hour of a period of any length."""

from typing import NamedTuple

from tui.engine.metrics.histogram import Buckets, figures

_OPEN_HOURS = 2
"""Hours that still take samples: the newest and the one before it."""

_HOURS_KEPT = 20_000


class HourPoint(NamedTuple):
    """The samples of one hour."""

    n: int
    p50: float
    p95: float


class HourPoints:
    """Keeps the samples of the newest hours and only the percentiles of all others."""

    def __init__(self) -> None:
        self._open: dict[int, Buckets] = {}
        self._closed: dict[int, HourPoint] = {}

    def add(self, time: float, bucket: int, content: int) -> None:
        """Take a sample; one that is more than an hour late is in the total only."""
        hour = int(time // 3600)
        buckets = self._open.get(hour)
        if buckets is None:
            if hour in self._closed or hour <= max(self._open, default=hour) - _OPEN_HOURS:
                return
            buckets = self._open[hour] = {}
            self._close(hour)
        buckets[bucket] = buckets.get(bucket, 0) + content

    def _close(self, newest: int) -> None:
        for hour in [hour for hour in self._open if hour <= newest - _OPEN_HOURS]:
            self._closed[hour] = _point(self._open.pop(hour))
        while len(self._closed) > _HOURS_KEPT:
            del self._closed[min(self._closed)]

    def points(self) -> dict[int, HourPoint]:
        """Return the figures of every hour with samples, by hours since the epoch."""
        return self._closed | {hour: _point(buckets) for hour, buckets in self._open.items()}


def _point(buckets: Buckets) -> HourPoint:
    found = figures(buckets)
    assert found is not None  # noqa: S101 - an hour is opened by its first sample
    return HourPoint(found.n, found.p50, found.p95)
