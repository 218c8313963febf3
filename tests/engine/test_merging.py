"""Events of several sources as one stream in the order of their times (semantics R67)."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from random import Random

import pytest

from tui.engine.clock import SystemClock
from tui.engine.merging import Batches, Branch, Merging
from tui.engine.model import LogEvent

NOW = 1_700_000_000.0
LONG_S = 60.0
"""Longer than any test may take: whoever waits for so long fails."""
SHORT_S = 0.2


def said(source: str, line: int, time: float | None) -> LogEvent:
    return LogEvent("call_opened", source, line, time)


def events_of(source: str, times: Sequence[float | None]) -> list[LogEvent]:
    return [said(source, line, time) for line, time in enumerate(times, 1)]


async def told(*batches: Sequence[LogEvent]) -> Batches:
    for batch in batches:
        await asyncio.sleep(0)
        yield batch


def branch(batches: Batches, *, answers: bool = True) -> Branch:
    return Branch(batches, lambda: answers)


class Live:
    """A source that says what it is told to."""

    def __init__(self) -> None:
        self.closed = False
        self.asked = 0
        self._said: asyncio.Queue[Sequence[LogEvent]] = asyncio.Queue()

    def says(self, *events: LogEvent) -> None:
        """Say something; nothing is that there is nothing new."""
        self._said.put_nowait(events)

    async def batches(self) -> Batches:
        """Yield it."""
        try:
            while True:
                self.asked += 1
                yield await self._said.get()
        finally:
            self.closed = True


async def whole(merging: Merging) -> list[LogEvent]:
    async with asyncio.timeout(LONG_S / 2), aclosing(merging.batches()) as merged:
        return [event async for batch in merged for event in batch]


async def after(merged: AsyncGenerator[Sequence[LogEvent], None]) -> list[LogEvent]:
    """Return what comes next."""
    async with asyncio.timeout(LONG_S / 2):
        return list(await anext(merged))


def cut(events: Sequence[LogEvent], random: Random) -> list[Sequence[LogEvent]]:
    """Return events in batches of any size."""
    cuts = sorted(random.sample(range(len(events) + 1), k=min(5, len(events))))
    return [events[a:b] for a, b in zip([0, *cuts], [*cuts, len(events)], strict=True) if events[a:b]]


@pytest.mark.parametrize("seed", range(30))
async def test_r67_what_several_sources_hold_comes_in_the_order_of_its_times(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a shuffle, no secret
    names = ("a", "b", "c", "d")[: random.randint(2, 4)]
    each = {name: events_of(name, sorted(NOW + random.random() * 500 for _ in range(200))) for name in names}
    merging = Merging([branch(told(*cut(events, random))) for events in each.values()], SystemClock(), LONG_S)

    merged = await whole(merging)

    assert [event.time for event in merged] == sorted(event.time or 0 for events in each.values() for event in events)
    assert {name: [event for event in merged if event.source == name] for name in names} == each
    assert merging.late == 0


async def test_r67_lines_a_little_out_of_order_and_lines_without_time_keep_their_place_in_their_source() -> None:
    disordered = events_of("a", [NOW, NOW + 20, NOW - 5, None, NOW + 40])
    other = events_of("b", [NOW + 10, NOW + 30])
    merging = Merging([branch(told(disordered)), branch(told(other))], SystemClock(), LONG_S)

    merged = await whole(merging)

    assert [(event.source, event.line) for event in merged] == [
        *(("a", 1), ("b", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 2), ("a", 5))
    ]
    assert merging.late == 0


async def test_a_live_event_goes_as_soon_as_the_others_have_nothing_new() -> None:
    one, other = Live(), Live()
    merging = Merging([branch(one.batches()), branch(other.batches())], SystemClock(), LONG_S)
    async with aclosing(merging.batches()) as merged:
        one.says(said("one", 1, NOW))
        coming = asyncio.ensure_future(after(merged))
        await asyncio.sleep(0)
        other.says()

        assert await coming == [said("one", 1, NOW)]


async def test_a_live_event_waits_for_an_earlier_one_of_a_source_that_is_slower_to_read() -> None:
    one, other = Live(), Live()
    merging = Merging([branch(one.batches()), branch(other.batches())], SystemClock(), LONG_S)
    async with aclosing(merging.batches()) as merged:
        one.says(said("one", 1, NOW + 1))
        coming = asyncio.ensure_future(after(merged))
        await asyncio.sleep(0)
        other.says(said("other", 1, NOW))
        other.says()

        assert await coming == [said("other", 1, NOW)]
        assert await after(merged) == [said("one", 1, NOW + 1)]
    assert merging.late == 0


async def test_nobody_waits_longer_than_the_window_and_what_comes_later_is_told_late() -> None:
    one, silent = Live(), Live()
    merging = Merging([branch(one.batches()), branch(silent.batches())], SystemClock(), SHORT_S)
    async with aclosing(merging.batches()) as merged:
        one.says(said("one", 1, NOW))
        assert await after(merged) == [said("one", 1, NOW)]
        assert merging.late == 0

        silent.says(said("silent", 1, NOW - 3))
        assert await after(merged) == [said("silent", 1, NOW - 3)]
    assert merging.late == 1


async def test_nobody_waits_for_a_source_that_cannot_be_read() -> None:
    one, dead = Live(), Live()
    merging = Merging([branch(one.batches()), branch(dead.batches(), answers=False)], SystemClock(), LONG_S)
    async with aclosing(merging.batches()) as merged:
        one.says(said("one", 1, NOW))

        assert await after(merged) == [said("one", 1, NOW)]


async def test_a_source_whose_events_wait_is_read_no_further() -> None:
    busy, silent = Live(), Live()
    for line in range(1, 100):
        busy.says(said("busy", line, NOW + line))
    merging = Merging([branch(busy.batches()), branch(silent.batches())], SystemClock(), LONG_S)
    async with aclosing(merging.batches()) as merged:
        coming = asyncio.ensure_future(after(merged))
        for _ in range(20):
            await asyncio.sleep(0)
        assert busy.asked == 1

        silent.says()
        assert await coming == [said("busy", 1, NOW + 1)]


async def test_whoever_stops_listening_lets_go_of_every_source() -> None:
    sources = [Live(), Live(), Live()]
    merging = Merging([branch(source.batches()) for source in sources], SystemClock(), SHORT_S)
    async with aclosing(merging.batches()) as merged:
        sources[0].says(said("0", 1, NOW))
        await after(merged)

    assert [source.closed for source in sources] == [True, True, True]
