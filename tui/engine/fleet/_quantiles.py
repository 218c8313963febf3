"""Percentiles out of a histogram's buckets, as ``histogram_quantile`` estimates them (semantics R21)."""

from collections.abc import Mapping

from tui.engine.metrics.histogram import MIN_JUDGED
from tui.engine.model import Limits, Percentiles, Status

INFINITE = float("inf")
"""A percentile above the last bound: nobody knows by how much."""


def quantile(q: float, buckets: Mapping[float, float]) -> float | None:
    """Return the value below which a share ``q`` of the samples lies, ``None`` without samples.

    ``buckets`` are samples at or below each bound, infinity among them. Between two bounds the samples are
    thought to be spread evenly.
    """
    bounds = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0.0
    if total <= 0:
        return None
    rank = q * total
    lower, below = 0.0, 0.0
    for bound in bounds:
        upto = max(below, buckets[bound])
        if upto >= rank and upto > below:
            return INFINITE if bound == INFINITE else lower + (bound - lower) * (rank - below) / (upto - below)
        lower, below = bound, upto
    return INFINITE


def percentiles(buckets: Mapping[float, float], sum_s: float | None, limits: Limits | None) -> Percentiles:
    """Return the figures of a histogram; without limits they are judged by nothing."""
    n = round(max(buckets.values(), default=0.0))
    p50, p95, p99 = (_ms(quantile(q, buckets)) for q in (0.50, 0.95, 0.99))
    if not n or p95 is None:
        return Percentiles(estimated=True)
    status = limits.status(p95) if limits and n >= MIN_JUDGED else Status.NO_DATA
    mean = None if sum_s is None else 1000 * sum_s / n
    return Percentiles(n, p50, p95, p99, mean, None, status, estimated=True)


def point(buckets: Mapping[float, float]) -> tuple[float, float, float] | None:
    """Return a minute's percentiles in ms for a chart, where what is above the last bound lies on it."""
    last = 1000 * max((bound for bound in buckets if bound != INFINITE), default=0.0)
    found = [_ms(quantile(q, buckets)) for q in (0.50, 0.95, 0.99)]
    p50, p95, p99 = (None if value is None else min(value, last) for value in found)
    return None if p50 is None or p95 is None or p99 is None else (p50, p95, p99)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000 * seconds
