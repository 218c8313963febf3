"""One source counted over a whole period, with the very counters of the monitor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.uptime import Uptime
from tui.engine.metrics.windows import is_plausible, moment
from tui.engine.model import Hints, LogEvent, Thresholds
from tui.engine.report import Span

if TYPE_CHECKING:
    from tui.engine.metrics.samples import Samples

_BESIDE_SAMPLES = {"call_opened", "call_closed", "error", "warning"}
"""Kinds of events with a time for which it means nothing whether a latency comes before or after them."""

_IDS_KEPT = 100_000
_YEAR_S = 366 * 86400.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report shall be about."""

    span: Span = field(default_factory=Span)
    exclude_clients: frozenset[str] = frozenset()
    """Kinds of client whose calls do not count (semantics R53), in lower case."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    hints: Hints | None = None


class SourceTotals:
    """Takes the events of one source in their order; every source has its own.

    Since sources never share a counter, it does not matter how their events interleave.
    """

    def __init__(self, name: str, asked: Asked, now: float) -> None:
        """``now`` only says which event times are impossible (semantics R67).

        A log that begins in the future was written under another clock: then its own times are believed.
        """
        self.name = name
        self.store = MetricsStore(asked.thresholds, asked.hints, whole_period=True)
        self.uptime = Uptime()
        self.taken = 0
        self._timed = 0
        self.first_at: float | None = None
        """Oldest and newest moment that is known of the log, whether asked for or not."""
        self.last_at: float | None = None
        self._asked = asked
        self._unlimited = asked.span == Span() and not asked.exclude_clients
        self.now = now
        """When the totals were begun, or for a log from the future well after it began."""
        self._position: float | None = None
        self._excluded: dict[str, None] = {}

    def apply(
        self,
        events: Sequence[LogEvent],
        before: Mapping[int, float] | None = None,
        samples: "Samples | None" = None,
    ) -> None:
        """Count events in the order of their lines; the latencies among them may come as columns.

        Args:
            events: all others, and those latencies that name a call or may have a twin.
            before: the time of the last line above some of them, by their line.
            samples: latencies without a twin within 20 lines.
        """
        if samples is None:
            self._apply(events, before)
            return
        place, index = 0, 0
        for number, event in enumerate(events):
            if event.kind not in _BESIDE_SAMPLES or event.time is None:
                reached = int(samples.lines.searchsorted(event.line))
                self._apply_both(events[place:number], before, samples.part(index, reached))
                self._apply([event], before)
                place, index = number + 1, reached
        self._apply_both(events[place:], before, samples.part(index, len(samples.lines)))

    def _apply_both(self, events: Sequence[LogEvent], before: Mapping[int, float] | None, samples: "Samples") -> None:
        """Count events and samples between which the order means nothing, the last one of all at last."""
        if not len(samples.lines):
            self._apply(events, before)
            return
        late = bool(events) and events[-1].line > samples.lines[-1]
        if not late:
            self._apply(events, before)
        self._take(samples)
        if late:
            self._apply(events, before)

    def _surely_counts(self, samples: "Samples") -> bool:
        """Tell whether all samples are in the period and have a time that can be theirs."""
        oldest, newest = float(samples.times.min()), float(samples.times.max())
        if self.first_at is None or not (is_plausible(oldest, self.now) and is_plausible(newest, self.now)):
            return False
        return self._unlimited or (self._asked.span.holds(oldest) and self._asked.span.holds(newest))

    def _take(self, samples: "Samples") -> None:
        """Count samples at once, or one by one where that is not sure to be the same."""
        if not (self._surely_counts(samples) and self.store.take(samples)):
            self._apply(samples.events(), None)
            return
        last, newest = float(samples.times[-1]), float(samples.times.max())
        self._position = last
        self.seen(float(samples.times.min()))
        self.seen(newest)
        self._timed += len(samples.lines)
        self.taken += len(samples.lines)
        self.uptime.take(samples.series[0], newest, None)

    def _apply(self, events: Sequence[LogEvent], before: Mapping[int, float] | None) -> None:
        above = before or {}
        wanted = []
        for event in events:
            if self.first_at is None:
                self._believe(event.time)
            time = moment(event, self.now)
            if time is not None:
                self._position = time
                self.seen(time)
            if self._wants(event):
                wanted.append(event)
                self._timed += time is not None
                self.uptime.take(event, time, above.get(event.line) if above else None)
        self.taken += len(wanted)
        self.store.apply(wanted, self.now)

    @property
    def is_timed(self) -> bool:
        """Tell whether most events carry a time; a stray one says nothing about minutes (semantics R66)."""
        return 2 * self._timed >= self.taken > 0 or (not self.taken and self.first_at is not None)

    def seen(self, time: float | None) -> None:
        """Note that the log has a line of this time."""
        if time is None:
            return
        if self.first_at is None or self.last_at is None:
            self._believe(time)
            if is_plausible(time, self.now):
                self.first_at = self.last_at = time
        elif time > self.last_at:
            if is_plausible(time, self.now):
                self.last_at = time
        elif time < self.first_at and is_plausible(time, self.now):
            self.first_at = time

    def _believe(self, time: float | None) -> None:
        if time is not None and self.first_at is None and time > self.now and not is_plausible(time, self.now):
            self.now = time + _YEAR_S

    def _wants(self, event: LogEvent) -> bool:
        """Tell whether an event is in the period; one without a time is where the timed one above it is."""
        if self._unlimited:
            return True
        inside = self._position is None or self._asked.span.holds(self._position)
        return inside and not self._of_excluded_call(event)

    def _of_excluded_call(self, event: LogEvent) -> bool:
        if event.id is None or not self._asked.exclude_clients:
            return False
        if event.kind == "call_opened":
            if (event.client or "").lower() not in self._asked.exclude_clients:
                self._excluded.pop(event.id, None)
                return False
            self._excluded[event.id] = None
            if len(self._excluded) > _IDS_KEPT:
                del self._excluded[next(iter(self._excluded))]
        return event.id in self._excluded or (event.client or "").lower() in self._asked.exclude_clients
