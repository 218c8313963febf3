"""The running engine: sources are followed, understood and counted; a snapshot can be taken at any time."""

import asyncio
import dataclasses
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import tzinfo

from tui.engine.clock import Clock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import EMPTY_SNAPSHOT, Cumulative, LineBlock, LogEvent, Snapshot, SourceStatus
from tui.engine.parser import Parser
from tui.engine.sources._source import Source

RATE_WINDOW_S = 10.0
"""Lines per second are a mean over this long."""

SLICE_LINES = 500
"""Lines understood in one go; between slices keys are answered and the screen is painted."""

REST = 1.0
"""After a slice the others go first, if they have anything to do: at most so many times as long as it took."""

NOTHING_TO_DO_S = 0.0002
"""A round of the event loop that is over this soon had no work for anybody."""

READ_GAP_S = 15.0
"""Reads further apart than this leave a gap in the charts."""

READ_AGE_STEP_S = 10.0
"""The time of the last read is rounded to this, so that an idle source stays an equal value."""


class Monitor:
    """Follows every source and answers with snapshots: the one object that crosses into a screen."""

    def __init__(
        self,
        sources: Sequence[Source],
        store: MetricsStore,
        clock: Clock,
        tz: tzinfo | None = None,
        notice: Callable[[], str] = str,
    ) -> None:
        """``notice`` tells what is being simulated or replayed, if anything."""
        self._store = store
        self._clock = clock
        self._notice = notice
        self._feeds = [_Feed(source, Parser(source.name, tz), clock) for source in sources]
        self._snapshot = EMPTY_SNAPSHOT
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Follow all sources until they end or the task is cancelled; one that stalls holds up no other."""
        async with asyncio.TaskGroup() as group:
            for feed in self._feeds:
                group.create_task(self._follow(feed))

    async def _follow(self, feed: "_Feed") -> None:
        async for block in feed.source.batches():
            for part in slices(block):
                async with self._turn:
                    began = self._clock.monotonic()
                    self._take(feed, part)
                    if part.lines:
                        await self._give_way((self._clock.monotonic() - began) * REST)
        self._store.apply(feed.parser.flush(), self._clock.now())

    async def _give_way(self, longest: float) -> None:
        """Let the others do all they have to do, for so many seconds at most."""
        began = self._clock.monotonic()
        now, left = began, True
        while left and now - began < longest:
            before = now
            await asyncio.sleep(0)
            now = self._clock.monotonic()
            left = now - before > NOTHING_TO_DO_S

    def _take(self, feed: "_Feed", block: LineBlock) -> None:
        events = feed.read(block)
        if events:
            self._store.apply(events, self._clock.now())
            self._news.set()
        self._observe(feed, block, events)

    def _observe(self, feed: "_Feed", block: LineBlock, events: Sequence[LogEvent]) -> None:
        """Tell the store which span of time this read covers.

        History covers what its events span and, the log being whole, the silence up to now; afterwards
        only reads that worked count, so that an outage of the source stays a gap.
        """
        if block.arrived is None and block.lines:
            moments = [event.time for event in events if event.time is not None]
            if moments:
                self._store.observe(min(moments), max(moments))
                feed.observed_until = max(moments)
            return
        now = self._clock.now()
        since = feed.observed_until if feed.observed_until is not None else now
        whole = not feed.live or now - since <= READ_GAP_S
        self._store.observe(since if whole else now, now)
        feed.live, feed.observed_until = True, now

    async def news(self, patience: float) -> None:
        """Return as soon as an event was counted since the last call, or after ``patience`` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._news.wait()
        self._news.clear()

    def snapshot(self) -> Snapshot:
        """Return the figures of this moment; while nothing changes, the very same object."""
        now = self._clock.now()
        statuses = tuple(feed.status() for feed in self._feeds)
        self._snapshot = self._store.snapshot(now, statuses, self._notice())
        return self._snapshot

    def cumulative(self) -> Cumulative:
        """Return what was counted since ``MetricsStore.expose``."""
        return self._store.cumulative()


def slices(block: LineBlock) -> Iterator[LineBlock]:
    """Yield a block in parts small enough to give way between them.

    A gap stays with the first part, the size with the last.
    """
    total = len(block.lines)
    for start in range(0, max(1, total), SLICE_LINES):
        yield block._replace(
            first_line=block.first_line + start,
            lines=block.lines[start : start + SLICE_LINES],
            size=block.size if start + SLICE_LINES >= total else 0,
            gap=block.gap if start == 0 else "",
        )


class _Feed:
    """One source on its way into the store, with what is counted about it."""

    def __init__(self, source: Source, parser: Parser, clock: Clock) -> None:
        self.source = source
        self.parser = parser
        self.observed_until: float | None = None
        self.live = False
        self._clock = clock
        self._arrivals: deque[tuple[float, int]] = deque()

    def read(self, block: LineBlock) -> list[LogEvent]:
        """Return the events of a block; an idle read ends the record that was waiting for more lines."""
        if not block.lines:
            return self.parser.flush()
        if block.arrived is not None:
            self._arrivals.append((self._clock.monotonic(), len(block.lines)))
        held = self.parser.flush() if block.gap else []
        return held + self.parser.feed(block)

    def status(self) -> SourceStatus:
        """Return the source's own status with the figures of the parser beside it."""
        status = self.source.status()
        read_at = status.last_read_at
        return dataclasses.replace(
            status,
            events=self.parser.events,
            unrecognised=self.parser.unrecognised,
            lines_per_s=self._lines_per_s(),
            last_read_at=None if read_at is None else read_at - read_at % READ_AGE_STEP_S,
        )

    def _lines_per_s(self) -> float:
        start = self._clock.monotonic() - RATE_WINDOW_S
        while self._arrivals and self._arrivals[0][0] < start:
            self._arrivals.popleft()
        return round(sum(count for _, count in self._arrivals) / RATE_WINDOW_S, 1)
