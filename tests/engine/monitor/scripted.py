"""A source in the hand of a test, and a monitor over it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LineBlock, Snapshot, SourceState, SourceStatus, SourceStep, Thresholds
from tui.engine.monitor import Monitor

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC).timestamp()


class Scripted:
    """A source that yields what a test hands it, one block at a time."""

    def __init__(self, name: str, clock: ManualClock) -> None:
        self.name = name
        self.blocks: asyncio.Queue[LineBlock] = asyncio.Queue()
        self.taken = asyncio.Event()
        self.state = SourceState.LIVE
        self.bookmark = ""
        self.retries = 0
        self._clock = clock
        self._line = 1

    def put(self, *messages: str, gap: str = "", live: bool = True) -> None:
        lines = [message.encode() for message in messages]
        arrived = self._clock.now() if live else None
        self.blocks.put_nowait(LineBlock(self.name, self._line, lines, sum(map(len, lines)), arrived, gap))
        self._line += len(lines)

    async def batches(self) -> AsyncIterator[LineBlock]:
        while True:
            block = await self.blocks.get()
            self.bookmark = str(block.first_line + len(block.lines))
            yield block
            self.taken.set()

    def retry(self) -> None:
        self.retries += 1

    def trail(self) -> Sequence[SourceStep]:
        return ()

    async def all_taken(self) -> None:
        while not self.blocks.empty():
            self.taken.clear()
            await self.taken.wait()
        self.put()
        self.taken.clear()
        await self.taken.wait()

    def status(self) -> SourceStatus:
        now = self._clock.now()
        return SourceStatus(self.name, "test", self.state, lines=self._line - 1, last_read_at=now, last_line_at=now)


def stamped(message: str, at: float = NOW) -> str:
    return f"{datetime.fromtimestamp(at, UTC).isoformat()} {message}"


def monitor_over(*sources: Scripted, clock: ManualClock) -> Monitor:
    return Monitor(sources, MetricsStore(Thresholds()), clock, UTC)


async def running(monitor: Monitor, *sources: Scripted) -> Snapshot:
    task = asyncio.create_task(monitor.run())
    for source in sources:
        await source.all_taken()
    snapshot = monitor.snapshot()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return snapshot
