"""One source counted over a whole period, with the very counters of the monitor."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from heapq import merge
from itertools import islice
from operator import attrgetter
from sys import maxsize
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.frozen import frozen
from tui.engine.metrics.calls import is_refusal
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.uptime import Uptime
from tui.engine.metrics.windows import is_plausible, moment
from tui.engine.model import Hints, LogEvent, Thresholds
from tui.engine.report import Span

if TYPE_CHECKING:
    from tui.engine.metrics.samples import Calls, Samples

_BESIDE_SAMPLES = {"error", "warning", "fallback", "recovery"}
"""Kinds of events with a time for which it means nothing whether a latency comes before or after them."""

_SOCKETS = {"socket_opened", "socket_closed"}

_BESIDE_WITHOUT_TIME = {*_BESIDE_SAMPLES, *_SOCKETS, "call_opened", "call_closed"}
"""Likewise kinds of events without a time, where every event counts."""

_IDS_KEPT = 100_000
_AT_ONCE = 1000
"""Events counted together where they come one by one."""

_YEAR_S = 366 * 86400.0


@frozen
class Asked:
    """What a report shall be about."""

    span: Span = field(default_factory=Span)
    exclude_clients: frozenset[str] = frozenset()
    """Kinds of client whose calls do not count (semantics R53), in lower case."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    hints: Hints | None = None


class _Moment(NamedTuple):
    """A line and its time."""

    line: int
    time: float | None


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
        self._position = _Moment(0, None)
        """The last line with a time so far."""
        self._excluded: OrderedDict[str, None] = OrderedDict()

    def apply(
        self,
        events: Sequence[LogEvent],
        before: Mapping[int, float] | None = None,
        samples: "Samples | None" = None,
        calls: "Calls | None" = None,
    ) -> None:
        """Count events in the order of their lines; latencies and calls among them may come as columns.

        Args:
            events: all others, and those of the same kinds that may have a twin.
            before: the time of the last line above some of them, by their line.
            samples: latencies that name no call, without a twin within 20 lines.
            calls: begins and ends of calls without such a twin.
        """
        columns = samples if calls is None else calls
        if columns is None:
            self._apply(events, before)
            return
        if self._needs_order(samples, calls) or (calls is not None and not self._takes(calls)):
            self._apply_some(merge(events, columns.between(0, maxsize), key=attrgetter("line")), before)
            return
        ways = _Ways(self, samples, calls)
        begin = 0
        for index, event in enumerate(events):
            beside = self._is_beside_samples(event)
            if not (beside and (calls is None or _is_beside_calls(event))):
                self._apply(events[begin:index], before)
                ways.until(event.line, samples=not beside)
                begin = index
        self._apply(events[begin:], before)
        ways.until(None, samples=True)

    def _needs_order(self, samples: "Samples | None", calls: "Calls | None") -> bool:
        """Tell whether samples have to be counted in the order of the log.

        Those without a time are in the period if what stands above them is; and of those that are not surely all in
        it, only some show that the process is up, as calls do too.
        """
        if samples is None or self._unlimited:
            return False
        return not samples.all_timed or (calls is not None and not self._surely_count(samples.bounds()))

    def _is_beside_samples(self, event: LogEvent) -> bool:
        """Tell whether it means nothing for an event which latencies were counted before it."""
        if event.time is None:
            return self._unlimited and event.kind in _BESIDE_WITHOUT_TIME
        return event.kind in _BESIDE_SAMPLES

    def _takes(self, calls: "Calls") -> bool:
        """Tell whether calls can be counted without looking at each event of them."""
        if self._asked.exclude_clients or not self._surely_count(calls.bounds()):
            return False
        return self.store.take_calls(calls)

    def _surely_count(self, bounds: tuple[float, float]) -> bool:
        """Tell whether all events between two moments are in the period and have a time that can be theirs."""
        oldest, newest = bounds
        if self.first_at is None or not (is_plausible(oldest, self.now) and is_plausible(newest, self.now)):
            return False
        return self._unlimited or (self._asked.span.holds(oldest) and self._asked.span.holds(newest))

    def take_samples(self, samples: "Samples", busy: _Moment) -> None:
        """Count samples at once, or one by one where that is not sure to be the same.

        ``busy`` is the last line so far that shows a call, as far as columns tell.
        """
        timed, position, last = samples.timed(), self._position, _Moment(0, None)
        if len(timed.lines):
            last = _Moment(int(timed.lines[-1]), float(timed.times[-1]))
        surely = last.time is None or self._surely_count(timed.bounds())
        if not (surely and self.store.take(samples, max(busy, last).time)):
            self._apply_some(samples.events(), None)
            if busy.line > last.line:
                self.store.busy(samples.series[0], busy.time)
        elif last.time is not None:
            oldest, newest = timed.bounds()
            self.uptime.take(samples.series[0], newest, None)
            self._note(last, oldest, newest, len(timed.lines))
            self.taken += len(samples.lines) - len(timed.lines)
        else:
            self.taken += len(samples.lines)
        self._position = max(self._position, position)

    def take_calls(self, calls: "Calls") -> _Moment:
        """Count begins and ends of calls; return the last."""
        last, (oldest, newest) = _Moment(int(calls.lines[-1]), float(calls.times[-1])), calls.bounds()
        self.store.count_calls(calls, self.now)
        self.uptime.take(calls.series[0], newest, None)
        self._note(last, oldest, newest, len(calls.lines))
        return last

    def _note(self, last: _Moment, oldest: float, newest: float, count: int) -> None:
        """Note that events were taken, and where the log was then."""
        self._position = max(self._position, last)
        self.seen(oldest)
        self.seen(newest)
        self._timed += count
        self.taken += count

    def _apply_some(self, events: Iterable[LogEvent], before: Mapping[int, float] | None) -> None:
        """Count events as they come, without having all of them at once."""
        left = iter(events)
        while some := list(islice(left, _AT_ONCE)):
            self._apply(some, before)

    def _apply(self, events: Sequence[LogEvent], before: Mapping[int, float] | None) -> None:
        above = before or {}
        wanted = []
        for event in events:
            if self.first_at is None:
                self._believe(event.time)
            time = moment(event, self.now)
            if time is not None:
                self._position = _Moment(event.line, time)
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
        at = self._position.time
        inside = at is None or self._asked.span.holds(at)
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
                self._excluded.popitem(last=False)
        return event.id in self._excluded or (event.client or "").lower() in self._asked.exclude_clients


