"""Events of several sources as one stream, in the order of their times."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import NamedTuple

from tui.engine.clock import Clock
from tui.engine.metrics.windows import in_place, moment
from tui.engine.model import LogEvent

WINDOW_S = 2.0
"""How long an event that was just written waits for other sources, which may still have earlier ones."""

PATIENCE_S = 20.0
"""How long sources that are read once wait for one that says nothing: as long as a login may take."""

Batches = AsyncGenerator[Sequence[LogEvent], None]
"""What one source says, in its order; an empty batch tells that by now there is nothing new."""


class Branch(NamedTuple):
    """One source on its way into the stream."""

    batches: Batches
    answers: Callable[[], bool]
    """Tells whether it can be read; nobody waits for one that cannot."""


class _Waiting(NamedTuple):
    place: float
    read_at: float
    event: LogEvent


class _Lane:
    """One source, read no further than to the first events that still wait."""

    def __init__(self, branch: Branch) -> None:
        self.waiting: deque[_Waiting] = deque()
        self.asking: asyncio.Future[Sequence[LogEvent]] | None = None
        self.over = False
        self._branch = branch
        self._top = float("-inf")
        self._nothing_at = float("-inf")

    def ask(self) -> None:
        """Ask for more, once nothing waits any more."""
        if not (self.over or self.waiting or self.asking):
            self.asking = asyncio.ensure_future(anext(self._branch.batches))

    def take(self, clock: Clock) -> None:
        """Take the answer, if there is one."""
        if self.asking is None or not self.asking.done():
            return
        answer, self.asking = self.asking, None
        read_at = clock.monotonic()
        try:
            events = answer.result()
        except StopAsyncIteration:
            self.over = True
            return
        if not events:
            self._nothing_at = read_at
        for event in events:
            self._top = in_place(moment(event, clock.now()), self._top)
            self.waiting.append(_Waiting(self._top, read_at, event))

    def may_precede(self, other: _Waiting) -> bool:
        """Tell whether something earlier than an event may still come from here."""
        if self.over or self.waiting or self._top >= other.place or self._nothing_at >= other.read_at:
            return False
        return self._branch.answers()

    async def close(self) -> None:
        """Let go of the source."""
        if self.asking:
            self.asking.cancel()
            await asyncio.wait([self.asking])
        await self._branch.batches.aclose()


class Merging:
    """Puts the events of all sources into the order of their times; those of one source keep theirs.

    An event waits until every other source told something later, or that it has nothing new, or is over or cannot be
    read; at most for the window. What comes later than that stands where it comes, and is counted.
    """

    def __init__(self, branches: Sequence[Branch], clock: Clock, window_s: float = WINDOW_S) -> None:
        """Read nothing yet."""
        self.late = 0
        """Events that stand behind later ones."""
        self.window_s = window_s
        """How long an event waits for others at most."""
        self._lanes = [_Lane(branch) for branch in branches]
        self._clock = clock
        self._newest = float("-inf")

    async def batches(self) -> Batches:
        """Yield the events, as many at once as may go."""
        try:
            while any(not lane.over or lane.waiting for lane in self._lanes):
                for lane in self._lanes:
                    lane.ask()
                if ready := list(self._ready()):
                    yield ready
                else:
                    await self._listen()
        finally:
            for lane in self._lanes:
                await lane.close()

    def _ready(self) -> Iterator[LogEvent]:
        """Yield the events for which nothing has to be waited for."""
        overdue = self._clock.monotonic() - self.window_s
        while heads := [lane for lane in self._lanes if lane.waiting]:
            lane = min(heads, key=lambda lane: lane.waiting[0].place)
            first = lane.waiting[0]
            if first.read_at > overdue and any(each.may_precede(first) for each in self._lanes):
                return
            lane.waiting.popleft()
            self.late += first.place < self._newest
            self._newest = max(self._newest, first.place)
            yield first.event

    async def _listen(self) -> None:
        """Wait until a source says something or an event has waited long enough."""
        asked = [lane.asking for lane in self._lanes if lane.asking]
        read_at = [lane.waiting[0].read_at for lane in self._lanes if lane.waiting]
        patience = max(0.0, min(read_at) + self.window_s - self._clock.monotonic()) if read_at else None
        await asyncio.wait(asked, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        for lane in self._lanes:
            lane.take(self._clock)
