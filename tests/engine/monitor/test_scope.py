"""Figures of one source or one host: the same as if nothing else were followed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from tests.engine.monitor.scripted import NOW, Scripted, stamped
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import SourceState, SourceStatus, Status, Thresholds
from tui.engine.monitor import Monitor, ScopedMonitor, Watchlist


class Hosted(Scripted):
    """A scripted source on some machine."""

    def __init__(self, name: str, clock: ManualClock, host: str = "") -> None:
        super().__init__(name, clock)
        self.host = host

    def status(self) -> SourceStatus:
        return replace(super().status(), host=self.host)


def calls(source: str, count: int) -> list[str]:
    return [stamped(f"🔌 WS CONNECTION | Client: twilio, ID: {source}{n}") for n in range(count)]


@asynccontextmanager
async def followed(*sources: Hosted, clock: ManualClock) -> AsyncIterator[tuple[Monitor, ScopedMonitor]]:
    monitor = Monitor(sources, MetricsStore(Thresholds()), clock)
    task = asyncio.create_task(monitor.run())
    for source in sources:
        await source.all_taken()
    try:
        watchlist = Watchlist(monitor, str, clock)
        yield monitor, ScopedMonitor(monitor, watchlist, lambda: MetricsStore(Thresholds()), clock)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_one_source_has_the_figures_of_its_past_and_then_its_live_ones() -> None:
    clock = ManualClock(NOW)
    one, other = Hosted("one", clock), Hosted("other", clock)
    one.put(*calls("one", 3))
    other.put(*calls("other", 4))
    async with followed(one, other, clock=clock) as (monitor, screen):
        await screen.choose_source("one")
        before = screen.snapshot()
        one.put(*calls("more", 2))
        other.put(*calls("others", 2))
        await one.all_taken()
        await other.all_taken()
        after, everything = screen.snapshot(), monitor.snapshot()

        assert (before.calls.active, after.calls.active, everything.calls.active) == (3, 5, 11)
        assert (before.scope, everything.scope) == ("one", "")
        assert after.errors.per_minute == everything.errors.per_minute
        assert [source.name for source in after.sources] == ["one", "other"]
        assert (after.verdict.sources_live, after.verdict.sources_total) == (1, 1)
        assert screen.snapshot() is after
        screen.choose_all()
        assert screen.snapshot().calls.active == 11


async def test_a_host_covers_all_its_sources_and_those_that_are_attached_later() -> None:
    clock = ManualClock(NOW)
    here, there = Hosted("here", clock), Hosted("there", clock, "voice-1")
    here.put(*calls("here", 1))
    there.put(*calls("there", 2))
    async with followed(here, there, clock=clock) as (monitor, screen):
        await screen.choose_host("voice-1", "voice-1")
        later = Hosted("later", clock, "voice-1")
        monitor.attach(later)
        later.put(*calls("later", 4))
        await later.all_taken()

        assert screen.snapshot().calls.active == 6
        assert screen.snapshot().verdict.sources_total == 2
        await screen.choose_host("", "this machine")
        assert (screen.snapshot().calls.active, screen.snapshot().scope) == (1, "this machine")


async def test_events_that_come_while_the_past_is_counted_wait_behind_it() -> None:
    clock = ManualClock(NOW)
    source = Hosted("one", clock)
    for n in range(30):
        source.put(*calls(f"a{n}-", 100))
    async with followed(source, clock=clock) as (monitor, screen):
        choosing = asyncio.create_task(screen.choose_source("one"))
        source.put(*(stamped(f"🔌 WS CLOSED | ID: a{n}-0") for n in range(30)))
        await source.all_taken()
        await choosing

        assert screen.snapshot().calls.active == monitor.snapshot().calls.active == 30 * 99
        assert screen.snapshot().calls.closed == 30


async def test_a_source_out_of_scope_that_fails_does_not_touch_the_verdict_in_scope() -> None:
    clock = ManualClock(NOW)
    good, bad = Hosted("good", clock), Hosted("bad", clock)
    good.put(*calls("good", 1))
    async with followed(good, bad, clock=clock) as (monitor, screen):
        bad.state = SourceState.FAILED
        await screen.choose_source("good")

        assert monitor.snapshot().verdict.status is Status.WARNING
        assert screen.snapshot().verdict.status is Status.OK
        await screen.choose_source("bad")
        assert screen.snapshot().verdict.status is Status.NO_DATA


async def test_a_source_that_is_removed_takes_its_open_calls_and_missing_keys_along() -> None:
    clock = ManualClock(NOW)
    stays, goes = Hosted("stays", clock), Hosted("goes", clock)
    stays.put(*calls("stays", 1))
    goes.put(stamped("⚠️ [Config] GROQ_API_KEY is not set!"), *calls("goes", 5))
    async with followed(stays, goes, clock=clock) as (monitor, _):
        before = monitor.snapshot()
        monitor.detach("goes")
        after = monitor.snapshot()

        assert (before.calls.active, after.calls.active) == (6, 1)
        assert ([key.field for key in before.config.missing], after.config.missing) == (["GROQ_API_KEY"], ())
        assert [source.name for source in after.sources] == ["stays"]


async def test_the_events_of_a_span_are_those_in_scope_oldest_first_half_read_records_included() -> None:
    clock = ManualClock(NOW)
    one, other = Hosted("one", clock), Hosted("other", clock)
    one.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: a", NOW - 30))
    one.put(stamped("❌ [TTS Azure] Error: 401", NOW - 10))
    other.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: b", NOW - 20))
    async with followed(one, other, clock=clock) as (_, screen):
        one.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: c", NOW - 5), stamped("❌ [STT Azure] Error: 429", NOW))
        one.taken.clear()
        await one.taken.wait()
        everything = [event.kind for event in screen.events(NOW - 30, NOW)]
        some = [(event.kind, event.id) for event in screen.events(NOW - 20, NOW - 5)]
        await screen.choose_source("other")
        scoped = [event.id for event in screen.events(NOW - 60, NOW)]

        assert everything == ["call_opened", "call_opened", "error", "call_opened"]
        assert some == [("call_opened", "b"), ("error", None), ("call_opened", "c")]
        assert scoped == ["b"]