class _Ways:
    """Columns of a source on their way into its totals, beside its events."""

    def __init__(self, totals: SourceTotals, samples: "Samples | None", calls: "Calls | None") -> None:
        self._totals = totals
        self._samples, self._calls = samples, calls
        self._sample = self._call = 0
        self._busy = _Moment(0, None)

    def until(self, line: int | None, *, samples: bool) -> None:
        """Count the calls above a line, None for all of them; and the ``samples`` too if they have to be known."""
        calls, taken = self._calls, self._samples
        if calls is not None:
            end = _index(calls, line)
            if end > self._call:
                self._busy = self._totals.take_calls(calls.part(self._call, end))
                self._call = end
        if taken is not None and samples:
            end = _index(taken, line)
            if end > self._sample:
                self._totals.take_samples(taken.part(self._sample, end), self._busy)
                self._sample = end


def _index(columns: "Calls | Samples", line: int | None) -> int:
    """Return how many of them are above a line, None is the end."""
    return len(columns.lines) if line is None else int(columns.lines.searchsorted(line))


def _is_beside_calls(event: LogEvent) -> bool:
    """Tell whether it means nothing for an event beside latencies which calls were counted before it.

    A socket without a time only shows, as they do, that the process is up; and the first call that is named makes
    everybody forget how many sockets there were (semantics R51).
    """
    if event.id is not None:
        return False
    if event.kind in _SOCKETS:
        return event.time is None
    return event.kind in _BESIDE_SAMPLES and not is_refusal(event)
