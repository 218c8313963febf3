from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.alerts import figures
from tests.engine.alerts.figures import CALM, NOW
from tui.engine.alerts.machine import MAX_STEP_S, Machine, alert_id
from tui.engine.alerts.rule import AlertRule, read_rules, shipped
from tui.engine.clock import ManualClock
from tui.engine.model import AlertState, Severity, Snapshot, SourceState, Status


class Bench:
    """A machine and a clock that a test moves."""

    def __init__(self, rules: Mapping[str, AlertRule] | None = None, *, history: float = 0.0) -> None:
        self.clock = ManualClock(NOW)
        self.machine = Machine(shipped() if rules is None else rules, history=history)

    def run(self, snapshot: Snapshot, seconds: float = 0.0) -> None:
        """Judge one snapshot every second, at least once."""
        self.machine.step(snapshot, self.clock.now())
        for _ in range(int(seconds)):
            self.clock.advance(1)
            self.machine.step(snapshot, self.clock.now())

    def standing(self, rule: str) -> list[tuple[str, str]]:
        found = [track.alert for track in self.machine.tracks.values() if track.alert.rule == rule]
        return sorted((str(alert.state), alert.severity) for alert in found)


@dataclass(frozen=True)
class Case:
    """A rule with snapshots at its edges (semantics R1): a warning, the worst warning, the first critical one."""

    rule: str
    below: Snapshot
    warning: Snapshot | None
    critical: Snapshot | None
    for_s: int = 300
    resolve_for_s: int = 120


CASES = [
    Case("config_warning", CALM, None, figures.missing(), for_s=0, resolve_for_s=0),
    Case("all_providers_failed", CALM, None, figures.found("all_failed", Status.CRITICAL, 1, "LLM"), for_s=0),
    Case(
        "crash_loop",
        CALM,
        figures.found("restarts", Status.WARNING, 3),
        figures.found("restarts", Status.CRITICAL, 5),
        for_s=0,
    ),
    Case("provider_down", CALM, None, figures.broken(failures=2000)),
    Case("fallback_rate", figures.falling_back(4.9), figures.falling_back(5.0), figures.falling_back(10.1)),
    Case("fallback_spike", figures.spiking(49), figures.spiking(50), None),
    Case("ttfb_p95", figures.slow(499), figures.slow(500), figures.slow(1001)),
    Case("turn_latency", figures.slow_turn(1499), figures.slow_turn(1500), figures.slow_turn(3001)),
    Case("concurrent_calls", figures.busy(19), figures.busy(20), figures.busy(51)),
    Case("callers_in_silence", figures.silent(0), figures.silent(1), figures.silent(3), for_s=10),
    Case("short_calls", figures.cut_short(2), figures.cut_short(3), None),
    Case("error_rate", figures.failing(0.9), figures.failing(1.0), figures.failing(5.1)),
    Case("errors_per_minute", figures.erring(0.9), figures.erring(1.0), figures.erring(5.1)),
    Case("source_stale", CALM, None, figures.source(SourceState.STALE)),
    Case(
        "gap",
        figures.source(SourceState.LIVE),
        figures.source(SourceState.LIVE, gaps=1, gap_at=NOW + 200),
        None,
    ),
]
PENDING = pytest.mark.parametrize("case", [case for case in CASES if case.for_s], ids=lambda case: case.rule)
OF_FIGURES = pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.rule not in {"source_stale", "gap", "config_warning"}],
    ids=lambda case: case.rule,
)
"""Those that tell neither of the source itself nor of a fact that no silence undoes."""
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)


def worst(case: Case) -> tuple[Snapshot, Severity]:
    if case.critical is not None:
        return case.critical, "critical"
    assert case.warning is not None
    return case.warning, "warning"


def test_every_shipped_rule_that_is_on_has_a_case() -> None:
    assert {case.rule for case in CASES} == {name for name, rule in shipped().items() if rule.enabled}


@EACH
def test_r10_a_rule_fires_when_its_condition_held_for_its_time_and_not_a_second_before(case: Case) -> None:
    snapshot, severity = worst(case)
    bench = Bench()

    if case.for_s:
        bench.run(snapshot, case.for_s - 1)
        assert bench.standing(case.rule) == [("pending", severity)]
        bench.run(snapshot, 1)
    else:
        bench.run(snapshot)

    assert bench.standing(case.rule) == [("firing", severity)]


@EACH
def test_r1_a_rule_warns_at_its_limit_and_stays_silent_below(case: Case) -> None:
    bench = Bench()
    bench.run(case.below, 700)
    assert bench.standing(case.rule) == []

    if case.warning is not None:
        bench.run(case.warning, case.for_s)
        assert bench.standing(case.rule) == [("firing", "warning")]


