"""Going back in time: at a moment T everything is as it was live at T."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from random import Random

import pytest

from tests.engine.monitor.scripted import NOW, Scripted, stamped
from tui.engine.alerts.rule import read_rules
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Journal, Snapshot, SourceCounts, SourceState, Status, Thresholds
from tui.engine.monitor import MemoryJournal, Monitor, ScopedMonitor, TimeMachine, Watchlist
from tui.engine.state import Archive, Recorder, StateDatabase
from tui.simulator.story import Story

FIGURES = ("config", "fallback", "ttfb", "turn", "calls", "silence", "errors", "recent")


def store() -> MetricsStore:
    return MetricsStore(Thresholds())


@asynccontextmanager
async def machine(
    *sources: Scripted,
    clock: ManualClock,
    journal: Journal | None = None,
    resumed: bool = False,
    archive: Archive | None = None,
) -> AsyncIterator[TimeMachine]:
    monitor = Monitor((), store(), clock, UTC, journal=journal or MemoryJournal())
    for source in sources:
        monitor.attach(source, SourceCounts() if resumed else None)
    scoped = ScopedMonitor(monitor, Watchlist(monitor, str, clock), store, clock)
    travelling = TimeMachine(scoped, store, lambda: read_rules({}, str), clock, UTC, archive=archive)
    task = asyncio.create_task(travelling.run())
    try:
        yield travelling
    finally:
        task.cancel()
        await asyncio.wait([task])


async def lived(
    travelling: TimeMachine, sources: Mapping[str, Scripted], clock: ManualClock, seed: int
) -> dict[float, Snapshot]:
    """Let a story of each source be written and read as it comes; return what was seen live at some moments."""
    chance = Random(seed)  # noqa: S311 - reproducible, not secret
    stories = {name: Story("all", seed + n, past=300).lines(clock.now() + 300) for n, name in enumerate(sources)}
    waiting = {name: next(lines) for name, lines in stories.items()}
    began, seen = clock.now(), {}
    while (passed := clock.now() - began) < 1000:
        for name, source in sources.items():
            due = []
            while waiting[name][0] <= passed - 300:
                due.append(waiting[name][1])
                waiting[name] = next(stories[name])
            if due:
                source.put(*due)
            await source.all_taken()
        snapshot = travelling.snapshot()
        # The hand of the test may move the clock so far between two real seconds that the monitor thinks it slept.
        if chance.random() < 0.06 and snapshot.verdict.freshness == "live":
            seen[clock.now()] = snapshot
        clock.advance(chance.uniform(1, 9))
    return seen


def same_figures(then: Snapshot, live: Snapshot) -> None:
    for name in FIGURES:
        assert getattr(then, name) == getattr(live, name), name
    assert replace(then.verdict, since=None, newest_at=None) == replace(live.verdict, since=None, newest_at=None)
    assert [(one.name, one.state) for one in then.sources] == [(one.name, one.state) for one in live.sources]


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_past_shows_what_live_showed_at_any_moment(seed: int) -> None:
    clock = ManualClock(NOW)
    sources = {name: Scripted(name, clock) for name in ("one.log", "two.log")}
    async with machine(*sources.values(), clock=clock) as travelling:
        chance = Random(seed)  # noqa: S311 - reproducible, not secret
        seen = await lived(travelling, sources, clock, seed)

        assert len(seen) > 5
        for moment in chance.sample(sorted(seen), len(seen)):
            await travelling.go(moment)
            assert travelling.moment == moment
            same_figures(travelling.snapshot(), seen[moment])


async def test_the_recording_on_disk_shows_it_too_also_after_a_restart(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    chance = Random(3)  # noqa: S311 - reproducible, not secret
    with StateDatabase(tmp_path / "state") as database:
        recorder = recording(database, clock)
        source = Scripted("one.log", clock)
        async with machine(source, clock=clock, journal=recorder) as travelling:
            seen = await lived(travelling, {"one.log": source}, clock, 3)
            recorder.close()
            moments = chance.sample(sorted(seen), 4)
            for moment in moments:
                await travelling.go(moment)
                same_figures(travelling.snapshot(), seen[moment])
        recorder.close()

    with StateDatabase(tmp_path / "state") as database:
        source = Scripted("one.log", clock)
        async with machine(source, clock=clock, journal=recording(database, clock), resumed=True) as travelling:
            await source.all_taken()
            for moment in moments:
                await travelling.go(moment)
                same_figures(but_minutes(travelling.snapshot()), but_minutes(seen[moment]))


def but_minutes(snapshot: Snapshot) -> Snapshot:
    """Leave the minutes out: after a restart nobody knows that the log was read before its first event."""
    return replace(
        snapshot,
        calls=replace(snapshot.calls, per_minute=()),
        errors=replace(snapshot.errors, per_minute=()),
        fallback=tuple(replace(row, per_minute=()) for row in snapshot.fallback),
    )


def recording(database: StateDatabase, clock: ManualClock) -> Recorder:
    recorder = Recorder(database, clock, clean=str)
    recorder.source("one.log", "file:/one.log")
    return recorder


async def test_a_monitor_that_records_nothing_looks_back_into_what_a_watch_recorded_of_the_same_source(
    tmp_path: Path,
) -> None:
    clock = ManualClock(NOW)
    with StateDatabase(tmp_path / "state") as database:
        recorder = recording(database, clock)
        watching = Scripted("one.log", clock)
        async with machine(watching, clock=clock, journal=recorder) as travelling:
            seen = await lived(travelling, {"one.log": watching}, clock, 4)
        recorder.close()
    moment = max(seen)
    clock.advance(60)
    source, other = Scripted("one.log", clock), Scripted("other.log", clock)
    archive = Archive(clock, lambda: {"one.log": "file:/one.log", "other.log": "file:/one.log"}, tmp_path / "state")
    async with machine(source, other, clock=clock, archive=archive) as travelling:
        source.put(opened("later", clock.now()))
        await source.all_taken()
        await travelling.go(moment)
        then = travelling.snapshot()
        travelling.live()

        for name in FIGURES:
            assert getattr(then, name) == getattr(seen[moment], name), name
        assert [one.state for one in then.sources] == [SourceState.LIVE, SourceState.STALE]
        assert travelling.snapshot().calls.opened == 1


def opened(call: str, at: float) -> str:
    return stamped(f"🔌 WS CONNECTION | Client: twilio, ID: {call}", at)


async def test_what_came_late_is_there_from_when_it_came_and_not_before() -> None:
    clock = ManualClock(NOW)
    source = Scripted("one.log", clock)
    async with machine(source, clock=clock) as travelling:
        source.put(opened("a", NOW))
        await source.all_taken()
        clock.advance(300)
        source.put(opened("late", NOW + 10), opened("b", NOW + 300))
        await source.all_taken()
        clock.advance(60)
        counts = []
        for moment in (NOW + 200, NOW + 310, NOW + 299, NOW + 320):
            await travelling.go(moment)
            counts.append(travelling.snapshot().calls.opened)

        assert counts == [1, 3, 1, 3]
        await travelling.go(NOW + 200)
        assert [event.id for event in travelling.events(NOW - 10, NOW + 1000)] == ["a"]


async def test_before_the_beginning_and_in_a_gap_nothing_is_known_and_nothing_is_green() -> None:
    clock = ManualClock(NOW)
    source = Scripted("one.log", clock)
    async with machine(source, clock=clock) as travelling:
        source.put(opened("a", NOW))
        await source.all_taken()
        clock.advance(1200)
        source.put(opened("b", NOW + 1200))
        await source.all_taken()
        clock.advance(10)
        for moment in (NOW - 3600, NOW + 600):
            await travelling.go(moment)
            then = travelling.snapshot()
            assert then.verdict.status is Status.NO_DATA
            assert then.calls.status is Status.NO_DATA
        assert then.calls.per_minute[-5:] == (None,) * 5
        await travelling.go(NOW + 1205)
        assert "recorded from 12:00:00 on" in travelling.snapshot().notice


async def test_alerts_are_judged_anew_by_the_rules_as_of_the_moment() -> None:
    clock = ManualClock(NOW)
    source = Scripted("one.log", clock)
    async with machine(source, clock=clock) as travelling:
        source.put(opened("a", NOW))
        await source.all_taken()
        for _ in range(20):
            clock.advance(15)
            source.put(stamped("⚠️ [Config] GROQ_API_KEY is not set. LLM will fail at runtime.", clock.now()))
            await source.all_taken()
        await travelling.go(NOW + 5)
        before = travelling.snapshot().alerts
        await travelling.go(NOW + 200)
        then = travelling.snapshot().alerts

        assert before.known
        assert before.firing == ()
        assert [(alert.rule, alert.labels) for alert in then.firing] == [
            ("config_warning", (("field", "GROQ_API_KEY"),))
        ]
        assert then.firing[0].summary


async def test_a_scope_chosen_in_the_past_shows_that_past_of_it() -> None:
    clock = ManualClock(NOW)
    one, two = Scripted("one.log", clock), Scripted("two.log", clock)
    async with machine(one, two, clock=clock) as travelling:
        one.put(opened("a", NOW))
        two.put(opened("b", NOW), opened("c", NOW))
        await one.all_taken()
        await two.all_taken()
        clock.advance(60)
        await travelling.go(NOW + 30)
        everything = travelling.snapshot().calls.opened
        await travelling.choose_source("one.log")

        assert (everything, travelling.snapshot().calls.opened) == (3, 1)
        assert travelling.snapshot().scope == "one.log"
        assert travelling.moment == NOW + 30


async def test_a_step_back_goes_on_from_what_was_saved_on_the_way() -> None:
    clock = ManualClock(NOW)
    source = Scripted("one.log", clock)
    async with machine(source, clock=clock) as travelling:
        for minute in range(300):
            source.put(opened(f"c{minute}", NOW + 60 * minute))
            await source.all_taken()
            clock.advance(60)
        await travelling.go(NOW + 17_000)
        late = travelling.snapshot().calls.opened
        await travelling.go(NOW + 9_000)
        early = travelling.snapshot().calls.opened
        fresh = list(travelling.events(NOW, NOW + 9_000))

        assert (late, early) == (60, 60)
        assert len(fresh) == 151
        assert travelling.snapshot().calls.active == 61


async def test_what_was_computed_before_all_history_was_read_is_computed_again() -> None:
    clock = ManualClock(NOW)
    source = Scripted("one.log", clock)
    source.state = SourceState.CONNECTING
    async with machine(source, clock=clock) as travelling:
        source.put(opened("a", NOW - 900), live=False)
        await source.all_taken()
        travelling.present()
        await travelling.go(NOW - 60)
        before = travelling.snapshot().calls.opened
        source.put(opened("b", NOW - 300), live=False)
        await source.all_taken()
        source.state = SourceState.LIVE
        travelling.present()

        assert travelling.outdated
        await travelling.go(NOW - 60)
        assert (before, travelling.snapshot().calls.opened, travelling.outdated) == (1, 2, False)
