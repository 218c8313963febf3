"""When a running monitor looks for what changed: only while something is wrong, now and then, and never for long."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.blame.test_blame import PLANTED, slower_since
from tests.engine.blame.traffic import NOW, Traffic, shown
from tests.engine.monitor.scripted import NOW as LOG_NOW
from tests.engine.monitor.scripted import Scripted, monitor_over, stamped
from tests.engine.monitor.test_time_machine import machine
from tui.engine.clock import ManualClock
from tui.engine.errors import StateError
from tui.engine.model import EMPTY_SNAPSHOT, Finding, LogEvent, Snapshot, Stage, Status
from tui.engine.monitor._blaming import AGAIN_S, SILENT_AGAIN_S, Blaming

EVENTS = Traffic(1, minutes=15, slowness=slower_since(NOW - 200, PLANTED["host"][0])).events()


class History:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, since: float, until: float) -> list[LogEvent]:
        self.asked += 1
        return [event for event in EVENTS if since <= (event.time or 0) <= until]


async def test_while_nothing_is_wrong_nobody_looks() -> None:
    history, blaming = History(), Blaming(ManualClock(NOW))

    assert not await blaming.look(EMPTY_SNAPSHOT, history, 1)
    assert (history.asked, blaming.found) == (0, ())


@pytest.mark.parametrize("behind", [{"progress": 0.4}, {"lag_bytes": 30_000_000}])
async def test_while_history_or_a_storm_is_read_nobody_looks(behind: dict[str, Any]) -> None:
    history, blaming, snapshot = History(), Blaming(ManualClock(NOW)), shown(EVENTS)
    reading = replace(snapshot, sources=(replace(snapshot.sources[0], **behind), *snapshot.sources[1:]))

    assert not await blaming.look(reading, history, 1)
    assert await blaming.look(snapshot, history, 1)


async def test_the_same_findings_are_looked_at_every_ten_seconds_only_and_only_with_news() -> None:
    clock, history = ManualClock(NOW), History()
    blaming, snapshot = Blaming(clock), shown(EVENTS)

    assert await blaming.look(snapshot, history, 1)
    clock.advance(AGAIN_S - 1)
    assert not await blaming.look(snapshot, history, 2)
    clock.advance(1)
    assert not await blaming.look(snapshot, history, 1)
    assert await blaming.look(snapshot, history, 2)
    assert history.asked == 2
    assert ("host", "voice-prod-02") in blaming.found[0].culprit


def silent(callers: int, stage: Stage) -> Snapshot:
    """Return figures in which some callers hear silence, and nothing else is wrong."""
    finding = Finding("silence", Status.CRITICAL, callers, 2, stage=stage)
    return replace(EMPTY_SNAPSHOT, verdict=replace(EMPTY_SNAPSHOT.verdict, findings=(finding,)))


async def test_more_callers_in_silence_are_news_after_half_a_minute_and_another_stage_of_it_is_none() -> None:
    clock, history = ManualClock(NOW), History()
    blaming = Blaming(clock)
    assert await blaming.look(silent(9, "LLM"), history, 1)

    clock.advance(AGAIN_S)
    assert not await blaming.look(silent(6, "STT"), history, 1)
    assert not await blaming.look(silent(12, "STT"), history, 1)
    clock.advance(SILENT_AGAIN_S - AGAIN_S)
    assert await blaming.look(silent(12, "STT"), history, 1)


async def test_another_finding_is_looked_at_at_once_and_none_because_one_is_over() -> None:
    history, blaming = History(), Blaming(ManualClock(NOW))
    snapshot = shown(EVENTS)
    fewer = replace(snapshot, verdict=replace(snapshot.verdict, findings=snapshot.verdict.findings[-1:]))

    await blaming.look(fewer, history, 1)
    assert await blaming.look(snapshot, history, 1)
    assert not await blaming.look(fewer, history, 1)
    assert not await blaming.look(replace(fewer, verdict=replace(fewer.verdict, findings=())), history, 1)
    assert blaming.found == ()


def unreadable(_since: float, _until: float) -> Iterator[LogEvent]:
    yield EVENTS[0]
    raise StateError("the disk is gone")


async def test_a_history_that_cannot_be_read_explains_nothing() -> None:
    blaming = Blaming(ManualClock(NOW))

    assert await blaming.look(shown(EVENTS), unreadable, 1)
    assert blaming.found == ()


def put_slow_answers(slow: Scripted, calm: Scripted) -> None:
    """Let one of both sources answer slowly for two minutes."""
    for source in (slow, calm):
        for second in range(900, 0, -2):
            ms = 2400 + second if source is slow and second < 120 else 300 + second % 7
            source.put(stamped(f"[TTS Azure] trace=t{second} TTFB={ms}ms", LOG_NOW - second))


async def test_a_moment_of_the_past_is_explained_as_it_was() -> None:
    clock = ManualClock(LOG_NOW)
    slow, calm = Scripted("slow", clock), Scripted("calm", clock)
    put_slow_answers(slow, calm)
    async with machine(slow, calm, clock=clock) as travelling:
        await slow.all_taken()
        await calm.all_taken()
        clock.advance(1200)
        for source in (slow, calm):
            source.put(*(stamped(f"[TTS Azure] trace=l{n} TTFB=300ms", clock.now() - n) for n in range(200, 0, -2)))
            await source.all_taken()
        assert travelling.snapshot().blame == ()

        await travelling.go(LOG_NOW + 1)
        (blame,) = travelling.snapshot().blame
        travelling.live()
        assert travelling.snapshot().blame == ()

    assert blame.culprit == (("provider", "Azure"), ("source", "slow"))
    assert abs(blame.at - (LOG_NOW - 118)) <= 10


async def test_the_snapshot_of_a_running_monitor_carries_what_changed_and_stays_the_same_object() -> None:
    clock = ManualClock(LOG_NOW)
    slow, calm = Scripted("slow", clock), Scripted("calm", clock)
    put_slow_answers(slow, calm)
    monitor = monitor_over(slow, calm, clock=clock)
    running = asyncio.create_task(monitor.run())
    await slow.all_taken()
    await calm.all_taken()
    async with asyncio.timeout(20):
        while not (blame := monitor.snapshot().blame):
            await monitor.news(1)

    assert blame[0].culprit == (("provider", "Azure"), ("source", "slow"))
    assert abs(blame[0].at - (LOG_NOW - 118)) <= 10
    assert monitor.snapshot() is monitor.snapshot()
    running.cancel()
    await asyncio.wait([running])
