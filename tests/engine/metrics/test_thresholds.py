"""Which numbers are limits, which are not, and what is never turned into the other."""

import pytest

from tests.engine.dialects.golden import events_of
from tests.engine.metrics.log_events import NOW, applied, closed, error, event, opened, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Stage, Status, Thresholds


@pytest.mark.parametrize(
    ("active", "status"),
    [
        (0, Status.OK),
        (9, Status.OK),
        (10, Status.OK),
        (11, Status.OK),
        (19, Status.OK),
        (20, Status.WARNING),
        (21, Status.WARNING),
        (50, Status.WARNING),
        (51, Status.CRITICAL),
    ],
)
def test_r2_twenty_and_fifty_calls_are_limits_and_ten_is_none(active: int, status: Status) -> None:
    calls = [opened(f"c{index}", NOW - 60) for index in range(active)]

    snapshot = applied(MetricsStore(Thresholds()), opened("first", NOW - 90), closed("first", NOW - 80), *calls)

    assert snapshot.calls.active == active
    assert snapshot.calls.status is status


@pytest.mark.parametrize(
    ("stage", "written", "status"),
    [
        ("TTS", "0.499s", Status.OK),
        ("TTS", "0.5s", Status.WARNING),
        ("TTS", "500ms", Status.WARNING),
        ("TTS", "1s", Status.WARNING),
        ("TTS", "1.001s", Status.CRITICAL),
        ("LLM", "0.999s", Status.OK),
        ("LLM", "1s", Status.WARNING),
        ("LLM", "2000ms", Status.WARNING),
        ("LLM", "2.001s", Status.CRITICAL),
        ("STT", "199ms", Status.OK),
        ("STT", "0.2s", Status.WARNING),
        ("STT", "0.501s", Status.CRITICAL),
    ],
)
def test_r3_limits_are_milliseconds_whichever_unit_the_table_or_the_log_uses(
    stage: Stage, written: str, status: Status
) -> None:
    lines = [f"2027-01-15T07:59:5{index}Z 📊 [{stage} Azure] trace=t1 TTFB={written}".encode() for index in range(5)]
    figures = {row.stage: row.figures for row in applied(MetricsStore(Thresholds()), *events_of(lines)).ttfb}

    assert figures[stage].n == 5
    assert figures[stage].status is status


@pytest.mark.parametrize(("ms", "status"), [(1000, Status.WARNING), (1001, Status.CRITICAL), (2500, Status.CRITICAL)])
def test_r4_above_a_second_of_speech_is_critical_whatever_the_alert_rule_calls_it(ms: float, status: Status) -> None:
    snapshot = applied(MetricsStore(Thresholds()), *(ttfb(ms, NOW - index) for index in range(5)))

    assert snapshot.ttfb[2].figures.status is status
    assert snapshot.verdict.status is status


def test_r8_a_fallback_rate_is_per_call_and_never_per_second() -> None:
    """More than 0.1 activations a second for five minutes, on so many calls that hardly any was concerned."""
    calls = [part for index in range(1000) for part in _short(f"c{index}", NOW - 300 + 0.29 * index)]
    switches = [event("fallback", NOW - 299 + 9 * index, stage="TTS", to="Google") for index in range(33)]

    row = applied(MetricsStore(Thresholds()), *calls, *switches).fallback[2]

    assert row.activations / 300 > 0.1
    assert row.pct == pytest.approx(3.3)
    assert row.status is Status.OK


def _short(call: str, at: float) -> tuple[LogEvent, LogEvent]:
    return opened(call, at), closed(call, at + 0.1, duration_s=40.0)


def test_r68_history_enters_the_windows_by_its_own_time() -> None:
    store = MetricsStore(Thresholds())
    store.apply([opened("old", NOW - 7200), error(NOW - 7190), ttfb(5000, NOW - 7190)], NOW)

    snapshot = applied(store, opened("new", NOW - 30), error(NOW - 20, code="429"))

    assert (snapshot.errors.count, snapshot.calls.opened) == (1, 1)
    assert snapshot.ttfb[2].figures.n == 0
