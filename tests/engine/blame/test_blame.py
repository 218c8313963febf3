"""A planted culprit is named with its time and share; without one nothing is said."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.blame.traffic import HOSTS, NOW, Slowness, Traffic, blamed, shown
from tui.engine.blame import explain
from tui.engine.blame._counted import counted
from tui.engine.blame._told import Telling
from tui.engine.blame._units import Places, units_of
from tui.engine.model import Blame, Finding, Limits, LogEvent, Stage, Status, Thresholds

SLICE_S = 10.0
SEEDS = range(4)
Where = Callable[[str, str, str, str], bool]
"""Whether stage, provider, host and client are those planted."""

PLANTED: dict[str, tuple[Where, tuple[tuple[str, str], ...]]] = {
    "provider": (lambda _s, p, _h, _c: p == "Azure", (("provider", "Azure"),)),
    "host": (lambda s, _p, h, _c: s == "TTS" and h == "voice-prod-02", (("host", "voice-prod-02"),)),
    "client": (lambda s, _p, _h, c: s == "TTS" and c == "telnyx", (("client", "telnyx"),)),
    "provider on a host": (
        lambda _s, p, h, _c: p == "Azure" and h == "voice-prod-02",
        (("provider", "Azure"), ("host", "voice-prod-02")),
    ),
}


def slower_since(at: float, where: Where, factor: float = 2.8) -> Slowness:
    return lambda time, stage, provider, host, client: (
        factor if time >= at and where(stage, provider, host, client) else 1.0
    )


@pytest.mark.parametrize("planted", PLANTED)
def test_a_slow_place_is_named_with_its_time_and_its_share(planted: str) -> None:
    where, culprit = PLANTED[planted]
    late: list[float] = []
    for seed in SEEDS:
        began = NOW - 150 - 13 * seed
        blame = blamed(Traffic(seed, slowness=slower_since(began, where)).events())["ttfb"]

        assert (blame.stage, blame.shift) == ("TTS", "level")
        assert set(culprit) <= set(blame.culprit)
        assert blame.share >= 85
        late.append(abs(blame.at - began))
    assert median(late) <= SLICE_S
    assert max(late) <= 4 * SLICE_S


@pytest.mark.parametrize("seed", SEEDS)
def test_a_longer_turn_is_told_by_the_stage_it_is_spent_in(seed: int) -> None:
    slow = slower_since(NOW - 200, lambda _s, p, _h, _c: p == "Groq", 3.0)

    blame = blamed(Traffic(seed, slowness=slow).events())["turn"]

    assert blame.culprit[:2] == (("stage", "LLM"), ("provider", "Groq"))


@pytest.mark.parametrize("seed", SEEDS)
def test_traffic_that_moved_to_a_slower_provider_is_told_as_that(seed: int) -> None:
    traffic = Traffic(
        seed,
        slowness=lambda _at, _s, p, _h, _c: 2.6 if p == "Cartesia" else 1.0,
        share=lambda at: 0.97 if at < NOW - 200 else 0.3,
    )

    blame = blamed(traffic.events())["ttfb"]

    assert (blame.shift, blame.culprit) == ("traffic", (("provider", "Cartesia"),))
    assert blame.traffic[0] < 10
    assert blame.traffic[1] > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_failing_requests_are_told_by_provider_and_host(seed: int) -> None:
    began = NOW - 240

    def failing(at: float, _stage: Stage, provider: str, host: str, _client: str) -> float:
        return 0.8 if at >= began and provider == "Azure" and host == "voice-prod-03" else 0.0005

    blame = blamed(Traffic(seed, failing=failing, every_s=0.8).events())["errors"]

    assert {("provider", "Azure"), ("host", "voice-prod-03")} <= set(blame.culprit)
    assert blame.at >= began - SLICE_S


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_so_everywhere_has_no_culprit(seed: int) -> None:
    slow = slower_since(NOW - 200, lambda *_: True, 2.0)

    assert blamed(Traffic(seed, slowness=slow).events()) == {}


TIGHT = replace(Thresholds(), ttfb_tts_ms=Limits(300, 350), turn_ms=Limits(1000, 1100))
"""Limits that healthy traffic misses all the time: something is wrong, and nothing has changed."""


def test_without_a_change_nothing_is_said_whatever_the_limits() -> None:
    """One look in forty may speak, which is half of what is promised; ``bench.blame`` measures over many more."""
    voices = [bool(blamed(Traffic(seed, minutes=25, every_s=3).events(), TIGHT)) for seed in range(100, 140)]

    assert sum(voices) <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_two_places_that_share_it_evenly_are_none(seed: int) -> None:
    slow = slower_since(NOW - 200, lambda s, _p, h, _c: s == "TTS" and h != "voice-prod-01")

    assert "ttfb" not in blamed(Traffic(seed, slowness=slow).events())


def test_too_little_is_too_little() -> None:
    slow = slower_since(NOW - 150, PLANTED["provider"][0])
    events = Traffic(3, minutes=4, every_s=30, slowness=slow).events()

    assert blamed(events) == {}


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_in_which_sources_were_read_changes_nothing(seed: int) -> None:
    events = Traffic(7, minutes=15, slowness=slower_since(NOW - 150, PLANTED["host"][0])).events()
    snapshot = shown(events)
    mixed = _by_source_in_some_order(events, Random(seed))  # noqa: S311 - the same order for the same seed

    assert explain(snapshot, mixed, NOW) == explain(snapshot, events, NOW) != ()


def _by_source_in_some_order(events: list[LogEvent], rng: Random) -> list[LogEvent]:
    sources = list(HOSTS)
    rng.shuffle(sources)
    return [event for source in sources for event in events if event.source == source]


def test_nothing_after_the_moment_asked_about_counts() -> None:
    events = Traffic(5, slowness=slower_since(NOW - 200, PLANTED["host"][0])).events()
    snapshot = shown(events)
    later = [event._replace(time=(event.time or 0) + 3000, ms=1.0) for event in events[-500:]]

    assert explain(snapshot, [*events, *later], NOW) == explain(snapshot, events, NOW)


def test_what_is_counted_is_what_the_figures_count() -> None:
    """One truth: the observations of the last windows are as many as the panels say."""
    failing = {"Azure": 0.1}
    events = Traffic(11, minutes=4, failing=lambda _at, _s, p, _h, _c: failing.get(p, 0.0)).events()
    events += [event._replace(line=event.line + 1, dialect="y") for event in events if event.kind == "ttfb"][::3]
    events.sort(key=lambda event: (event.time or 0, event.line))
    snapshot, told = shown(events), Telling(counted(events, NOW, Thresholds()))
    places = Places(told, HOSTS)

    def n(kpi: str, stage: Stage | None, limit: float) -> tuple[int, int]:
        finding = Finding(kpi, Status.WARNING, limit=limit, stage=stage)
        units = units_of(finding, told, places, Thresholds(), NOW)
        return len(units), sum(unit.over for unit in units)

    assert n("ttfb", "TTS", 500)[0] == snapshot.ttfb[2].figures.n
    assert n("turn", None, 1500)[0] == snapshot.turn.figures.n
    assert n("errors", None, 1)[1] == snapshot.errors.count > 0


def test_an_earlier_trouble_is_not_taken_for_this_one() -> None:
    where = PLANTED["host"][0]

    def slow(at: float, stage: Stage, provider: str, host: str, client: str) -> float:
        first = NOW - 1500 <= at < NOW - 1200 and provider == "Azure"
        return 2.8 if first or (at >= NOW - 180 and where(stage, provider, host, client)) else 1.0

    blame = blamed(Traffic(2, slowness=slow).events())["ttfb"]

    assert blame.at >= NOW - 190
    assert blame.since >= NOW - 1300
    assert blame.culprit == (("host", "voice-prod-02"),)


def around(kind: str, at: float, **fields: object) -> Blame:
    """Return what is said when something of a kind happened at a time, and Azure became slow a minute ago or so."""
    events = Traffic(4, slowness=slower_since(NOW - 180, PLANTED["provider"][0])).events()
    events.append(LogEvent(kind, "app-1", 999_999, time=at, text="its line", **fields))  # type: ignore[arg-type]
    return blamed(sorted(events, key=lambda event: event.time or 0))["ttfb"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [("fallback", "fallback"), ("recovery", "recovery"), ("process_start", "start"), ("config_warning", "config")],
)
def test_what_came_just_before_is_told_as_before(kind: str, told: str) -> None:
    fields = {"stage": "LLM"} if told in {"fallback", "recovery"} else {}
    blame = around(kind, NOW - 220, **fields)

    assert [(each.kind, each.source, each.text) for each in blame.preceded] == [(told, "app-1", "its line")]
    assert blame.preceded[0].at <= blame.at


def test_what_came_long_before_or_later_is_not_told() -> None:
    assert around("process_start", NOW - 400).preceded == ()
    assert around("process_start", NOW - 60).preceded == ()


def test_a_burst_of_errors_and_a_gap_before_it_are_told() -> None:
    events = Traffic(4, slowness=slower_since(NOW - 180, PLANTED["provider"][0])).events()
    burst = [
        LogEvent("error", "app-3", 900_000 + n, time=NOW - 230 + 4 * n, text=f"E{n}", code=str(n)) for n in range(4)
    ]
    events = sorted([*events, *burst], key=lambda event: event.time or 0)
    snapshot = shown(events)
    gap = replace(snapshot.sources[1], gap_at=NOW - 210, gap_reason="rotated away")
    blame = explain(replace(snapshot, sources=(snapshot.sources[0], gap)), events, NOW)[0]

    assert [(each.kind, each.source, each.text) for each in blame.preceded] == [
        ("gap", "app-2", "rotated away"),
        ("errors", "app-3", "E0"),
    ]
