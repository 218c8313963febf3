"""Percentiles against the exact ones."""

from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.metrics.log_events import NOW, event
from tui.engine.metrics import latency
from tui.engine.metrics.histogram import MinutePoints, SlidingHistogram, sliced
from tui.engine.model import Limits, Status, Thresholds

LIMITS = Limits(500, 1000)
LATENCIES = st.floats(min_value=0.1, max_value=120_000, allow_nan=False)


def filled(samples: list[tuple[float, float]], window_s: float = 300, keep: int = 20) -> SlidingHistogram:
    histogram = SlidingHistogram(window_s, keep)
    take(histogram, samples)
    return histogram


def take(histogram: SlidingHistogram, samples: list[tuple[float, float]]) -> None:
    histogram.remember(samples)
    histogram.add(sliced(samples))


def nearest_rank(values: list[float], share: float) -> float:
    return sorted(values)[ceil(share * len(values)) - 1]


@settings(deadline=None)
@given(st.lists(LATENCIES, min_size=20, max_size=400))
def test_r13_percentiles_are_the_nearest_rank_within_one_per_cent(values: list[float]) -> None:
    figures = filled([(NOW, ms) for ms in values]).percentiles(NOW, LIMITS)

    assert figures.n == len(values)
    for found, share in ((figures.p50, 0.50), (figures.p95, 0.95), (figures.p99, 0.99)):
        assert found == pytest.approx(nearest_rank(values, share), rel=0.01, abs=0.001)
    assert figures.mean == pytest.approx(sum(values) / len(values), rel=1e-6, abs=0.001)
    assert figures.max == max(values)


def test_r13_the_average_is_not_the_percentile() -> None:
    figures = filled([(NOW, 100.0)] * 94 + [(NOW, 4000.0)] * 6).percentiles(NOW, LIMITS)

    assert (figures.p50, figures.p95, figures.p99) == (100, 4000, 4000)
    assert figures.mean == pytest.approx(334)
    assert figures.status is Status.CRITICAL


def test_r14_too_few_samples_are_widened_to_the_last_twenty_of_the_hour() -> None:
    old = [(NOW - 3000 + index, 900.0) for index in range(30)]
    new = [(NOW - 10, 100.0)] * 5

    figures = filled(old + new).percentiles(NOW, LIMITS)

    assert (figures.n, figures.widened) == (20, True)
    assert (figures.p50, figures.max) == (900, 900)


def test_r14_samples_older_than_an_hour_widen_nothing() -> None:
    figures = filled([(NOW - 3601, 900.0)] * 30 + [(NOW, 100.0)] * 7).percentiles(NOW, LIMITS)

    assert (figures.n, figures.widened, figures.max) == (7, False, 100)


@pytest.mark.parametrize(("n", "status"), [(0, Status.NO_DATA), (4, Status.NO_DATA), (5, Status.CRITICAL)])
def test_r14_fewer_than_five_samples_are_not_judged(n: int, status: Status) -> None:
    figures = filled([(NOW, 5000.0)] * n).percentiles(NOW, LIMITS)

    assert (figures.n, figures.status) == (n, status)


def test_a_window_forgets_what_has_left_it() -> None:
    histogram = filled([(NOW - 200, 900.0)] * 40 + [(NOW, 100.0)] * 40)

    assert histogram.percentiles(NOW, LIMITS).n == 80
    assert histogram.percentiles(NOW + 150, LIMITS).n == 40
    assert histogram.percentiles(NOW + 150, LIMITS).max == 100


def test_a_clock_that_went_back_does_not_blind_the_window() -> None:
    histogram = filled([(NOW, 100.0)] * 30)
    histogram.percentiles(NOW + 86_400, LIMITS)
    histogram.percentiles(NOW, LIMITS)
    take(histogram, [(NOW, 200.0)] * 25)

    assert histogram.percentiles(NOW, LIMITS).max == 200


def test_memory_is_bounded_by_the_window_not_by_the_log() -> None:
    histogram = SlidingHistogram(300, 20)
    points = MinutePoints()
    for second in range(0, 100_000, 5):
        time, ms = NOW + second, 50.0 + second % 997
        histogram.advance(time)
        take(histogram, [(time, ms)])
        points.add(sliced([(time, ms)]))

    assert len(histogram._slices) <= 31
    assert len(histogram._newest) == 20
    whole, highest = histogram.total()
    assert sum(whole.values()) >> 64 == 20_000
    assert (len(whole) < 400, highest) == (True, 1046)
    assert len(points._buckets) < 70


def test_a_minute_without_samples_is_a_gap() -> None:
    points = MinutePoints()
    points.add(sliced([(NOW - 120, ms) for ms in (100.0, 200.0, 300.0)]))

    series = points.series(NOW)

    assert len(series) == 60
    assert series[-3] == (200, 300, 300)
    assert [point for point in series if point] == [series[-3]]


def test_a_late_sample_still_enters_its_minute() -> None:
    points = MinutePoints()
    points.add(sliced([(NOW - 90, 100.0)]))
    points.series(NOW)
    points.add(sliced([(NOW - 100, 900.0)]))

    assert points.series(NOW)[-3] == (100, 900, 900)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "Azure", "Google", *(f"vendor{number}" for number in range(22))]),
            st.floats(NOW - 5000, NOW + 5) | st.none(),
            st.sampled_from([90.0, 91.5, 300.0, 4000.0]),
        ),
        max_size=60,
    ),
    st.integers(1, 60),
)
def test_samples_counted_together_are_those_counted_one_after_the_other(
    samples: list[tuple[str | None, float | None, float]], looked_after: int
) -> None:
    def figures(waiting: int) -> list[object]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(latency, "_WAITING", waiting)
            found, series = [], latency.Latency(Thresholds())
            for number, (provider, time, ms) in enumerate(samples, 1):
                series.ttfb(event("ttfb", time, stage="TTS", provider=provider, ms=ms, line=number), time)
                if number % looked_after == 0:
                    now = NOW + 3 * number
                    series.advance(now)
                    found += [series.stage_figures(now), series.total("TTS"), series.provider_totals("TTS")]
            return [*found, series.stage_figures(NOW + 400), series.total("TTS"), series.provider_totals("TTS")]

    assert figures(1) == figures(7) == figures(1000)
