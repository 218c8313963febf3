"""Calls as a set of open ids (semantics R44-R56)."""

import pytest

from tests.engine.metrics.log_events import LIVE, NOW, applied, closed, error, event, opened, started, ttfb
from tui.engine.metrics import calls as calls_module
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import CallsFigure, LogEvent, Status, Thresholds


def calls_of(*events: LogEvent, now: float = NOW) -> CallsFigure:
    return applied(MetricsStore(Thresholds()), *events, now=now).calls


def test_r44_active_is_the_set_of_open_ids_and_the_peak_stands_beside_it() -> None:
    figure = calls_of(
        opened("a", NOW - 300), opened("b", NOW - 200), opened("c", NOW - 190), closed("a", NOW - 60), closed("b")
    )

    assert (figure.active, figure.peak, figure.opened, figure.closed) == (1, 3, 3, 2)


def test_r45_a_call_open_longer_than_the_limit_is_a_ghost_not_a_close() -> None:
    assert calls_of(opened("a", NOW - 3600)).active == 1

    figure = calls_of(opened("a", NOW - 3601))
    assert (figure.active, figure.ghosts, figure.closed, figure.lost) == (0, 1, 0, 0)


def test_r45_silence_of_a_call_counts_only_where_calls_have_lines_of_their_own() -> None:
    quiet = [opened("a", NOW - 1800), opened("b", NOW - 1800)]
    spoken = ttfb(300, NOW - 100, id="b")

    assert calls_of(*quiet).active == 2
    figure = calls_of(*quiet, spoken)
    assert (figure.active, figure.ghosts) == (1, 1)


def test_r45_the_limit_is_a_setting() -> None:
    store = MetricsStore(Thresholds(max_call_s=120))

    assert applied(store, opened("a", NOW - 121), opened("b", NOW - 119)).calls.active == 1


def test_r45_a_close_after_the_ghost_was_given_up_changes_nothing() -> None:
    figure = calls_of(opened("a", NOW - 4000), opened("b", NOW - 300), closed("a", NOW - 10))

    assert (figure.active, figure.ghosts, figure.closed) == (1, 1, 0)


def test_r46_a_restart_loses_every_open_call_of_its_source() -> None:
    figure = calls_of(
        opened("a", NOW - 100), opened("b", NOW - 90), opened("c", NOW - 90, source="other"), started(NOW - 80)
    )

    assert (figure.active, figure.lost, figure.closed) == (1, 2, 0)


def test_r46_markers_of_one_start_lose_the_calls_once() -> None:
    figure = calls_of(opened("a", NOW - 100), started(NOW - 80), opened("b", NOW - 70), started(NOW - 60))

    assert (figure.active, figure.lost) == (1, 1)


def test_r46_with_a_parent_process_one_workers_start_loses_nothing() -> None:
    parent = started(NOW - 500, text="Started parent process [1]")

    figure = calls_of(parent, started(NOW - 499, pid=8), opened("a", NOW - 100), started(NOW - 50, pid=9))

    assert (figure.active, figure.lost) == (1, 0)


def test_r46_several_pids_in_one_start_are_several_workers() -> None:
    boot = [started(NOW - 500, pid=8), started(NOW - 499, pid=9)]

    figure = calls_of(*boot, opened("a", NOW - 100), started(NOW - 50, pid=10))

    assert (figure.active, figure.lost) == (1, 0)


def test_r47_closes_of_unknown_ids_are_counted_but_never_make_active_negative() -> None:
    figure = calls_of(closed("x", NOW - 50), closed("y", NOW - 40), opened("a", NOW - 30))

    assert (figure.active, figure.closed, figure.opened) == (1, 2, 1)


def test_r47_active_is_a_lower_bound_until_a_start_or_the_longest_call_has_passed() -> None:
    assert calls_of(opened("a")).lower_bound
    assert not calls_of(opened("z", NOW - 3600), closed("z", NOW - 3500), opened("a")).lower_bound
    assert not calls_of(started(NOW - 10), opened("a")).lower_bound
    assert calls_of(started(NOW - 10), opened("a"), opened("b", source="other")).lower_bound