@EACH
def test_r10_an_alert_is_over_when_its_figure_was_below_the_limit_for_two_minutes(case: Case) -> None:
    snapshot, severity = worst(case)
    bench = Bench()
    bench.run(snapshot, case.for_s)

    if case.resolve_for_s:
        bench.run(case.below, case.resolve_for_s - 1)
        assert bench.standing(case.rule) == [("firing", severity)]
        bench.run(case.below, 1)
    else:
        bench.run(case.below)

    assert [state for state, _ in bench.standing(case.rule)] == ["resolved"]


@PENDING
def test_a_pending_alert_whose_condition_ends_was_none(case: Case) -> None:
    bench = Bench()
    bench.run(worst(case)[0], case.for_s - 2)

    bench.run(case.below)

    assert bench.standing(case.rule) == []


@OF_FIGURES
def test_without_live_data_an_alert_neither_begins_nor_ends(case: Case) -> None:
    bench = Bench()
    bench.run(figures.stale(worst(case)[0]), 700)
    assert bench.standing(case.rule) == []

    bench.run(worst(case)[0], case.for_s)
    bench.run(figures.stale(case.below), 700)

    assert [state for state, _ in bench.standing(case.rule)] == ["firing"]


def test_an_alert_gets_worse_only_when_the_worse_lasted_too() -> None:
    bench = Bench()
    bench.run(figures.slow(700), 300)

    bench.run(figures.slow(1500), 299)
    assert bench.standing("ttfb_p95") == [("firing", "warning")]
    bench.run(figures.slow(1500), 1)

    assert bench.standing("ttfb_p95") == [("firing", "critical")]


def test_an_alert_gets_milder_as_slowly_as_it_would_end() -> None:
    bench = Bench()
    bench.run(figures.slow(1500), 300)

    bench.run(figures.slow(700), 119)
    assert bench.standing("ttfb_p95") == [("firing", "critical")]
    bench.run(figures.slow(700), 1)

    assert bench.standing("ttfb_p95") == [("firing", "warning")]


def test_r14_fewer_than_five_samples_raise_nothing() -> None:
    bench = Bench()

    bench.run(figures.slow(5000, n=4), 700)

    assert bench.standing("ttfb_p95") == []


def test_r27_few_calls_never_make_a_rate_critical_whatever_the_users_limits() -> None:
    bench = Bench(read_rules({"fallback_rate": {"warn": 1, "crit": 2}}, str))

    bench.run(figures.falling_back(50, calls=4), 300)

    assert bench.standing("fallback_rate") == [("firing", "warning")]


def test_r68_history_read_at_the_start_explains_figures_and_raises_nothing() -> None:
    bench = Bench(history=NOW - 120)
    bench.run(figures.falling_back(30, at=NOW - 121), 900)
    bench.run(figures.missing(at=NOW - 121))
    assert bench.machine.tracks == {}

    bench.run(figures.falling_back(30, at=NOW - 119), 300)

    assert bench.standing("fallback_rate") == [("firing", "critical")]


def test_r77_another_generation_that_misses_the_key_again_is_another_alert() -> None:
    bench = Bench()
    bench.run(figures.missing(at=NOW, first_at=NOW - 1), 30)
    (first,) = [track.alert for track in bench.machine.tracks.values()]

    bench.run(figures.missing(at=NOW + 25, first_at=NOW - 1), 1)  # the same one repeats itself
    (same,) = [track.alert for track in bench.machine.tracks.values()]
    bench.run(figures.missing(at=NOW + 61, first_at=NOW + 60), 1)
    (second,) = [track.alert for track in bench.machine.tracks.values()]

    assert same.episode == first.episode
    assert second.episode > first.episode
    assert second.id == first.id
    assert second.state is AlertState.FIRING


def test_r61_silence_of_a_process_nobody_saw_start_does_not_end_a_config_alert() -> None:
    bench = Bench()
    bench.run(figures.missing())
    unknown = replace(CALM, config=replace(CALM.config, status=Status.NO_DATA, start_seen=False))

    bench.run(unknown, 600)

    assert bench.standing("config_warning") == [("firing", "critical")]


def test_an_alert_keeps_its_name_and_each_set_of_labels_has_its_own() -> None:
    ids = {alert_id("", "ttfb_p95", (("stage", stage),)) for stage in ("STT", "LLM", "TTS")}

    assert len(ids) == 3
    assert alert_id("", "ttfb_p95", (("stage", "STT"),)) in ids
    assert all(len(each) == 6 for each in ids)


@pytest.mark.parametrize("jump", [-3600.0, 86_400.0], ids=["back an hour", "forward a day"])
def test_fault_38_39_a_clock_that_jumps_neither_delays_nor_hurries_an_alert(jump: float) -> None:
    bench = Bench()
    bench.run(figures.slow(1500), 100)

    bench.clock.set(bench.clock.now() + jump)
    bench.run(figures.slow(1500), 138)
    assert bench.standing("ttfb_p95") == [("pending", "critical")]
    bench.run(figures.slow(1500), 62)

    assert bench.standing("ttfb_p95") == [("firing", "critical")]


def test_fault_45_a_night_asleep_is_not_persistence() -> None:
    bench = Bench()
    bench.run(figures.slow(1500), 10)

    bench.clock.advance(8 * 3600)
    bench.run(figures.slow(1500))

    assert bench.standing("ttfb_p95") == [("pending", "critical")]


