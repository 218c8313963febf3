"""A snapshot that is not built again is the one that would have been built."""

import asyncio
import random
from dataclasses import fields
from math import inf
from pathlib import Path

import pytest

from tests.engine.monitor.scripted import NOW, Scripted, monitor_over, stamped
from tui.engine.clock import ManualClock
from tui.engine.model import Snapshot, SourceState, SourceStatus
from tui.engine.monitor import Monitor
from tui.engine.sources._access import Handle, Look
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._local import LocalAccess
from tui.engine.sources._reading import QUIET_AFTER_S, Reading


class Still(Scripted):
    """Its status never moves by itself, but nobody knows."""

    def status(self) -> SourceStatus:
        return SourceStatus("a", "test", SourceState.LIVE, last_read_at=NOW, last_line_at=NOW)


class Resting(Still):
    """The same, and it says so."""

    asked = 0

    def rests_until(self) -> float:
        self.asked += 1
        return inf


def _message(rng: random.Random) -> str:
    call, trace = rng.randrange(4), rng.randrange(6)
    return rng.choice(
        [
            f"🔌 WS CONNECTION | Client: twilio, ID: c{call}",
            f"✅ WS CLOSED | ID: c{call} duration=12s",
            f"📊 [STT Azure] trace=t{trace} TTFB={rng.randrange(100, 900)}ms final=yes",
            f"📊 [LLM Groq] trace=t{trace} TTFB={rng.randrange(100, 3000)}ms model=llama",
            f"📊 [TTS Azure] trace=t{trace} TTFB={rng.randrange(100, 900)}ms voice=ES",
            "❌ [TTS Azure] Error: 503 upstream refused",
        ]
    )


def _figures(snapshot: Snapshot) -> dict[str, object]:
    """Return all but when it was built, and what is explained in a thread."""
    told = {each.name: getattr(snapshot, each.name) for each in fields(Snapshot)}
    return {name: value for name, value in told.items() if name not in {"at", "version", "blame"}}


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_time_passes_the_figures_are_those_that_are_built_anew(seed: int) -> None:
    rng, clock = random.Random(seed), ManualClock(NOW)  # noqa: S311 - what can be repeated
    sources = Still("a", clock), Resting("a", clock)
    monitors = [monitor_over(source, clock=clock) for source in sources]
    running = [asyncio.ensure_future(monitor.run()) for monitor in monitors]
    for _ in range(150):
        if rng.random() < 0.3:
            line = stamped(_message(rng), clock.now() - rng.choice((0.0, 0.4, 3.0)))
            for source in sources:
                source.put(line)
            await asyncio.gather(*(source.all_taken() for source in sources))
        for _ in range(rng.choice((1, 1, 3, 12, 70))):
            clock.advance(rng.choice((0.25, 1.0)))
            for monitor in monitors:
                monitor._pulse.beat()
            monitors[0]._store.counters.silence.moves_at = -inf  # whatever it thinks
            fresh, kept = (_figures(monitor.snapshot()) for monitor in monitors)
            assert kept == fresh
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert sources[1].asked


async def test_while_nothing_can_move_no_snapshot_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock(NOW)
    source = Resting("a", clock)
    monitor = monitor_over(source, clock=clock)
    first, built = monitor.snapshot(), 0
    own = monitor._store.snapshot

    def counting(*arguments: object, **named: object) -> Snapshot:
        nonlocal built
        built += 1
        return own(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(monitor._store, "snapshot", counting)
    for _ in range(9):
        clock.advance(1)
        monitor._pulse.beat()
        assert monitor.snapshot() is first
    assert not built
    clock.advance(1)
    assert monitor.snapshot() is first
    assert built == 1


async def test_frozen_data_is_never_what_was_kept() -> None:
    clock = ManualClock(NOW)
    monitor: Monitor = monitor_over(Resting("a", clock), clock=clock)
    assert monitor.snapshot().frozen_since is None
    clock.advance(6)
    assert monitor.snapshot().frozen_since == NOW
    monitor._pulse.beat()
    assert monitor.snapshot().frozen_since is None


def test_a_source_is_quiet_from_the_moment_on_that_was_known_before() -> None:
    clock = ManualClock(NOW)
    reading = Reading("a", "file", clock)
    assert reading.stays_until() == -inf
    reading.worked()
    assert reading.stays_until() == inf
    reading.line_came(None, live=True)
    assert reading.stays_until() == clock.monotonic() + QUIET_AFTER_S
    clock.advance(QUIET_AFTER_S - 1)
    reading.worked()
    assert reading.state is SourceState.LIVE
    clock.advance(1)
    reading.worked()
    assert reading.state is SourceState.QUIET
    assert reading.stays_until() == inf
    reading.stopped(SourceState.FAILED, "unreadable", path="a", reason="b")
    assert reading.stays_until() == -inf


class Read(Scripted):
    """Its state follows from when it gave a line."""

    def __init__(self, name: str, clock: ManualClock) -> None:
        super().__init__(name, clock)
        self.reading = Reading(name, "file", clock)
        self.reading.worked()
        self.reading.line_came(None, live=True)

    def status(self) -> SourceStatus:
        self.reading.looked(0.0)
        return self.reading.status()

    def rests_until(self) -> float:
        return self.reading.stays_until()


async def test_a_silent_source_is_shown_as_quiet_in_the_second_in_which_it_is() -> None:
    clock = ManualClock(NOW + 3)  # not where windows move
    source = Read("a", clock)
    monitor = monitor_over(source, clock=clock)
    shown = []
    for _ in range(int(QUIET_AFTER_S) + 5):
        monitor._pulse.beat()
        shown.append(monitor.snapshot().sources[0].state)
        clock.advance(1)
    assert shown == [SourceState.LIVE] * int(QUIET_AFTER_S) + [SourceState.QUIET] * 5


async def test_a_file_that_rested_is_not_stale_while_it_is_read_again(tmp_path: Path) -> None:
    log, clock = tmp_path / "app.log", ManualClock(NOW)
    log.write_text("one\n", encoding="utf-8")
    source = FileSource(log, "a", clock, since=None, line_time=lambda _: None)
    seen: list[SourceState] = []

    class Looking(LocalAccess):
        async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
            seen.append(source.status().state)
            return await super().look(handle, path, offset, size)

    source._access = source._watched = source._follower._access = Looking()
    reading = asyncio.ensure_future(_read(source))
    async with asyncio.timeout(20):
        while source.rests_until() == -inf:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        looks = len(seen)
        clock.advance(30)  # and nobody asked for its status meanwhile
        with log.open("a", encoding="utf-8") as file:
            file.write("two\n")
        while len(seen) == looks:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.01)
    assert seen[looks] is not SourceState.STALE
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def _read(source: FileSource) -> None:
    async for _ in source.batches():
        pass
