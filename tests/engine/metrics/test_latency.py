"""Which samples count, and where (semantics R16-R20)."""

from math import nan

import pytest

from tests.engine.metrics.log_events import NOW, applied, error, event, ttfb
from tui.engine.metrics.histogram import packed
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Snapshot, Thresholds


def snapshot_of(*events: LogEvent) -> Snapshot:
    return applied(MetricsStore(Thresholds()), *events)


def test_r16_turns_are_a_series_of_their_own() -> None:
    snapshot = snapshot_of(event("turn", ms=1065), ttfb(300))

    assert snapshot.turn.figures.n == 1
    assert snapshot.ttfb[2].figures.n == 1
    assert snapshot.turn.figures.p50 == 1065


@pytest.mark.parametrize("ms", [0, -1, -0.001, nan, 120_001, None])
def test_r17_what_is_no_latency_is_counted_as_a_bad_sample(ms: float | None) -> None:
    store = MetricsStore(Thresholds())

    snapshot = applied(store, event("ttfb", stage="TTS", provider="Azure", ms=ms), event("turn", ms=ms))

    assert snapshot.ttfb[2].figures.n == 0
    assert store.bad_samples == 2


def test_r17_a_failed_request_is_an_error_and_no_sample() -> None:
    snapshot = snapshot_of(error(ms=10_012))

    assert snapshot.ttfb[2].figures.n == 0
    assert snapshot.errors.count == 1


@pytest.mark.parametrize(
    ("second", "at", "n"),
    [
        (723.41, 0.001, 1),
        (728.0, 0.050, 1),
        (737.4, 0.0, 1),
        (723.0, 0.051, 2),
        (738.0, 0.0, 2),
    ],
)
def test_r18_two_dialects_of_one_sample_are_one(second: float, at: float, n: int) -> None:
    first = ttfb(723, stage="LLM", provider="Groq", dialect="guide")

    snapshot = snapshot_of(first, ttfb(second, NOW + at, stage="LLM", provider="Groq", dialect="andrea"))

    assert snapshot.ttfb[1].figures.n == n


def test_r18_small_values_may_differ_by_five_milliseconds() -> None:
    assert snapshot_of(ttfb(60), ttfb(65, dialect="andrea")).ttfb[2].figures.n == 1
    assert snapshot_of(ttfb(60), ttfb(65.1, dialect="andrea")).ttfb[2].figures.n == 2


@pytest.mark.parametrize(("lines", "n"), [(5, 1), (6, 2)])
def test_r18_without_times_five_lines_stand_for_fifty_milliseconds(lines: int, n: int) -> None:
    first = ttfb(723, None, line=10, arrived=NOW)

    snapshot = snapshot_of(first, ttfb(723.4, None, line=10 + lines, arrived=NOW, dialect="andrea"))

    assert snapshot.ttfb[2].figures.n == n


def test_r18_two_lines_of_the_same_dialect_are_two_samples() -> None:
    assert snapshot_of(ttfb(723), ttfb(723)).ttfb[2].figures.n == 2


def test_r18_a_sample_has_one_double_only() -> None:
    doubles = [ttfb(700), ttfb(700.2, dialect="andrea"), ttfb(700.3, dialect="andrea")]

    assert snapshot_of(*doubles).ttfb[2].figures.n == 2


def test_r18_another_provider_stage_or_source_is_another_sample() -> None:
    first = ttfb(700)
    others = [
        ttfb(700, dialect="andrea", provider="Google"),
        ttfb(700, dialect="andrea", stage="LLM"),
        ttfb(700, dialect="andrea", source="other"),
    ]

    snapshot = snapshot_of(first, *others)

    assert [row.figures.n for row in snapshot.ttfb] == [0, 1, 3]


def test_r19_a_trace_groups_nothing() -> None:
    samples = [ttfb(100 + 10 * index, stage=stage, trace="t1") for index in range(3) for stage in ("STT", "LLM", "TTS")]

    assert [row.figures.n for row in snapshot_of(*samples).ttfb] == [3, 3, 3]


def test_r20_a_stage_without_samples_has_no_data_instead_of_zero() -> None:
    row = snapshot_of(ttfb(100)).ttfb[0]

    assert (row.stage, row.figures.n, row.figures.p95, row.last_at) == ("STT", 0, None, None)
    assert row.limits.warn_at == 200


def test_each_provider_has_its_own_figures() -> None:
    snapshot = snapshot_of(*[ttfb(100, provider="Azure")] * 6, *[ttfb(900, provider="Google")] * 6)

    providers = dict(snapshot.ttfb[2].providers)
    assert {name: (figures.n, figures.p95) for name, figures in providers.items()} == {
        "Azure": (6, 100),
        "Google": (6, 900),
    }
    assert snapshot.ttfb[2].figures.n == 12


def test_providers_beyond_the_twentieth_share_a_row() -> None:
    snapshot = snapshot_of(*[ttfb(100, provider=f"P{index:02}") for index in range(25)])

    providers = dict(snapshot.ttfb[2].providers)
    assert len(providers) == 21
    assert providers["other"].n == 5


def test_r66_samples_without_any_time_are_in_the_total_but_in_no_window() -> None:
    store = MetricsStore(Thresholds())

    snapshot = applied(store, ttfb(300, None))

    assert snapshot.ttfb[2].figures.n == 0
    assert set(snapshot.ttfb[2].series) == {None}
    assert list(store._latency._stages["TTS"].all.total()[0].values()) == [packed(300)]


@pytest.mark.parametrize("at", [NOW + 301, 900_000_000.0])
def test_r67_an_impossible_time_gives_way_to_the_arrival(at: float) -> None:
    snapshot = snapshot_of(ttfb(300, at, arrived=NOW - 5))

    assert snapshot.ttfb[2].last_at == NOW - 5
