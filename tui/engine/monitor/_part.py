"""Figures of some of the sources: computed anew from the journal, then kept beside those of all."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from tui.engine.clock import Clock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Scope, SourceStatus
from tui.engine.monitor._blaming import Blaming

CHUNK = 500
"""Recorded events counted in one go; between two, keys are answered."""


class Part:
    """A store of its own for the sources that a scope covers."""

    def __init__(self, label: str, covers: Callable[[SourceStatus], bool], store: MetricsStore, clock: Clock) -> None:
        """``covers`` is asked once for each source; ``label`` is what a user calls them together."""
        self._label = label
        self._covers = covers
        self._store = store
        self._clock = clock
        self.blaming = Blaming(clock)
        self._names: set[str] = set()
        self._waiting: list[LogEvent] | None = []

    @property
    def names(self) -> frozenset[str]:
        """Return the sources covered so far."""
        return frozenset(self._names)

    def consider(self, status: SourceStatus) -> bool:
        """Cover a source, if it belongs here; tell whether it does."""
        if self._covers(status):
            self._names.add(status.name)
        return status.name in self._names

    async def fill(self, recorded: Iterable[LogEvent]) -> None:
        """Count what the journal keeps; what comes meanwhile waits behind it."""
        events = iter(recorded)
        while chunk := list(islice(events, CHUNK)):
            self._store.apply(chunk, self._clock.now())
            await asyncio.sleep(0)
        waiting, self._waiting = self._waiting or [], None
        self._store.apply(waiting, self._clock.now())

    def take(self, source: str, events: Sequence[LogEvent]) -> None:
        """Count live events, if their source is covered."""
        if source not in self._names:
            return
        if self._waiting is not None:
            self._waiting += events
        else:
            self._store.apply(events, self._clock.now())

    def observe(self, source: str, start: float, end: float) -> None:
        """Note which span of time a source was read over."""
        if source in self._names:
            self._store.observe(start, end)

    def forget(self, source: str) -> None:
        """Let go of a source that is read no longer."""
        self._names.discard(source)
        self._store.forget(source)

    @property
    def scope(self) -> Scope:
        """Return which sources the figures are about."""
        return Scope(self._label, self.names)

    @property
    def store(self) -> MetricsStore:
        """Return the figures."""
        return self._store
