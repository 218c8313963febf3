"""Activations of backup providers (semantics R25-R33)."""

import pytest

from tests.engine.metrics.log_events import NOW, applied, closed, error, event, opened, started
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Snapshot, StageFallback, Status, Thresholds


def fallback(
    at: float | None = NOW, stage: str = "TTS", to: str | None = "Google", source: str = "app", line: int | None = None
) -> LogEvent:
    return event("fallback", at, stage=stage, to=to, text=f"Switching to {to}", source=source, line=line)


def snapshot_of(*events: LogEvent) -> Snapshot:
    return applied(MetricsStore(Thresholds()), *events)


def tts(*events: LogEvent) -> StageFallback:
    return snapshot_of(*events).fallback[2]


def calls(count: int) -> list[LogEvent]:
    return [opened(f"c{index}", NOW - 1000) for index in range(count)]


@pytest.mark.parametrize(("after", "activations"), [(0, 1), (1.99, 1), (2, 2), (600, 2)])
def test_r25_one_activation_per_stage_per_two_seconds(after: float, activations: int) -> None:
    assert tts(fallback(NOW - 700), fallback(NOW - 700 + after)).activations == activations


def test_r25_the_line_that_names_the_new_provider_is_preferred() -> None:
    row = tts(fallback(NOW - 10, to=None), fallback(NOW - 9.9, to="Google"), fallback(NOW - 9.8, to=None))

    assert (row.activations, row.to) == (1, "Google")


def test_r25_two_stages_at_once_are_two_activations() -> None:
    rows = snapshot_of(fallback(stage="STT"), fallback(stage="TTS")).fallback

    assert [row.activations for row in rows] == [1, 0, 1]


def test_r25_two_sources_at_once_are_two_activations() -> None:
    assert tts(fallback(), fallback(source="other")).activations == 2


def test_r26_r28_activations_are_measured_against_calls_opened_in_the_same_hour() -> None:
    old = [opened(f"old{index}", NOW - 3700) for index in range(30)]

    row = tts(*old, fallback(NOW - 3650), *calls(10), *[fallback(NOW - 100 + 5 * index) for index in range(12)])

    assert (row.activations, row.calls, row.pct) == (12, 10, 120)


def test_r26_the_share_is_not_truncated() -> None:
    assert tts(*calls(87), fallback(NOW - 20), fallback(NOW - 10)).pct == pytest.approx(2.2988, abs=1e-4)


def test_r27_fallbacks_without_calls_warn_and_divide_nothing() -> None:
    row = tts(fallback())

    assert (row.pct, row.calls, row.status) == (None, 0, Status.WARNING)
    assert tts(started()).status is Status.NO_DATA


@pytest.mark.parametrize(("count", "status"), [(9, Status.WARNING), (10, Status.CRITICAL)])
def test_r27_on_few_calls_the_state_is_a_warning_at_most(count: int, status: Status) -> None:
    assert tts(*calls(count), fallback(NOW - 20), fallback(NOW - 10)).status is status


def test_r30_a_fallback_is_no_error() -> None:
    snapshot = snapshot_of(*calls(100), fallback())

    assert snapshot.errors.count == 0
    assert [(row.kind, row.stage) for row in snapshot.recent] == [("fallback", "TTS")]


@pytest.mark.parametrize(("ago", "failing"), [(29, "Azure"), (31, None)])
def test_r32_the_failing_primary_is_the_stages_last_issue_within_thirty_seconds(
    ago: float, failing: str | None
) -> None:
    row = tts(error(NOW - ago, stage="TTS"), error(NOW - 1, stage="STT", provider="Deepgram"), fallback())

    assert (row.failing, row.to) == (failing, "Google")


def test_r32_a_warning_names_the_primary_too_but_the_target_is_never_the_failing_one() -> None:
    warning = event("warning", NOW - 2, stage="TTS", provider="Azure", code="401", text="Error: 401")

    assert tts(warning, fallback()).failing == "Azure"
    assert tts(warning._replace(provider="Google"), fallback()).failing is None


def test_a_stage_is_on_fallback_until_its_primary_recovers_or_the_process_starts_anew() -> None:
    recovery = event("recovery", NOW - 5, stage="TTS")

    assert tts(fallback(NOW - 10)).on_fallback
    assert not tts(fallback(NOW - 10), recovery).on_fallback
    assert tts(fallback(NOW - 10), recovery, fallback()).on_fallback
    assert not tts(fallback(NOW - 10), started(NOW - 5)).on_fallback
    assert tts(fallback(NOW - 10), recovery._replace(stage="STT")).on_fallback


def test_r66_without_times_activations_count_in_the_total_only() -> None:
    store = MetricsStore(Thresholds())

    row = applied(store, fallback(None, line=1), fallback(None, line=2), fallback(None, line=9)).fallback[2]

    assert (row.activations, row.on_fallback) == (0, True)
    assert store._fallbacks._stages["TTS"].activations.total == 2


def test_the_chart_counts_activations_per_minute() -> None:
    row = tts(fallback(NOW - 130), fallback(NOW - 125), fallback(NOW - 10), closed("x"))

    assert row.per_minute[-4:] == (2, 0, 1, 0)
    assert row.last_at == NOW - 10


def test_r26_activations_may_exceed_the_calls_and_the_state_is_that_of_the_calls_they_touched() -> None:
    calls = [opened(f"c{n}", NOW - 600) for n in range(20)]
    activations = [event("fallback", NOW - 500 + 10 * n, stage="TTS", to="Google", id="c1") for n in range(24)]

    tts = applied(MetricsStore(Thresholds()), *calls, *activations).fallback[2]

    assert tts.pct == 120
    assert tts.affected == 1
    assert tts.status is Status.WARNING


def test_r26_activations_that_name_no_call_are_judged_by_their_number() -> None:
    calls = [opened(f"c{n}", NOW - 600) for n in range(20)]
    activations = [event("fallback", NOW - 500 + 10 * n, stage="TTS", to="Google") for n in range(24)]

    tts = applied(MetricsStore(Thresholds()), *calls, *activations).fallback[2]

    assert tts.affected is None
    assert tts.status is Status.CRITICAL
