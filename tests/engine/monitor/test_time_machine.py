"""Going back in time: at a moment T everything is as it was live at T."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC
from random import Random

import pytest

from tests.engine.monitor.scripted import NOW, Scripted
from tui.engine.alerts.rule import read_rules
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Journal, Snapshot, Thresholds
from tui.engine.monitor import MemoryJournal, Monitor, ScopedMonitor, TimeMachine, Watchlist
from tui.simulator.story import Story

FIGURES = ("config", "fallback", "ttfb", "turn", "calls", "silence", "errors", "recent")


def store() -> MetricsStore:
    return MetricsStore(Thresholds())


@asynccontextmanager
async def machine(*sources: Scripted, clock: ManualClock, journal: Journal | None = None) -> AsyncIterator[TimeMachine]:
    monitor = Monitor(sources, store(), clock, UTC, journal=journal or MemoryJournal())
    scoped = ScopedMonitor(monitor, Watchlist(monitor, str, clock), store, clock)
    travelling = TimeMachine(scoped, store, lambda: read_rules({}, str), clock, UTC)
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
        if chance.random() < 0.06:
            seen[clock.now()] = snapshot
        clock.advance(chance.uniform(1, 9))
    return seen


def same_figures(then: Snapshot, live: Snapshot) -> None:
    for name in FIGURES:
        assert getattr(then, name) == getattr(live, name), name
    assert replace(then.verdict, since=None, lag_s=None) == replace(live.verdict, since=None, lag_s=None)
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