@pytest.mark.parametrize(("after", "opens"), [(4.9, 1), (5, 2)])
def test_r48_an_open_id_opened_again_is_one_call_and_a_new_open_after_five_seconds(after: float, opens: int) -> None:
    store = MetricsStore(Thresholds())

    snapshot = applied(store, opened("a", NOW - 100), opened("a", NOW - 100 + after))

    assert (snapshot.calls.active, snapshot.calls.opened) == (1, opens)
    assert snapshot.errors.calls == 1, "R28: a rate counts an id once while it is open"


def test_r48_a_reconnect_resets_the_age_but_not_the_duration() -> None:
    events = [opened("a", NOW - 3700), opened("a", NOW - 600)]
    store = MetricsStore(Thresholds(short_call_s=1000))

    assert calls_of(*events).active == 1
    assert applied(store, *events, closed("a")).calls.short == 0


def test_r49_a_repeated_close_changes_nothing() -> None:
    figure = calls_of(opened("a", NOW - 60), closed("a", NOW - 50), closed("a", NOW - 20))

    assert (figure.active, figure.closed) == (0, 1)


def test_r49_a_close_without_duration_is_measured_by_the_log_or_unknown() -> None:
    measured = calls_of(opened("a", NOW - 2), closed("a"))
    unknown = calls_of(opened("a", None, arrived=NOW), closed("a", None, arrived=NOW))

    assert (measured.short, unknown.short) == (1, 0)
    assert unknown.closed == 1


def test_r49_the_logged_duration_wins_over_the_measured_one() -> None:
    store = MetricsStore(Thresholds())

    snapshot = applied(store, opened("a", NOW - 60), closed("a", duration_s=2.0))

    assert snapshot.calls.short == 1
    assert store._calls.counts.mismatches == 1


def test_an_id_that_was_closed_may_be_opened_again() -> None:
    figure = calls_of(opened("a", NOW - 60), closed("a", NOW - 50), opened("a", NOW - 40))

    assert (figure.active, figure.opened) == (1, 2)


@pytest.mark.parametrize(
    "refusal",
    [
        {"stage": None, "provider": None, "code": "403", "text": '"WebSocket /ws" 403'},
        {"stage": None, "provider": None, "code": None, "text": "Manager connect failed: boom"},
        {"stage": None, "provider": None, "code": None, "text": "Orchestrator start failed: boom"},
    ],
)
def test_r50_a_call_that_was_not_accepted_is_dropped(refusal: dict[str, str | None]) -> None:
    early = calls_of(opened("z", NOW - 60), opened("a", NOW - 10), error(NOW - 8, **refusal))
    late = calls_of(opened("z", NOW - 60), opened("a", NOW - 10), error(NOW - 7.9, **refusal))

    assert (early.active, early.lost, early.closed) == (1, 1, 0)
    assert (late.active, late.lost) == (2, 0)


def test_r50_a_provider_that_answers_403_drops_no_call() -> None:
    assert calls_of(opened("a", NOW - 1), error(code="403")).active == 1


def test_r51_anonymous_sockets_count_while_no_call_was_ever_named() -> None:
    figure = calls_of(event("socket_opened", NOW - 9), event("socket_opened", NOW - 8), event("socket_closed", NOW - 7))

    assert (figure.active, figure.anonymous, figure.opened, figure.closed) == (1, True, 2, 1)


def test_r51_sockets_are_ignored_once_a_call_is_named() -> None:
    sockets = [event("socket_opened", NOW - 120 + index) for index in range(9)]

    figure = calls_of(*sockets, opened("a", NOW - 60), event("socket_opened", NOW - 60))

    assert (figure.active, figure.anonymous, figure.opened, figure.peak) == (1, False, 1, 1)


def test_r51_sockets_never_go_below_none() -> None:
    figure = calls_of(event("socket_closed", NOW - 9), event("socket_closed", NOW - 8), event("socket_opened", NOW - 7))

    assert figure.active == 1


def test_a_close_without_an_id_ends_the_oldest_call() -> None:
    figure = calls_of(opened("a", NOW - 60), opened("b", NOW - 50), closed(None))

    assert (figure.active, figure.closed) == (1, 1)


