"""Every limit at its edges (semantics R1)."""

import pytest

from tests.engine.metrics.log_events import NOW, applied, closed, error, event, opened, started, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Limits, LogEvent, Status, Thresholds

OK, WARNING, CRITICAL = Status.OK, Status.WARNING, Status.CRITICAL


@pytest.mark.parametrize(
    ("stage", "ms", "status"),
    [
        ("STT", 199, OK),
        ("STT", 200, WARNING),
        ("STT", 500, WARNING),
        ("STT", 501, CRITICAL),
        ("LLM", 999, OK),
        ("LLM", 1000, WARNING),
        ("LLM", 2000, WARNING),
        ("LLM", 2001, CRITICAL),
        ("TTS", 499, OK),
        ("TTS", 499.9, OK),
        ("TTS", 500, WARNING),
        ("TTS", 1000, WARNING),
        ("TTS", 1001, CRITICAL),
    ],
)
def test_r1_ttfb_warns_at_the_first_limit_and_is_critical_above_the_second(
    stage: str, ms: float, status: Status
) -> None:
    snapshot = applied(MetricsStore(Thresholds()), *[ttfb(ms, stage=stage) for _ in range(20)])

    row = next(row for row in snapshot.ttfb if row.stage == stage)
    assert row.figures.status is status
    assert row.figures.p95 == ms


@pytest.mark.parametrize(("ms", "status"), [(1499, OK), (1500, WARNING), (3000, WARNING), (3001, CRITICAL)])
def test_r1_turn_latency(ms: float, status: Status) -> None:
    snapshot = applied(MetricsStore(Thresholds()), *[event("turn", ms=ms) for _ in range(20)])

    assert snapshot.turn.figures.status is status


@pytest.mark.parametrize(("calls", "status"), [(0, OK), (19, OK), (20, WARNING), (50, WARNING), (51, CRITICAL)])
def test_r1_active_calls(calls: int, status: Status) -> None:
    events = [opened("first", NOW - 60), closed("first", NOW - 30, duration_s=30)]

    snapshot = applied(MetricsStore(Thresholds()), *events, *[opened(f"c{index}") for index in range(calls)])

    assert (snapshot.calls.active, snapshot.calls.status) == (calls, status)


def calls(count: int) -> list[LogEvent]:
    events: list[LogEvent] = []
    for index in range(count):
        at = NOW - 3000 + index * 0.5
        events += [opened(f"c{index}", at), closed(f"c{index}", at + 0.2, duration_s=60)]
    return events


@pytest.mark.parametrize(("activations", "status"), [(9, OK), (10, WARNING), (20, WARNING), (21, CRITICAL)])
def test_r1_fallbacks_per_hundred_calls(activations: int, status: Status) -> None:
    fallbacks = [event("fallback", NOW - 600 + 3 * index, stage="STT", to="Google") for index in range(activations)]

    snapshot = applied(MetricsStore(Thresholds()), *calls(200), *fallbacks)

    assert snapshot.fallback[0].pct == activations / 2
    assert snapshot.fallback[0].status is status


@pytest.mark.parametrize(("errors", "status"), [(1, OK), (2, WARNING), (10, WARNING), (11, CRITICAL)])
def test_r1_r6_errors_per_hundred_calls(errors: int, status: Status) -> None:
    happened = [error(NOW - 1800 + 60 * index) for index in range(errors)]

    snapshot = applied(MetricsStore(Thresholds()), *calls(200), *happened)

    assert (snapshot.errors.pct, snapshot.errors.pct_status) == (errors / 2, status)


@pytest.mark.parametrize(("errors", "status"), [(4, OK), (5, WARNING), (25, WARNING), (26, CRITICAL)])
def test_r1_r7_errors_per_minute_over_five_complete_minutes(errors: int, status: Status) -> None:
    happened = [error(NOW - 290 + 10 * index) for index in range(errors)]

    snapshot = applied(MetricsStore(Thresholds()), *happened)

    assert (snapshot.errors.rate, snapshot.errors.rate_status) == (errors / 5, status)


def test_r5_limits_of_the_configuration_replace_the_defaults() -> None:
    store = MetricsStore(Thresholds(ttfb_tts_ms=Limits(50, 90)))

    snapshot = applied(store, *[ttfb(91) for _ in range(20)])

    assert snapshot.ttfb[2].figures.status is CRITICAL
    assert snapshot.ttfb[2].limits == Limits(50, 90)
    assert snapshot.thresholds.ttfb_tts_ms == Limits(50, 90)


def test_r7_the_overall_state_of_errors_is_the_worse_of_both() -> None:
    snapshot = applied(MetricsStore(Thresholds()), *calls(200), *[error(NOW - 280 + 2 * index) for index in range(6)])

    assert snapshot.errors.pct_status is WARNING
    assert snapshot.errors.status is WARNING
    assert snapshot.errors.rate == pytest.approx(1.2)


def test_r7_the_present_minute_is_not_complete() -> None:
    snapshot = applied(MetricsStore(Thresholds()), *[error(NOW + index) for index in range(9)], now=NOW + 30)

    assert snapshot.errors.rate == 0
    assert snapshot.errors.count == 9


@pytest.mark.parametrize(("activations", "spike"), [(49, False), (50, True)])
def test_r9_fifty_activations_in_an_hour_are_a_spike_whatever_the_per_cent(activations: int, spike: bool) -> None:
    fallbacks = [event("fallback", NOW - 3000 + 10 * index, stage="TTS") for index in range(activations)]

    snapshot = applied(MetricsStore(Thresholds()), *calls(5000), *fallbacks)

    row = snapshot.fallback[2]
    assert (row.spike, row.status) == (spike, WARNING if spike else OK)
    assert [one.kpi for one in snapshot.verdict.findings] == (["fallback_spike"] if spike else [])


def test_r83_every_finding_carries_its_window_limit_and_number_of_samples() -> None:
    events = [*[ttfb(1200, provider="Azure") for _ in range(20)], *[ttfb(300, provider="Google") for _ in range(5)]]

    finding = applied(MetricsStore(Thresholds()), started(), *events).verdict.findings[0]

    assert (finding.kpi, finding.stage, finding.provider) == ("ttfb", "TTS", "Azure")
    assert (finding.value, finding.limit, finding.n, finding.window_s) == (1200, 1000, 25, 300)
