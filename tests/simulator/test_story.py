"""Each scenario tells what its name says, in every dialect, and says the same again for the same seed."""

import json
import math
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from itertools import takewhile

import pytest

from tui.engine import text
from tui.engine.model import LineBlock, LogEvent, Stage
from tui.engine.parser import Parser
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.simulator.scenarios import SCENARIOS
from tui.simulator.story import DIALECTS, Story

START = 1_800_000_000.0
PAST_S = 300.0
TROUBLE = {"error", "warning", "fallback", "config_warning"}


def lines(scenario: str, until: float, dialect: str = "andrea", seed: int = 1) -> list[tuple[float, str]]:
    story = Story(scenario, seed, dialect, UTC, PAST_S)
    return list(takewhile(lambda line: line[0] < until, story.lines(START)))


@cache
def events(scenario: str, since: float, until: float, dialect: str = "andrea") -> list[LogEvent]:
    raw = [line.encode() for second, line in lines(scenario, until, dialect) if second >= since]
    parser = Parser("app", UTC)
    return parser.feed(LineBlock("app", 1, raw, 0, None)) + parser.flush()


def kinds(found: list[LogEvent]) -> Counter[str]:
    return Counter(event.kind for event in found)


def p95(found: list[LogEvent], stage: Stage) -> float:
    samples = sorted(event.ms for event in found if event.kind == "ttfb" and event.stage == stage and event.ms)
    return samples[math.ceil(0.95 * len(samples)) - 1]


def most_open(found: list[LogEvent]) -> int:
    open_ids: set[str | None] = set()
    most = 0
    for event in found:
        if event.kind == "call_opened":
            open_ids.add(event.id)
        elif event.kind == "call_closed":
            open_ids.discard(event.id)
        elif event.kind == "process_start":
            open_ids.clear()
        most = max(most, len(open_ids))
    return most


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_seed_tells_the_same_lines(dialect: str) -> None:
    assert lines("all", 200, dialect) == lines("all", 200, dialect)
    assert lines("all", -100, dialect, seed=1) != lines("all", -100, dialect, seed=2)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_time_never_runs_backwards(scenario: str) -> None:
    seconds = [second for second, _ in lines(scenario, 300)]

    assert seconds == sorted(seconds)
    assert seconds[0] == -PAST_S


def test_every_line_is_one_physical_line() -> None:
    assert not [line for dialect in DIALECTS for _, line in lines("all", 600, dialect) if "\n" in line or "\r" in line]


def test_json_lines_are_ascii_records_with_the_moment_they_belong_to() -> None:
    records = [(second, line) for second, line in lines("all", 200) if line.startswith("{")]

    assert len(records) > 2_000
    for second, line in records:
        assert line.isascii()
        record = json.loads(line)
        assert set(record) == {"timestamp", "level", "name", "message", "trace_id", "logger"}
        moment = datetime.strptime(record["timestamp"], "%Y-%m-%d %H:%M:%S,%f").replace(tzinfo=UTC).timestamp()
        assert moment == pytest.approx(START + second, abs=0.01)


def test_docker_lines_carry_the_moment_they_belong_to_and_guide_lines_none() -> None:
    plain = lines("calm", 60, "guide")
    stamped = lines("calm", 60, "guide-docker")

    assert [line.split(" ", 1)[1] for _, line in stamped] == [line for _, line in plain]
    for second, line in stamped:
        moment = datetime.fromisoformat(line[:23]).replace(tzinfo=UTC).timestamp()
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ", line)
        assert moment == pytest.approx(START + second, abs=0.002)


def test_a_faster_story_writes_the_times_at_which_it_is_written() -> None:
    story = Story("calm", 1, "guide-docker", past=PAST_S)
    fast = list(takewhile(lambda line: line[0] < 60, story.lines(START, speed=10)))

    first = datetime.fromisoformat(fast[0][1][:19] + "+00:00").timestamp()
    last = datetime.fromisoformat(fast[-1][1][:19] + "+00:00").timestamp()
    assert first == START - PAST_S
    assert 4 <= last - START <= 6


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_past_and_the_calm_are_healthy_in_spite_of_their_traps(dialect: str) -> None:
    found = events("calm", -PAST_S, 300, dialect)

    assert not kinds(found).keys() & TROUBLE
    assert kinds(found)["process_start"] == 1
    assert kinds(found)["call_opened"] > 30
    assert p95(found, "STT") < 200
    assert p95(found, "LLM") < 1000
    assert p95(found, "TTS") < 500
    assert 3 < most_open(found) < 20
    said = "\n".join(line for _, line in lines("calm", 300, dialect))
    assert "ERROR 401" in said
    assert "allback" in said


def test_turns_are_healthy_in_the_calm() -> None:
    turns = sorted(event.ms for event in events("calm", -PAST_S, 0) if event.kind == "turn" and event.ms)

    assert turns[math.ceil(0.95 * len(turns)) - 1] < 1500


