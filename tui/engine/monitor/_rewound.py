"""Figures and alerts as they were: a store and the rules over it, brought from one moment to a later one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui.engine.alerts.book import board_of
from tui.engine.alerts.machine import Machine
from tui.engine.alerts.rule import AlertRule
from tui.engine.metrics.slices import Told
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Snapshot, SourceStatus
from tui.engine.monitor._saved import load, save

Spans = Mapping[str, Sequence[tuple[float, float]]]
"""Over which spans of time each source was read."""


class Rewound:
    """Knows what was known at ``at``, and nothing that came later."""

    def __init__(self, store: MetricsStore, rules: Mapping[str, AlertRule], begin: float, at: float) -> None:
        """``store`` is empty; what is recorded begins at ``begin``, and going on begins at ``at``, not after it."""
        self.begin = begin
        self.at = at
        self.newest: dict[str, float] = {}
        """When each source gave its newest event."""
        self._store = store
        self._machine = Machine(rules)

    def take(self, events: Sequence[LogEvent], now: float) -> None:
        """Count events that became known by ``now``."""
        for event in events:
            at = event.time if event.time is not None else event.arrived
            if at is not None:
                self.newest[event.source] = max(at, self.newest.get(event.source, at))
        self._store.apply(events, now)

    def look(self, now: float, spans: Spans, statuses: tuple[SourceStatus, ...], told: Told) -> Snapshot:
        """Return figures and alerts as of ``now``, once its events were taken."""
        covered = [name for name in spans if told.scope is None or name in told.scope.names]
        for start, end in (span for name in covered for span in spans[name]):
            if start <= now and end > self.at:
                self._store.observe(max(start, self.at), min(end, now))
        self.at = now
        snapshot = self._store.snapshot(now, statuses, told.notice, scope=told.scope)
        self._machine.step(snapshot, now)
        self._machine.replaced.clear()
        return replace(snapshot, alerts=board_of(self._machine.tracks.values()))

    def saved(self) -> bytes:
        """Return all this as bytes for ``restored``."""
        return save(vars(self), self._store.outside)

    @classmethod
    def restored(cls, body: bytes, like: MetricsStore) -> "Rewound":
        """Return what was saved; ``like`` is a store made in the same way."""
        found = cls.__new__(cls)
        vars(found).update(load(body, like.outside))
        return found