@pytest.mark.parametrize("call", ["v3:AbC-_.~", "1763021740.16", "closed", "CA0123"])
def test_r52_ids_are_any_text_and_belong_to_their_source(call: str) -> None:
    figure = calls_of(opened(call, NOW - 9), opened(call, NOW - 9, source="other"), closed(call, NOW - 5))

    assert (figure.active, figure.opened) == (1, 2)
    assert calls_of(opened("abc", NOW - 9), closed("ABC", NOW - 5)).active == 1


def test_r53_opens_are_broken_down_by_client_browser_included() -> None:
    clients = ["twilio", "telnyx", "twilio", "browser", None]

    figure = calls_of(*[opened(f"c{index}", NOW - 9, client=client) for index, client in enumerate(clients)])

    assert figure.by_client == (("twilio", 2), ("browser", 1), ("other", 1), ("telnyx", 1))
    assert figure.opened == 5


def test_r53_kinds_of_client_beyond_the_twentieth_are_one() -> None:
    figure = calls_of(*[opened(f"c{index}", NOW - 9, client=f"k{index:02}") for index in range(40)])

    assert len(figure.by_client) == 21
    assert figure.by_client[0] == ("other", 20)


def test_r55_three_short_calls_in_fifteen_minutes_warn() -> None:
    def short(count: int, ago: float) -> CallsFigure:
        events = [opened("z", NOW - 60), *[opened(f"c{index}", NOW - ago) for index in range(count)]]
        return calls_of(*events, *[closed(f"c{index}", NOW - ago + 1, duration_s=2.9) for index in range(count)])

    assert (short(2, 60).status, short(2, 60).short) == (Status.OK, 2)
    assert (short(3, 60).status, short(3, 60).short_recent) == (Status.WARNING, 3)
    assert (short(3, 1000).status, short(3, 1000).short, short(3, 1000).short_recent) == (Status.OK, 3, 0)


def test_r56_concurrency_is_the_sum_over_the_sources() -> None:
    figure = calls_of(*[opened(f"c{index}", NOW - 9, source=f"s{index % 3}") for index in range(21)])

    assert (figure.active, figure.status) == (21, Status.WARNING)


def test_r66_calls_without_any_time_are_open_but_in_no_window() -> None:
    figure = calls_of(opened("a", None), opened("b", None), closed("a", None))

    assert (figure.active, figure.opened, figure.peak) == (1, 0, 1)


def test_r67_a_close_read_before_its_open_leaves_no_ghost() -> None:
    figure = calls_of(opened("z", NOW - 90), closed("a", NOW - 20), opened("a", NOW - 45))

    assert (figure.active, figure.opened, figure.closed) == (1, 2, 1)


def test_the_chart_shows_the_highest_level_of_each_minute_and_carries_it_on() -> None:
    figure = calls_of(
        opened("a", NOW - 290), opened("b", NOW - 280), closed("a", NOW - 270), closed("b", NOW - 100), opened("c")
    )

    assert figure.per_minute[-7:] == (0, 2, 1, 1, 1, 0, 1)


def test_r46_a_bare_start_marker_among_timed_lines_ends_the_level_of_the_chart() -> None:
    figure = calls_of(opened("a", NOW - 290), opened("b", NOW - 280), started(None), opened("c", NOW - 5))

    assert (figure.active, figure.per_minute[-6:]) == (1, (2, 0, 0, 0, 1, 1))


def test_minutes_nobody_observed_are_gaps() -> None:
    store = MetricsStore(Thresholds())
    store.apply([opened("a", NOW - 290)], NOW)
    store.observe(NOW - 60, NOW)

    assert store.snapshot(NOW, LIVE).calls.per_minute[-7:] == (None, 1, None, None, None, 1, 1)


def test_no_call_lines_means_unknown_not_zero() -> None:
    figure = calls_of(ttfb(300), started())

    assert (figure.active, figure.status) == (None, Status.NO_DATA)


def test_open_ids_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_module, "MAX_OPEN", 50)

    figure = calls_of(*[opened(f"c{index}", NOW - 9) for index in range(70)])

    assert (figure.active, figure.ghosts) == (50, 20)
