"""The same with real log lines: the demo's orchestrator on two hosts, through parser and store."""

from dataclasses import replace
from datetime import UTC
from functools import cache
from itertools import takewhile

import pytest

from tui.engine.blame import explain
from tui.engine.blame_sentence import blame_sentence
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Blame, Limits, LineBlock, LogEvent, SourceState, SourceStatus, Thresholds
from tui.engine.parser import Parser
from tui.simulator.story import Story

START = 1_769_695_320.0
INTO_S = 100.0
PAST_S = 900.0
HOSTS = {"one": "voice-prod-01", "two": "voice-prod-02"}
SEEDS = range(1, 4)


@cache
def lines_of(scenario: str, seed: int, name: str) -> tuple[LogEvent, ...]:
    """Return the events of a story up to ``INTO_S`` seconds into it, each line read as it was written."""
    parser = Parser(name, UTC, clock=ManualClock(START + INTO_S))
    told = takewhile(lambda each: each[0] <= INTO_S, Story(scenario, seed, "andrea", UTC, PAST_S).lines(START))
    blocks = (LineBlock(name, n, [line.encode()], 0, START + at) for n, (at, line) in enumerate(told, 1))
    return tuple(event for block in blocks for event in parser.feed(block))


def blamed(scenarios: dict[str, str], seed: int, limits: Thresholds | None = None) -> dict[str, Blame]:
    """Return what explains the figures when each source lives through its scenario, by figure."""
    events = [event for name, scenario in scenarios.items() for event in lines_of(scenario, seed, name)]
    now = START + INTO_S
    store = MetricsStore(limits or Thresholds())
    store.observe(START - PAST_S, now)
    store.apply(sorted(events, key=lambda event: event.time or event.arrived or 0.0), now)
    sources = tuple(SourceStatus(name, "ssh", SourceState.LIVE, host=HOSTS[name]) for name in scenarios)
    return {blame.kpi: blame for blame in reversed(explain(store.snapshot(now, sources), events, now))}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_host_whose_speech_became_slow_is_named(seed: int) -> None:
    blame = blamed({"one": "calm", "two": "slow-tts"}, seed)["ttfb"]

    assert blame.culprit == (("provider", "Azure"), ("host", "voice-prod-02"))
    assert blame.share >= 90
    assert -10 <= blame.at - (START + 15) <= 20  # the first slow answer ends some seconds later
    assert blame_sentence(blame).startswith("TTS P95 +")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_host_that_lost_its_provider_is_named(seed: int) -> None:
    found = blamed({"one": "calm", "two": "azure-outage"}, seed)

    assert found
    assert all(("host", "voice-prod-02") in blame.culprit for blame in found.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_missing_key_shows_as_errors_of_its_stage_after_the_start_that_missed_it(seed: int) -> None:
    blame = blamed({"one": "missing-key"}, seed)["errors_per_minute"]

    assert blame.culprit == (("stage", "LLM"),)
    assert {each.kind for each in blame.preceded} >= {"config", "start"}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_overload_slows_everything_down_and_has_no_culprit(seed: int) -> None:
    assert blamed({"one": "overload", "two": "overload"}, seed) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_calm_day_with_limits_that_are_always_missed_has_none_either(seed: int) -> None:
    tight = replace(
        Thresholds(), ttfb_tts_ms=Limits(330, 400), ttfb_llm_ms=Limits(690, 800), turn_ms=Limits(1100, 1300)
    )

    assert blamed({"one": "calm", "two": "calm"}, seed, tight) == {}