def test_fault_94_a_source_that_is_not_read_fires_though_nothing_else_can_be_judged() -> None:
    bench = Bench()

    bench.run(figures.source(SourceState.STALE), 300)

    assert bench.standing("source_stale") == [("firing", "critical")]


def test_a_rule_that_is_gone_after_a_reload_ends_its_alerts() -> None:
    bench = Bench()
    bench.run(figures.slow(1500), 300)

    bench.machine.use_rules(read_rules({"ttfb_p95": {"enabled": False}}, str))
    bench.run(figures.slow(1500))

    assert [state for state, _ in bench.standing("ttfb_p95")] == ["resolved"]


def test_a_resolved_alert_is_shown_for_an_hour() -> None:
    bench = Bench()
    bench.run(figures.missing())
    bench.run(CALM, 3600)
    assert bench.standing("config_warning") == [("resolved", "critical")]

    bench.run(CALM, 1)

    assert bench.standing("config_warning") == []


LEVELS = st.lists(st.tuples(st.sampled_from([100.0, 700.0, 1500.0]), st.integers(1, 400)), min_size=1, max_size=12)


@given(LEVELS)
@settings(max_examples=20, deadline=None)
def test_an_alert_fires_exactly_for_lasting_breaches_and_ends_exactly_for_lasting_calm(
    plan: list[tuple[float, int]],
) -> None:
    """An independent model of one rule: seconds of breach and of calm in a row, counted from the plan alone."""
    bench = Bench({"ttfb_p95": shipped()["ttfb_p95"]})
    firing, breach, calm = False, -1, -1
    for ms, seconds in plan:
        for _ in range(seconds):
            bench.machine.step(figures_of(ms), bench.clock.now())
            bench.clock.advance(1)
            breach, calm = (breach + 1, -1) if ms >= 500 else (-1, calm + 1)
            firing = breach >= 300 or (firing and calm < 120)
            assert ("firing" in {state for state, _ in bench.standing("ttfb_p95")}) == firing


_SLOW: dict[float, Snapshot] = {}


def figures_of(ms: float) -> Snapshot:
    return _SLOW.setdefault(ms, figures.slow(ms))


@given(LEVELS)
@settings(max_examples=20, deadline=None)
def test_no_two_episodes_of_an_alert_share_their_number(plan: list[tuple[float, int]]) -> None:
    bench = Bench({"ttfb_p95": shipped()["ttfb_p95"]})
    episodes: list[int] = []
    for ms, seconds in plan:
        for _ in range(seconds):
            bench.machine.step(figures_of(ms), bench.clock.now())
            bench.clock.advance(1)
            found = [track.alert.episode for track in bench.machine.tracks.values()]
            episodes += [each for each in found if each not in episodes[-1:]]

    assert episodes == sorted(set(episodes))


def burnt(bad_minutes: int, recent_bad: int) -> Snapshot:
    """An hour in which so many minutes were slow, so many of them in the last five."""
    good, bad = (90.0, 100.0, 110.0), (900.0, 1500.0, 1600.0)
    old = [bad] * (bad_minutes - recent_bad)
    series = (*old, *[good] * (54 - len(old)), *[good] * (5 - recent_bad), *[bad] * recent_bad, None)
    return figures.slow(300, series=series)


@pytest.mark.parametrize(
    ("bad", "recent", "fires"), [(18, 2, True), (30, 0, False), (5, 5, False), (17, 2, False)], ids=str
)
def test_a_burn_rate_fires_only_when_the_hour_and_the_last_minutes_both_burn(
    bad: int, recent: int, *, fires: bool
) -> None:
    bench = Bench(read_rules({"ttfb_burn": {"enabled": True}}, str))

    bench.run(burnt(bad, recent))

    assert bench.standing("ttfb_burn") == ([("firing", "critical")] if fires else [])


@given(st.lists(st.tuples(st.sampled_from(["calm", "missing", "slow", "very slow"]), st.integers(0, 700)), max_size=6))
@settings(max_examples=60, deadline=None)
def test_whoever_looks_no_oftener_than_the_machine_has_patience_for_sees_the_same(
    weather: list[tuple[str, int]],
) -> None:
    shown = {"calm": CALM, "missing": figures.missing(), "slow": figures.slow(501), "very slow": figures.slow(1001)}
    always, seldom = Bench(), Bench()
    for name, seconds in weather:
        always.run(shown[name], seconds)
        seldom.machine.step(shown[name], seldom.clock.now())
        left = float(seconds)
        while left > 0:
            pause = min(left, MAX_STEP_S, max(1.0, seldom.machine.patience()))
            seldom.clock.advance(pause)
            seldom.machine.step(shown[name], seldom.clock.now())
            left -= pause

    alerts = [[track.alert for track in bench.machine.tracks.values()] for bench in (always, seldom)]
    assert alerts[0] == alerts[1]