@pytest.mark.parametrize("dialect", DIALECTS)
def test_azure_outage_falls_back_in_both_speech_stages_and_recovers(dialect: str) -> None:
    outage = events("azure-outage", 15, 165, dialect)
    after = events("azure-outage", 165, 260, dialect)

    assert {event.stage for event in outage if event.kind == "fallback"} == {"STT", "TTS"}
    assert {event.to for event in outage if event.kind == "fallback" and event.stage == "TTS"} == {"Google"}
    assert kinds(outage)["fallback"] > 50
    assert kinds(outage)["error"] > 10
    assert {event.stage for event in after if event.kind == "recovery"} == {"STT", "TTS"}
    assert not kinds(after)["fallback"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_slow_tts_breaks_the_limit_of_speech_only(dialect: str) -> None:
    slow = events("slow-tts", 25, 190, dialect)

    assert p95(slow, "TTS") > 1000
    assert p95(slow, "STT") < 200
    assert p95(slow, "LLM") < 1000


@pytest.mark.parametrize("dialect", DIALECTS)
def test_missing_key_warns_fails_every_turn_and_is_resolved_by_the_next_deploy(dialect: str) -> None:
    without = events("missing-key", 12, 132, dialect)
    after = events("missing-key", 132, 250, dialect)

    assert {event.field for event in without if event.kind == "config_warning"} == {"GROQ_API_KEY"}
    assert not [event for event in without if event.kind == "ttfb" and event.stage == "LLM" and event.line > 200]
    assert {event.code for event in without if event.kind == "error"} >= {"401"}
    assert kinds(after)["process_start"] == 1
    assert not kinds(after)["config_warning"]
    assert [event for event in after if event.kind == "ttfb" and event.stage == "LLM"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_overload_passes_twenty_then_fifty_calls(dialect: str) -> None:
    assert 20 < most_open(events("overload", -PAST_S, 72, dialect)) <= 50
    assert most_open(events("overload", -PAST_S, 222, dialect)) > 50
    crowded = events("overload", 100, 222, dialect)
    assert p95(crowded, "LLM") > 1000
    assert "429" in {event.code for event in crowded}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_crash_loop_loses_calls_without_closing_them(dialect: str) -> None:
    found = events("crash-loop", -PAST_S, 240, dialect)
    crashes = kinds(found)["process_start"] - 1

    assert crashes >= 5
    assert kinds(found)["process_stop"] == 0
    lost = kinds(found)["call_opened"] - kinds(found)["call_closed"]
    assert lost > 2 * crashes


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("seed", range(1, 6))
def test_all_shows_calls_a_missing_key_an_outage_and_slow_speech_within_two_minutes(seed: int, dialect: str) -> None:
    raw = [line.encode() for second, line in lines("all", 120, dialect, seed) if second >= 0]
    parser = Parser("app", UTC)
    found = parser.feed(LineBlock("app", 1, raw, 0, None)) + parser.flush()

    assert kinds(found)["call_opened"] >= 5
    assert {event.field for event in found if event.kind == "config_warning"} == {"TELNYX_API_KEY"}
    assert kinds(found)["fallback"] >= 15
    assert kinds(found)["recovery"]
    last_five_minutes = events("all", -180, 120, dialect) if seed == 1 else found
    assert p95(last_five_minutes, "TTS") > 1000


def test_all_goes_through_every_kind_of_trouble_in_ten_minutes() -> None:
    found = events("all", -PAST_S, 600)

    assert kinds(found)["process_start"] >= 6
    assert most_open(found) > 50
    assert not [event for event in events("all", 580, 700) if event.kind in TROUBLE]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_trouble_lands_on_a_playbook(scenario: str, dialect: str) -> None:
    catalogue = PlaybookCatalogue.load()
    found = [event for event in events(scenario, 0, 600, dialect) if event.kind in TROUBLE]

    assert {event.text for event in found if catalogue.for_event(event) is None} == set()


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("azure-outage", {"azure.connect", "fallback.spike"}),
        ("missing-key", {"config.missing_key", "llm.auth"}),
        ("overload", {"groq.rate_limit", "capacity.no_worker"}),
        ("crash-loop", {"proc.worker_killed"}),
        ("all", {"config.missing_key", "telnyx.auth", "azure.connect", "fallback.spike", "proc.worker_killed"}),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_playbooks_are_those_of_the_scenario(scenario: str, expected: set[str], dialect: str) -> None:
    catalogue = PlaybookCatalogue.load()
    found = [catalogue.for_event(event) for event in events(scenario, 0, 600, dialect) if event.kind in TROUBLE]

    assert {playbook.id for playbook in found if playbook} >= expected


def test_every_moment_has_a_caption_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    for scenario in SCENARIOS:
        story = Story(scenario)
        for second in range(-30, 700, 5):
            captions = []
            for language in text.LANGUAGES:
                monkeypatch.setattr(text, "_language", language)
                captions.append(story.caption_at(second))
            assert all(captions)
            assert captions[0] != captions[1]


def test_the_caption_follows_the_story() -> None:
    story = Story("all")

    assert "quiet" in story.caption_at(-100) == story.caption_at(0)
    assert "TELNYX_API_KEY" in story.caption_at(20)
    assert "Azure Speech is down" in story.caption_at(50)
    assert "slower" in story.caption_at(100)
    assert "over" in story.caption_at(10_000)


def test_the_simulator_never_loads_the_screen() -> None:
    program = (
        "import sys, tui.simulator.simulation, tui.simulator.story\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in {'textual', 'rich', 'plotext', 'widgets'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
