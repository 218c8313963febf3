"""What percentiles cost and how exact they are: the latencies of one series, as the live window keeps them."""

import random
import time
from collections.abc import Callable, Iterator
from math import ceil

from bench.figure import Figure, at_most
from tui.engine.metrics.histogram import SlidingHistogram, sliced
from tui.engine.model import Limits, Percentiles

NOW = 1_800_000_000.0
WINDOW_S = 300.0
QUERIES = 50
BATCH = 1000
"""Samples counted together, as the store does it."""
SHARES = (0.50, 0.95, 0.99)


def percentiles(samples: int, runs: int) -> Iterator[Figure]:
    """Fill a window, ask it, and compare with the exact nearest ranks."""
    rng = random.Random(8)  # noqa: S311 - a figure that can be repeated, not a secret
    values = [float(round(650 * rng.lognormvariate(0, 0.5))) for _ in range(samples)]
    times = [NOW - 0.95 * WINDOW_S * (1 - number / samples) for number in range(samples)]
    histogram = _filled(times, values)

    def ask() -> list[Percentiles]:
        return [histogram.percentiles(NOW, Limits(1000, 2000)) for _ in range(QUERIES)]

    beside = f" ({samples:,} in a window of {WINDOW_S:.0f} s)"
    yield at_most("percentiles: update", _us(lambda: _filled(times, values), runs) / samples, 1, "µs", beside)
    yield at_most("percentiles: query of a series", _us(ask, runs) / QUERIES, 50, "µs")
    yield at_most("percentiles: relative error", _worst(ask()[0], sorted(values)), 1, "%")


def _filled(times: list[float], values: list[float]) -> SlidingHistogram:
    histogram = SlidingHistogram(WINDOW_S, 100)
    for begin in range(0, len(values), BATCH):
        some = [*zip(times[begin : begin + BATCH], values[begin : begin + BATCH], strict=True)]
        histogram.remember(some)
        histogram.add(sliced(some))
    return histogram


def _us(work: Callable[[], object], runs: int) -> float:
    """Return the microseconds of processor that something takes, the best of some runs."""
    took = []
    for _ in range(runs):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took) * 1e6


def _worst(told: Percentiles, ordered: list[float]) -> float:
    """Return how far off the worst percentile is, in per cent."""
    exact = [ordered[ceil(share * len(ordered)) - 1] for share in SHARES]
    found = (told.p50, told.p95, told.p99)
    return 100 * max(abs((one or 0.0) - other) / other for one, other in zip(found, exact, strict=True))
