"""Calls over all sources: how many are open, and what became of them (semantics R44, R56)."""

from collections.abc import Container
from math import inf
from typing import TYPE_CHECKING

from tui.engine.metrics.call_counts import CallCounts
from tui.engine.metrics.calls import SourceCalls
from tui.engine.metrics.levels import Levels
from tui.engine.metrics.recent_levels import RecentLevels
from tui.engine.metrics.windows import ObservedMinutes, SlidingCount, last_minutes
from tui.engine.model import CallsFigure, LogEvent, Status, Thresholds, owner

if TYPE_CHECKING:
    from tui.engine.metrics.samples import Calls

SHORT_WINDOW_S = 900.0
"""Short calls warn by their number in this window (semantics R55)."""


class Concurrency:
    """The sum of every source's own set of calls."""

    def __init__(self, thresholds: Thresholds, *, whole_period: bool = False) -> None:
        """``whole_period`` keeps how many calls were open at any time, not only in the last hours."""
        self._whole_period = whole_period
        self.counts = CallCounts()
        self.version = 0
        self._thresholds = thresholds
        self._recent = RecentLevels()
        self._sources: dict[str, SourceCalls] = {}
        self._attached: dict[str, float] = {}
        self._complete: set[str] = set()

    def attach(self, source: str, time: float | None, now: float) -> None:
        """Note the first event of a source: what was open before it is unknown (semantics R47)."""
        self._attached.setdefault(source, now if time is None else time)

    def apply(self, event: LogEvent, time: float | None, now: float) -> None:
        """Take a call or socket event."""
        calls = self._of(event.source, now)
        if time is not None:
            calls.expire(min(time, now))
        if event.kind == "call_opened":
            calls.opened(event, time, now)
        elif event.kind == "call_closed":
            calls.closed(event, time)
        else:
            calls.socket(time, 1 if event.kind == "socket_opened" else -1)
        self.version += 1

    def take(self, calls: "Calls", now: float) -> None:
        """Take begins and ends of calls that came in columns."""
        self._of(calls.series[0].source, now).take(calls, now)
        self.version += len(calls.lines)

    def touch(self, event: LogEvent, time: float | None) -> None:
        """Take any other line that names its call (semantics R45)."""
        calls = self._sources.get(event.source)
        if calls and event.id is not None:
            calls.touch(event.id, time, regular=event.kind in {"ttfb", "turn"})

    def failed(self, event: LogEvent, time: float | None) -> None:
        """Take an error: it may say that a call was never accepted (semantics R50)."""
        calls = self._sources.get(event.source)
        if calls and calls.failed(event, time):
            self.version += 1

    def restarted(self, source: str, time: float | None, *, workers: bool, complete: bool) -> None:
        """Take a new process generation; with several workers nobody knows whose calls ended (R46)."""
        calls = self._sources.get(source)
        if calls and not workers:
            calls.restarted(time)
        if complete:
            self._complete.add(source)
        self.version += 1

    def forget(self, source: str) -> None:
        """Know nothing any more of the calls of a source."""
        self._sources.pop(source, None)
        self._recent.forget(source)
        self._attached.pop(source, None)
        self._complete.discard(source)
        self.version += 1

    def _of(self, source: str, now: float) -> SourceCalls:
        calls = self._sources.get(source)
        if calls is None:
            attached = self._attached.get(source, now)
            calls = self._sources[source] = SourceCalls(source, self._thresholds, self.counts, self._recent, attached)
            calls.period = Levels() if self._whole_period else None
        return calls

    @property
    def known(self) -> bool:
        """Tell whether any source has shown a call or a socket."""
        return bool(self._sources)

    @property
    def active(self) -> int:
        """Return how many calls are open now."""
        return sum(calls.active for calls in self._sources.values())

    def expire(self, now: float, behind: Container[str]) -> None:
        """Give up what is open or silent for too long, except in sources that are still reading history."""
        for source, calls in self._sources.items():
            if owner(source) not in behind and calls.expire(now):
                self.version += 1

    @property
    def next_expiry(self) -> float:
        """Return before when no call is open or silent for too long, after ``expire``."""
        return min((calls.next_expiry for calls in self._sources.values()), default=inf)

    def started(self, now: float, window_s: float) -> int:
        """Return the calls opened in the window, each id once while open: what rates divide by (R26, R28)."""
        sockets = sum(calls.socket_opens.within(now, window_s) for calls in self._anonymous())
        return self.counts.distinct.within(now, window_s) + sockets

    @property
    def levels(self) -> list[Levels]:
        """Return the levels of each source over the whole period, where they are kept."""
        return [calls.period for calls in self._sources.values() if calls.period is not None]

    @property
    def anonymous_opens(self) -> list[SlidingCount]:
        """Return the sockets opened in sources that never name their calls (semantics R51)."""
        return [calls.socket_opens for calls in self._anonymous()]

    @property
    def anonymous_closes(self) -> list[SlidingCount]:
        """Return the sockets closed in such sources."""
        return [calls.socket_closes for calls in self._anonymous()]

    def _anonymous(self) -> list[SourceCalls]:
        return [calls for calls in self._sources.values() if not calls.named]

    def figure(self, now: float, observed: ObservedMinutes) -> CallsFigure:
        """Return panel 4 as of now; call ``expire`` before."""
        if not self._sources:
            return CallsFigure(limits=self._thresholds.active_calls)
        counts, window = self.counts, self._thresholds.rate_window_s
        per_minute = self._per_minute(now, observed)
        short_recent = counts.short.within(now, SHORT_WINDOW_S)
        active, anonymous = self.active, self._anonymous()
        return CallsFigure(
            status=self._status(active, short_recent),
            limits=self._thresholds.active_calls,
            active=active,
            lower_bound=self._is_lower_bound(now),
            peak=max(active, max((level for level in per_minute if level is not None), default=0)),
            opened=counts.opened.within(now, window)
            + sum(calls.socket_opens.within(now, window) for calls in anonymous),
            closed=counts.closed.within(now, window)
            + sum(calls.socket_closes.within(now, window) for calls in anonymous),
            lost=counts.lost.within(now, window),
            ghosts=counts.ghosts.within(now, window),
            short=counts.short.within(now, window),
            short_recent=short_recent,
            short_last_at=counts.short_last_at,
            by_client=self._by_client(now),
            per_minute=per_minute,
            anonymous=len(anonymous) == len(self._sources),
        )

    def _status(self, active: int, short_recent: int) -> Status:
        status = self._thresholds.active_calls.status(active)
        if short_recent >= self._thresholds.short_calls_warn and status is Status.OK:
            return Status.WARNING
        return status

    def _is_lower_bound(self, now: float) -> bool:
        return any(
            source not in self._complete and now < calls.attached + self._thresholds.max_call_s
            for source, calls in self._sources.items()
        )

    def _by_client(self, now: float) -> tuple[tuple[str, int], ...]:
        window = self._thresholds.rate_window_s
        found = [(name, count.within(now, window)) for name, count in self.counts.clients.items()]
        return tuple(sorted((pair for pair in found if pair[1]), key=lambda pair: (-pair[1], pair[0])))

    def _per_minute(self, now: float, observed: ObservedMinutes) -> tuple[int | None, ...]:
        minutes = last_minutes(now)
        return tuple(
            highest if minute in observed or touched else None
            for minute, (highest, touched) in zip(minutes, self._recent.highest(minutes), strict=True)
        )
