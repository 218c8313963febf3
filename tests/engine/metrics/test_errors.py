"""Errors as incidents, rates and rows (semantics R34, R35, R37, R42)."""

import pytest

from tests.engine.metrics.log_events import LIVE, NOW, applied, error, event, opened, started
from tui.engine.metrics import recent as recent_module
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Playbook, Snapshot, Status, Thresholds

BOOK = Playbook("auth.key", "critical", {"en": "Key rejected"}, {"en": "…"}, {"en": ()})


class Hints:
    """Answers with one playbook and counts the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def for_event(self, event: LogEvent) -> Playbook:
        self.asked.append(event.text)
        return BOOK

    def for_kpi(self, key: str) -> Playbook:
        self.asked.append(key)
        return BOOK


def snapshot_of(*events: LogEvent) -> Snapshot:
    return applied(MetricsStore(Thresholds()), *events)


def calls(count: int) -> list[LogEvent]:
    return [opened(f"c{index}", NOW - 1000) for index in range(count)]


def test_r34_r35_warnings_are_not_in_the_error_rate() -> None:
    snapshot = snapshot_of(*calls(10), event("warning", NOW - 1, stage="STT", provider="Azure", code="401", text="401"))

    assert (snapshot.errors.count, snapshot.errors.warnings, snapshot.errors.pct) == (0, 1, 0)
    assert snapshot.recent[0].kind == "warning"


@pytest.mark.parametrize(("after", "count"), [(0.0, 1), (0.99, 1), (1.0, 2)])
def test_r37_equal_stage_provider_and_code_within_a_second_are_one_incident(after: float, count: int) -> None:
    snapshot = snapshot_of(error(NOW - 10), error(NOW - 10 + after, text="said differently"))

    assert snapshot.errors.count == count


@pytest.mark.parametrize("other", [{"stage": "STT"}, {"provider": "Google"}, {"code": "429"}, {"source": "other"}])
def test_r37_another_stage_provider_code_or_source_is_another_incident(other: dict[str, str]) -> None:
    assert snapshot_of(error(), error(**other)).errors.count == 2


def test_r37_errors_that_name_nothing_are_told_apart_by_their_text() -> None:
    nameless = {"stage": None, "provider": None, "code": None}

    one = error(text="database gone after 12 s", **nameless)
    echo = error(text="database gone after 13 s", **nameless)
    other = error(text="disk full", **nameless)

    assert snapshot_of(one, echo, other).errors.count == 2


def test_r37_a_traceback_in_a_record_of_its_own_adds_nothing() -> None:
    trace = error(
        NOW + 0.2, stage=None, provider=None, code=None, text="Traceback (most recent call last): KeyError: 1"
    )

    assert snapshot_of(error(), trace).errors.count == 1
    assert snapshot_of(trace).errors.count == 1


def test_r42_affected_calls_are_the_share_where_most_errors_name_their_call() -> None:
    named = [error(NOW - 500 + 5 * index, id="c1" if index < 6 else "c2") for index in range(8)]
    nameless = [error(NOW - 300 + 5 * index) for index in range(2)]

    figure = snapshot_of(*calls(100), *named, *nameless).errors

    assert (figure.count, figure.affected, figure.pct, figure.pct_status) == (10, 2, 2, Status.WARNING)


def test_r42_otherwise_it_is_errors_against_calls() -> None:
    named = [error(NOW - 500 + 5 * index, id="c1") for index in range(7)]
    nameless = [error(NOW - 300 + 5 * index) for index in range(3)]

    snapshot = snapshot_of(*calls(100), *named, *nameless)

    assert (snapshot.errors.affected, snapshot.errors.pct) == (None, 10)
    assert snapshot.verdict.affected_calls is None


def test_r7_without_any_line_of_the_orchestrator_no_errors_prove_nothing() -> None:
    store = MetricsStore(Thresholds())
    store.observe(NOW - 3600, NOW)
    silent = store.snapshot(NOW, LIVE).errors
    alive = snapshot_of(started(NOW - 600)).errors

    assert (silent.rate, silent.rate_status, silent.status) == (None, Status.NO_DATA, Status.NO_DATA)
    assert (alive.rate, alive.rate_status) == (0, Status.OK)


def test_r7_minutes_nobody_observed_are_not_counted_as_free_of_errors() -> None:
    store = MetricsStore(Thresholds())
    store.apply([error(NOW - 50), error(NOW - 40)], NOW)
    store.observe(NOW - 60, NOW)

    assert store.snapshot(NOW, LIVE).errors.rate == 2


def test_equal_errors_share_a_row_newest_first() -> None:
    rows = snapshot_of(
        error(NOW - 90, text="request 17 of call-55 refused"),
        error(NOW - 60, code="429", text="too many"),
        error(NOW - 30, text="request 18 of call-56 refused"),
    ).recent

    assert [(row.code, row.count) for row in rows] == [("401", 2), ("429", 1)]
    assert (rows[0].first_at, rows[0].last_at, rows[0].text) == (NOW - 90, NOW - 30, "request 18 of call-56 refused")


def test_a_row_asks_for_its_playbook_once() -> None:
    hints = Hints()

    rows = applied(MetricsStore(Thresholds(), hints), *[error(NOW - 100 + 2 * index) for index in range(9)]).recent

    assert rows[0].playbook is BOOK
    assert [text for text in hints.asked if not text.startswith("kpi:")] == ["Error: 401"]


def test_findings_carry_the_playbook_of_their_alert_key() -> None:
    hints = Hints()

    applied(MetricsStore(Thresholds(), hints), *calls(10), *[error(NOW - 100 + 2 * index) for index in range(9)])

    assert {"kpi:error_rate", "kpi:errors_per_minute"} <= set(hints.asked)


def test_rows_are_bounded_and_the_longest_quiet_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_module, "MAX_GROUPS", 3)

    rows = snapshot_of(*[error(NOW - 100 + index, code=code) for index, code in enumerate("abcad")]).recent

    assert [row.code for row in rows] == ["d", "a", "c"]


def test_r66_errors_without_any_time_are_rows_at_the_end() -> None:
    store = MetricsStore(Thresholds())

    snapshot = applied(store, error(None), error(NOW, code="429"), error(None))

    assert [(row.code, row.count, row.last_at) for row in snapshot.recent] == [("429", 1, NOW), ("401", 2, None)]
    assert (snapshot.errors.count, store._errors.errors.total) == (1, 3)


def test_r10_a_stage_without_any_provider_left_is_critical_at_once() -> None:
    verdict = snapshot_of(error(stage="LLM", code="all_failed")).verdict

    assert (verdict.status, verdict.findings[0].kpi, verdict.findings[0].stage) == (
        Status.CRITICAL,
        "all_failed",
        "LLM",
    )


def test_r41_hanging_up_after_the_caller_left_fails_nobody() -> None:
    errors = snapshot_of(opened("c1"), error(provider="Twilio", stage=None, code="20404"), error(code="503")).errors

    assert errors.count == 1
    assert errors.warnings == 1
