"""What percentiles are computed from."""

from tests.engine.metrics.log_events import NOW, applied, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Thresholds


def test_r21_a_percentile_comes_from_samples_and_not_from_the_edges_of_coarse_buckets() -> None:
    # All between 750 and 1000 ms, one bucket of the usual Prometheus histogram: interpolation would say 987.
    samples = [ttfb(760.0, NOW - n) for n in range(95)] + [ttfb(770.0, NOW - n) for n in range(100, 105)]

    tts = applied(MetricsStore(Thresholds()), *samples).ttfb[2].figures

    assert tts.p50 == 760
    assert tts.p95 is not None
    assert abs(tts.p95 - 760) <= 7.7
