"""Every source on its way into the store, and a snapshot of the store at any time."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import nullcontext, suppress
from datetime import tzinfo
from functools import partial
from heapq import merge
from itertools import islice
from math import inf
from typing import Any

from tui.engine.clock import Clock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Cumulative, Journal, LineBlock, LogEvent, RawLine, Snapshot, SourceCounts, SourceStatus
from tui.engine.monitor._blaming import Blaming
from tui.engine.monitor._courtesy import Courtesy
from tui.engine.monitor._feed import SLICE_LINES, Feed, Understands, in_slices, untrusted
from tui.engine.monitor._journal import MemoryJournal
from tui.engine.monitor._keeper import LineKeeper
from tui.engine.monitor._noticing import Noticing
from tui.engine.monitor._part import Part
from tui.engine.monitor._pulse import Pulse
from tui.engine.monitor._unmoved import Unmoved
from tui.engine.parser import Parser, readable
from tui.engine.sources._source import Source
from tui.engine.ticking import TICK_S, next_tick

REST = 1.0
"""After a slice the others go first, if they have anything to do: at most so many times as long as it took."""

NOTHING_TO_DO_S = 0.0002
"""A round of the event loop that is over this soon had no work for anybody."""

RECALLED_S = 86_400.0
"""How far back the figures of an earlier run are rebuilt."""

READ_GAP_S = 15.0
"""Reads further apart than this leave a gap in the charts."""


class Monitor:
    """Follows every source and answers with snapshots: the one object that crosses into a screen."""

    def __init__(
        self,
        sources: Sequence[Source],
        store: MetricsStore,
        clock: Clock,
        tz: tzinfo | None = None,
        notice: Callable[[], str] = str,
        *,
        journal: Journal | None = None,
    ) -> None:
        """Follow nothing yet.

        Args:
            sources: what to read from the start; more may be attached later.
            store: where figures are computed.
            clock: tells arrival times and ages.
            tz: zone of times that name none; None is the machine's own.
            notice: tells what is being simulated or replayed, if anything.
            journal: remembers the events; None keeps the newest in memory.
        """
        self.journal: Journal = journal or MemoryJournal()
        self.notes: Callable[[], tuple[SourceStatus, ...]] = tuple
        """Tells what else belongs among the sources: patterns of names that no file matches."""
        self.chores: list[Callable[[], Coroutine[Any, Any, None]]] = []
        """What else runs as long as the sources are followed."""
        self.courtesy = Courtesy(clock)
        """Hears of whoever waits at a screen."""
        self._store = store
        self._clock = clock
        self._tz = tz
        self._notice = notice
        self._pulse = Pulse(clock)
        self._lines = LineKeeper()
        self._part: Part | None = None
        self._blaming = Blaming(clock)
        self._feeds: dict[str, Feed] = {}
        self._known: set[str] = set()
        """All sources that were ever followed; a journal may know others."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._news = asyncio.Event()
        self._noticing = Noticing(clock, self._parts, self.snapshot_of, self._explain, self._news.set)
        self._slept = False
        self._unmoved: dict[Part | None, Unmoved] = {}
        self._counted = 0
        self._turn = asyncio.Lock()
        self._history = asyncio.Lock()
        """Held for a whole block of history: each source has one in hand, but only one of them its events too."""
        for source in sources:
            self.attach(source)

    def attach(self, source: Source, counted: SourceCounts | None = None, parser: Understands | None = None) -> None:
        """Follow one more source from now on.

        Args:
            source: not opened yet; its name is its own among the sources.
            counted: what an earlier run had counted of it, if its bookmark is from there.
            parser: understands its lines; None is what understands every log.

        Raises:
            ValueError: a source of that name is followed already.
        """
        if source.name in self._feeds:
            raise ValueError(source.name)
        parser = parser or Parser(source.name, self._tz, clock=self._clock)
        feed = Feed(source, parser, self._clock, (self.journal, self._lines), counted)
        self._feeds[source.name] = feed
        self._known.add(source.name)
        if self._part is not None:
            self._part.consider(feed.status())
        if self._group is not None:
            self._start(self._group, feed)
        self.wake()

    def detach(self, name: str) -> None:
        """Follow a source no longer: its open calls and missing keys are gone, the rest leaves with the windows.

        Raises:
            KeyError: there is no such source.
        """
        del self._feeds[name]
        if task := self._tasks.pop(name, None):
            task.cancel()
        self._store.forget(name)
        self._lines.forget(name)
        if self._part is not None:
            self._part.forget(name)
        self.wake()

    async def run(self) -> None:
        """Follow all sources until the task is cancelled; one that stalls holds up no other."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for feed in self._feeds.values():
                self._start(group, feed)
            for chore in (*self.chores, self._lines.run, self._noticing.tell_changes, self._noticing.explain):
                group.create_task(chore())
            await self._tick()

    def _start(self, group: asyncio.TaskGroup, feed: Feed) -> None:
        self._tasks[feed.source.name] = group.create_task(self._follow(feed))

    async def _tick(self) -> None:
        """Show each second that the store can be reached, and look again at everything after a sleep."""
        while True:
            await next_tick(TICK_S, self._cannot_beat)
            if self._slept:
                self._unmoved.clear()
                for feed in self._feeds.values():
                    feed.distrust()
                    feed.source.retry()
            async with self._turn:
                self._pulse.beat()

    def _cannot_beat(self) -> bool:
        """Beat, unless the machine slept or the store cannot be reached at once; tell whether that is so."""
        self._slept = self._pulse.slept()
        if self._slept or self._turn.locked():
            return True
        self._pulse.beat()
        return False

    def _parts(self) -> tuple[Part | None, ...]:
        return (None, self._part) if self._part else (None,)

    async def _explain(self, part: Part | None, snapshot: Snapshot) -> bool:
        """Explain what is wrong with the figures of some sources or all; tell whether there was anything to look at."""
        history = partial(self.events, sources=part.names if part else None)
        return await (part.blaming if part else self._blaming).look(snapshot, history, self._counted)

    def lines(self, source: str, first: int, last: int) -> tuple[RawLine, ...]:
        """Return the lines of a source from one number to another, as far as memory still has them."""
        found, now = self._lines.lines(source, first, last), self._clock.now()
        return tuple(readable(source, number, raw, self._tz, now) for number, raw in found)

    def lines_kept(self, source: str) -> tuple[int, int] | None:
        """Return the numbers of the oldest and the newest line of a source in memory; None if there are none."""
        return self._lines.span(source)

    async def find_line(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> int | None:
        """Return the next kept line from ``start`` on whose raw text is wanted, or before it with a step of -1."""
        return await self._lines.find(source, start, wanted, step)

    def retry(self, name: str) -> None:
        """Try at once what a source is waiting to try again; nothing where there is no such source."""
        if feed := self._feeds.get(name):
            feed.source.retry()

    async def _recall(self, feed: Feed) -> None:
        """Rebuild the figures of a source from what the journal keeps of it."""
        now = self._clock.now()
        events = iter(self.journal.events(now - RECALLED_S, inf, {feed.source.name}))
        while part := list(islice(events, SLICE_LINES)):
            async with self._turn:
                began = self._clock.monotonic()
                self._store.recall(part, now)
                since = feed.observed_until
                feed.recall(part)
                if feed.observed_until is not None:
                    self._saw(feed, feed.observed_until if since is None else since, feed.observed_until)
                await self._give_way((self._clock.monotonic() - began) * REST)

    async def _follow(self, feed: Feed) -> None:
        try:
            await self._read(feed)
        except asyncio.CancelledError:
            feed.stop()
            raise

    async def _read(self, feed: Feed) -> None:
        if feed.resumed:
            await self._recall(feed)
        async for block in feed.source.batches():
            await feed.prepare(block, self._tz)
            async with self._history if block.arrived is None else nullcontext():
                for part in feed.parts(block):
                    async with self._turn:
                        await self._take(feed, part)
                feed.write()
        self._count(feed, feed.parser.flush())
        feed.write()

    async def _give_way(self, longest: float) -> None:
        """Let the others do all they have to do, for so many seconds at most; as long as it takes for a key."""
        if rest := self.courtesy.rest():
            await asyncio.sleep(rest)
        began = self._clock.monotonic()
        now, left = began, True
        while left and now - began < longest:
            before = now
            await asyncio.sleep(0)
            now = self._clock.monotonic()
            left = now - before > NOTHING_TO_DO_S

    async def _take(self, feed: Feed, block: LineBlock) -> None:
        """Understand a block and count its events, so many in one go that keys are answered between."""
        began = self._clock.monotonic()
        events = feed.read(block)
        for some in in_slices(events):
            self._count(feed, some)
            self._observe(feed, block, some)
            self._unmoved.clear()
            self._pulse.beat()
            if block.lines:
                await self._give_way((self._clock.monotonic() - began) * REST)
            began = self._clock.monotonic()

    def _count(self, feed: Feed, events: Sequence[LogEvent]) -> None:
        feed.note(events)
        if not events:
            return
        self._unmoved.clear()
        self._counted += len(events)
        self._store.apply(events, self._clock.now())
        if self._part is not None:
            self._part.take(feed.source.name, events)
        self._news.set()

    def _saw(self, feed: Feed, start: float, end: float) -> None:
        """Note that everything a source said between two moments was read."""
        self._store.observe(start, end)
        feed.saw(start, end)
        if self._part is not None:
            self._part.observe(feed.source.name, start, end)

    def _observe(self, feed: Feed, block: LineBlock, events: Sequence[LogEvent]) -> None:
        """Tell the store which span of time this read covers.

        History covers what its events span, however it is sliced, and, the log being whole, the silence up to now;
        afterwards only reads that worked count, so that an outage of the source stays a gap.
        """
        if block.arrived is None and block.lines:
            moments = [event.time for event in events if event.time is not None]
            if moments:
                before = () if feed.observed_until is None or block.gap else (feed.observed_until,)
                feed.observed_until = max(*moments, *before, -inf)
                self._saw(feed, min(*moments, *before, inf), feed.observed_until)
            return
        now = self._clock.now()
        since = feed.observed_until if feed.observed_until is not None else now
        whole = not feed.live or now - since <= READ_GAP_S
        self._saw(feed, since if whole else now, now)
        feed.live, feed.observed_until = True, now

    async def news(self, patience: float) -> bool:
        """Return as soon as something to show changed since the last call, or after ``patience`` seconds without."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._news.wait()
        rung = self._news.is_set()
        self._news.clear()
        return rung

    def wake(self) -> None:
        """Let ``news`` return: what is shown has changed."""
        self._unmoved.clear()
        self._news.set()

    def keep_too(self, part: Part | None) -> Iterator[LogEvent]:
        """Keep the figures of some sources too from now on, in the place of those kept so before; none with None.

        Returns what is known of these sources by now, for the part to be filled with.
        """
        self._part = part
        self._unmoved.clear()
        if part is None:
            return iter(())
        feeds = [feed for feed in self._feeds.values() if part.consider(feed.status())]
        for feed in feeds:
            for start, end in feed.seen:
                part.observe(feed.source.name, start, end)
        return self.events(-inf, inf, part.names)

    def events(self, since: float, until: float, sources: Collection[str] | None = None) -> Iterator[LogEvent]:
        """Return what is known by now of a span of event time, oldest first; of some sources or of all.

        Both ends are included; an event that tells no time at all stands where its source was then.

        Raises:
            StateError: on iteration, if the state file cannot be read.
        """
        wanted = self._known if sources is None else sources
        feeds = [feed for name, feed in self._feeds.items() if name in wanted]
        unwritten = [event for feed in feeds for event in feed.unwritten if since <= _moment(event, until) <= until]
        unwritten.sort(key=_moment)
        return merge(self.journal.events(since, until, frozenset(wanted)), unwritten, key=_moment)

    async def begin_anew(self, store: MetricsStore) -> None:
        """Compute all figures in another store from now on, which begins with what the journal keeps.

        Reading waits meanwhile. To an exporter this is a new start of its counters.

        Raises:
            StateError: the state file cannot be read; the figures stay as they were.
        """
        async with self._turn:
            now = self._clock.now()
            if self._store.exposed:
                store.expose(now)
            events = self.events(-inf, inf, self._feeds.keys())
            while part := list(islice(events, SLICE_LINES)):
                store.recall(part, now)
                await asyncio.sleep(0)
            for feed in self._feeds.values():
                for start, end in feed.seen:
                    store.observe(start, end)
            self._store = store
        self.wake()

    def began(self) -> dict[str, float]:
        """Return from when on each source was read, as far as its log tells."""
        return {name: feed.began for name, feed in self._feeds.items() if feed.began is not None}

    def seen(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Return over which spans of time each source was read, the newest of them."""
        return {name: tuple(feed.seen) for name, feed in self._feeds.items()}

    def snapshot(self) -> Snapshot:
        """Return the figures of this moment; while nothing changes, the very same object."""
        return self.snapshot_of(None)

    def snapshot_of(self, part: Part | None) -> Snapshot:
        """Return the figures of some sources, or of all; while nothing changes, the very same object."""
        now, frozen = self._clock.now(), self._pulse.frozen_since()
        blame, notice = (part.blaming if part else self._blaming).found, self._notice()
        unmoved, rests_until, monotonic = self._unmoved.get(part), self._rests_until(), self._clock.monotonic()
        if unmoved and frozen is None and rests_until > monotonic and unmoved.holds(now, monotonic, (blame, notice)):
            return unmoved.snapshot
        statuses = (*(feed.status() for feed in self._feeds.values()), *self.notes())
        if frozen is not None:
            statuses = tuple(untrusted(status) for status in statuses)
        store, scope = (self._store, None) if part is None else (part.store, part.scope)
        found = store.snapshot(now, statuses, notice, frozen_since=frozen, scope=scope, blame=blame)
        until = store.moves_at if frozen is None else now
        self._unmoved[part] = Unmoved(found, now, until, rests_until, (blame, notice))
        return found

    def _rests_until(self) -> float:
        """Return before when (monotonic) the status of no source moves, unless it gives a block."""
        return min((feed.rests_until() for feed in self._feeds.values()), default=inf)

    def cumulative(self) -> Cumulative:
        """Return what was counted since ``MetricsStore.expose``."""
        return self._store.cumulative()


def _moment(event: LogEvent, otherwise: float = -inf) -> float:
    if event.time is not None:
        return event.time
    return otherwise if event.arrived is None else event.arrived
