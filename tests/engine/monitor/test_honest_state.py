"""Nothing is green without data: whatever stops, the figures stop claiming that all is well (fault 94)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.monitor.scripted import NOW, Scripted, monitor_over, stamped
from tui.engine.clock import ManualClock
from tui.engine.lines import NOTHING
from tui.engine.model import Snapshot, SourceState, SourceStatus, Status
from tui.engine.monitor import Monitor
from tui.engine.sources._reading import Reading
from widgets import CallsPanel, ConfigPanel, ErrorsPanel, FallbackPanel, Panel, SourcesPanel, TtfbPanel
from widgets._view import View

HEALTHY = (
    "Started server process [1]",
    "Application startup complete.",
    *(f"🔌 WS CONNECTION | Client: twilio, ID: c{n}" for n in range(6)),
    *(f"📊 [{stage} Azure] TTFB={100 + n}ms" for stage in ("STT", "LLM", "TTS") for n in range(25)),
)


class Read(Scripted):
    """A scripted source whose state is judged as that of a real one: by when it was last read, and what came."""

    def __init__(self, name: str, clock: ManualClock) -> None:
        super().__init__(name, clock)
        self.reading = Reading(name, "test", clock)

    async def batches(self) -> AsyncIterator:  # type: ignore[type-arg] # as its base yields
        async for block in super().batches():
            self.reading.worked()
            if block.lines:
                self.reading.line_came(None, live=True)
            self.reading.count(NOTHING)
            yield block

    def status(self) -> SourceStatus:
        return self.reading.status()


def values(part: object) -> Iterator[object]:
    """Yield every value in a snapshot, however deep."""
    if isinstance(part, tuple):
        for each in part:
            yield from values(each)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from values(getattr(part, field.name))
    else:
        yield part


def green(snapshot: Snapshot) -> list[object]:
    """Return everything in a snapshot, and in the panels drawn from it, that says that all is well."""
    said = [value for value in values(snapshot) if value in {Status.OK, SourceState.LIVE}]
    live = snapshot.verdict.freshness == "live"
    for panel_class in (ConfigPanel, FallbackPanel, TtfbPanel, CallsPanel, ErrorsPanel, SourcesPanel):
        panel: Panel = panel_class()
        panel.snapshot = snapshot
        rows = panel.draw(100, 30, View(snapshot.at, live))
        said += [run for row in rows for run in row if run.role in {"ok", "badge-ok"} and (live or not panel.FADES)]
    return said


@asynccontextmanager
async def followed(count: int) -> AsyncIterator[tuple[Monitor, ManualClock, list[Read], asyncio.Task[None]]]:
    """Run a monitor over sources that all gave healthy lines."""
    clock = ManualClock(NOW)
    sources = [Read(f"s{n}", clock) for n in range(count)]
    monitor = monitor_over(*sources, clock=clock)
    task = asyncio.create_task(monitor.run())
    for source in sources:
        source.put(*(stamped(line) for line in HEALTHY))
        await source.all_taken()
    try:
        yield monitor, clock, sources, task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_fault_94_while_everything_works_figures_are_green() -> None:
    async with followed(2) as (monitor, *_):
        snapshot = monitor.snapshot()

        assert snapshot.verdict.status is Status.OK
        assert green(snapshot)
        assert snapshot.frozen_since is None


async def test_fault_94_without_any_reader_nothing_is_green_and_the_data_counts_as_frozen() -> None:
    async with followed(2) as (monitor, clock, _, task):
        task.cancel()
        await asyncio.wait([task])

        assert green(monitor.snapshot()) == []
        clock.advance(6)
        snapshot = monitor.snapshot()
        assert snapshot.frozen_since == NOW
        assert green(snapshot) == []


async def test_fault_94_a_store_that_nobody_can_reach_is_frozen_although_the_sources_are_read() -> None:
    async with followed(2) as (monitor, clock, sources, _):
        async with monitor._turn:  # somebody holds it for ever
            clock.advance(6)
            for source in sources:
                source.reading.worked()
                source.reading.line_came(None, live=True)
            snapshot = monitor.snapshot()

        assert snapshot.frozen_since == NOW
        assert green(snapshot) == []
        assert {source.state for source in snapshot.sources} == {SourceState.STALE}


async def test_fault_94_one_cancelled_reader_turns_its_source_stale_and_the_verdict_is_not_ok() -> None:
    async with followed(2) as (monitor, _, sources, _):
        monitor._tasks["s1"].cancel()
        await asyncio.sleep(0)
        sources[0].put(stamped(HEALTHY[-1]))
        await sources[0].all_taken()
        snapshot = monitor.snapshot()

        assert [source.state for source in snapshot.sources] == [SourceState.LIVE, SourceState.STALE]
        assert snapshot.verdict.status is Status.WARNING
        assert [finding.detail for finding in snapshot.verdict.findings] == ["s1"]
        assert (snapshot.verdict.sources_down, snapshot.verdict.sources_total) == (1, 2)


async def test_fault_94_a_deadlocked_reader_turns_its_source_stale_after_three_seconds() -> None:
    async with followed(2) as (monitor, clock, sources, _):
        clock.advance(3.5)
        sources[0].put(stamped(HEALTHY[-1], clock.now()))
        await sources[0].all_taken()
        snapshot = monitor.snapshot()

        assert [source.state for source in snapshot.sources] == [SourceState.LIVE, SourceState.STALE]
        assert snapshot.verdict.status is Status.WARNING


async def test_fault_45_after_the_machine_slept_sources_are_tried_at_once_and_stale_until_a_read_works() -> None:
    async with followed(2) as (monitor, clock, sources, _):
        clock.sleep(8 * 3600)
        async with asyncio.timeout(20):
            while not sources[1].retries:  # noqa: ASYNC110 - the next tick of the monitor
                await asyncio.sleep(0.05)

        assert green(monitor.snapshot()) == []
        assert [source.retries for source in sources] == [1, 1]
        sources[0].put(stamped(HEALTHY[-1], clock.now()))
        await sources[0].all_taken()
        states = [source.state for source in monitor.snapshot().sources]
        assert states == [SourceState.LIVE, SourceState.STALE]


async def test_fault_39_a_clock_set_forward_a_day_and_back_makes_no_source_stale() -> None:
    async with followed(3) as (monitor, clock, sources, _):
        for jump in (86_400.0, 0.0):
            clock.set(NOW + jump)
            clock.advance(1)
            for source in sources:
                source.put(*(stamped(line, clock.now()) for line in HEALTHY))
                await source.all_taken()
            snapshot = monitor.snapshot()

            assert {source.state for source in snapshot.sources} == {SourceState.LIVE}
            assert [source.retries for source in sources] == [0, 0, 0]
        assert snapshot.verdict.sources_down == 0
        assert snapshot.calls.active == 18


async def test_fault_38_a_clock_set_back_an_hour_gives_no_negative_rate_and_hides_no_error() -> None:
    async with followed(1) as (monitor, clock, (source,), _):
        clock.set(NOW - 3600)
        clock.advance(1)
        source.put(*(stamped(f"❌ [TTS Azure] Error: 50{n} busy", clock.now() + n) for n in range(3)))
        await source.all_taken()
        clock.advance(60)
        source.put()
        await source.all_taken()
        snapshot = monitor.snapshot()

        assert snapshot.sources[0].lines_per_s >= 0
        assert snapshot.errors.count == 3
        assert snapshot.errors.rate is None or snapshot.errors.rate > 0
        assert all(count is None or count >= 0 for count in snapshot.errors.per_minute)
        assert [group.code for group in snapshot.recent] == ["502", "501", "500"]
        assert snapshot.verdict.since is not None
        assert snapshot.verdict.since <= snapshot.at


STEPS = st.sampled_from(["lines", "idle", "cancel", "deadlock", "back", "forward", "sleep", "wait", "die"])


@settings(max_examples=60)
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 1)), max_size=12))
def test_fault_94_whatever_stops_and_however_clocks_jump_nothing_unread_is_green(steps: list[tuple[str, int]]) -> None:
    asyncio.run(hold_to_the_promise(steps))


async def hold_to_the_promise(steps: list[tuple[str, int]]) -> None:
    async with followed(2) as (monitor, clock, sources, task):
        dead: set[int] = set()
        for step, which in steps:
            if step in {"lines", "idle"} and which not in dead:
                sources[which].put(*([stamped(HEALTHY[-1], clock.now())] if step == "lines" else []))
                await sources[which].all_taken()
            elif step == "die":
                task.cancel()
                dead |= {0, 1}
            elif step in {"cancel", "deadlock"}:
                dead.add(which)
                if step == "cancel":
                    monitor._tasks[f"s{which}"].cancel()
            else:
                JUMPS.get(step, ManualClock.now)(clock)
            await asyncio.sleep(0)
        snapshot = monitor.snapshot()
        judge(snapshot, [clock.monotonic() - (source.reading._read_at or 0.0) for source in sources])


JUMPS: dict[str, Callable[[ManualClock], object]] = {
    "back": lambda clock: clock.set(clock.now() - 3600),
    "forward": lambda clock: clock.set(clock.now() + 86_400),
    "sleep": lambda clock: clock.sleep(3600),
    "wait": lambda clock: clock.advance(4),
}


def judge(snapshot: Snapshot, unread_s: list[float]) -> None:
    """Hold a snapshot against how long ago each source was read."""
    for status, age in zip(snapshot.sources, unread_s, strict=True):
        assert status.state is not SourceState.LIVE or age <= 3
    states = {source.state for source in snapshot.sources}
    if SourceState.LIVE not in states:
        assert green(snapshot) == []
    if SourceState.STALE in states:
        assert snapshot.verdict.status is not Status.OK
