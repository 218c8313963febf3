"""Where events become figures: each kind goes to what counts it, and a snapshot gathers the slices."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from math import inf
from typing import TYPE_CHECKING

from tui.engine.metrics.concurrency import Concurrency
from tui.engine.metrics.counters import Counters
from tui.engine.metrics.errors import Errors
from tui.engine.metrics.fallbacks import Fallbacks
from tui.engine.metrics.generations import Generations
from tui.engine.metrics.incidents import Incidents
from tui.engine.metrics.latency import Latency
from tui.engine.metrics.recent import Clean, RecentErrors
from tui.engine.metrics.silence import Silence
from tui.engine.metrics.starts import Starts
from tui.engine.metrics.twins import Twins
from tui.engine.metrics.windows import ObservedMinutes, moment, slot_of
from tui.engine.model import (
    PART_MARK,
    RUNTIME,
    Cumulative,
    Hints,
    Kind,
    LogEvent,
    Thresholds,
    owner,
)

if TYPE_CHECKING:
    from tui.engine.metrics.cumulative import CumulativeTotals
    from tui.engine.metrics.samples import Calls, Samples
    from tui.engine.metrics.slices import Slices
    from tui.engine.model import Blame, Scope, Snapshot, SourceStatus

_Handler = Callable[[LogEvent, float | None, float], None]


class MetricsStore:
    """Takes events and answers with snapshots.

    Events come in order within a source; sources may interleave. Memory does not grow with the log.
    """

    def __init__(
        self, thresholds: Thresholds, hints: Hints | None = None, *, clean: Clean = str, whole_period: bool = False
    ) -> None:
        """``clean`` is applied to texts that are shown; ``whole_period``: for a report, and not for snapshots."""
        self.repeated = 0
        """Events left out because their line was a twin or a re-emitted one (semantics R71)."""
        self._twins = Twins(columns=whole_period)
        self._incidents = Incidents()
        self._observed = ObservedMinutes()
        self._latency = Latency(thresholds, whole_period=whole_period)
        self._calls = Concurrency(thresholds, whole_period=whole_period)
        self._fallbacks = Fallbacks(thresholds)
        self._errors = Errors(thresholds)
        self._silence = Silence(thresholds)
        self._recent = RecentErrors(hints, clean)
        self._generations = Generations(hints)
        self._starts: dict[str, Starts] = {}
        self._sources: set[str] = set()
        self._slot = -1
        self._last_event = float("-inf")
        self.counters = Counters(
            self._observed,
            self._latency,
            self._calls,
            self._fallbacks,
            self._errors,
            self._recent,
            self._generations,
            self._silence,
        )
        self._slices: Slices | None = None
        self._thresholds, self._is_live = thresholds, not whole_period
        self._cumulative: CumulativeTotals | None = None
        self._handlers: dict[Kind, _Handler] = {
            "ttfb": self._ttfb,
            "turn": self._turn,
            "call_opened": self._call,
            "call_closed": self._call,
            "socket_opened": self._call,
            "socket_closed": self._call,
            "fallback": self._fallback,
            "recovery": self._recovery,
            "config_warning": self._config_warning,
            "error": self._issue,
            "warning": self._issue,
            "process_start": self._process_start,
            "process_ready": self._process_ready,
            "process_stop": self._process_stop,
            "key_present": self._key_present,
        }

    @property
    def outside(self) -> dict[str, object]:
        """Return what the figures refer to and share with others."""
        return {"hints": self._recent.hints, "clean": self._recent.clean}

    @property
    def bad_samples(self) -> int:
        """Return how many latencies were no latencies (semantics R17)."""
        return self._latency.bad_samples

    def apply(self, events: Sequence[LogEvent], now: float) -> None:
        """Count events; ``now`` only says which event times are impossible and what has left the windows."""
        if self._cumulative is None:
            self._count(events, now)
            return
        for is_history, run in self._cumulative.runs(events, now):
            with self._cumulative.leaving_out() if is_history else nullcontext():
                self._count(run, now)

    def take(self, samples: "Samples", busy_at: float | None) -> bool:
        """Count plausible samples that have no twins at once, if it is sure what they are; else do nothing.

        Only of a source that gave events before, and for the figures of a whole period. ``busy_at`` is the time of
        the last line so far that shows a call.
        """
        one, timed = samples.series[0], samples.timed()
        if one.source not in self._sources or not self._twins.take(timed):
            return False
        self._latency.take(samples)
        if timed.times.size:
            self._last_event = max(self._last_event, timed.bounds()[1])
            self.busy(one, busy_at)
        if not samples.all_timed:
            self.busy(one, None)
        return True

    def take_calls(self, calls: "Calls") -> bool:
        """Tell whether calls without twins can be counted one after the other without looking for repeats."""
        return calls.series[0].source in self._sources and self._twins.take(calls)

    def count_calls(self, calls: "Calls", now: float) -> None:
        """Count calls that were taken."""
        source, last = calls.series[0].source, float(calls.times[-1])
        self._last_event = max(self._last_event, calls.bounds()[1])
        self._generations.busy(source, last, call=bool(calls.is_open().any()))
        if source in self._starts:
            self._starts[source].busy()
        self._calls.take(calls, now)

    def busy(self, event: LogEvent, time: float | None, *, call: bool = False) -> None:
        """Pass on that calls are going on."""
        self._generations.busy(event.source, time, call=call)
        if event.source in self._starts:
            self._starts[event.source].busy()
        if event.id is not None:
            self._calls.touch(event, time)

    def _count(self, events: Sequence[LogEvent], now: float) -> None:
        slot = slot_of(now)
        if slot != self._slot:
            self._slot = slot
            self._latency.advance(now)
        handlers, repeats, last = self._handlers, self._twins.repeats, self._last_event
        for told in events:
            event = told._replace(source=told.scope) if told.part else told
            if repeats(event):
                self.repeated += 1
                continue
            time = moment(event, now)
            if time is not None and time > last:
                last = time
            if event.source not in self._sources:
                self._sources.add(event.source)
                self._calls.attach(event.source, time, now)
            handlers[event.kind](event, time, now)
        self._last_event = last

    def forget(self, source: str) -> None:
        """Let go of what a source says about now: it is read no longer. What happened stays in the windows."""
        scopes = {source} if PART_MARK in source else {each for each in self._sources if source == owner(each)}
        for scope in scopes & self._sources:
            self._calls.forget(scope)
            self._generations.forget(scope)
            self._silence.forget(scope)
            self._fallbacks.restarted(scope)
            self._starts.pop(scope, None)
            self._sources.discard(scope)

    def observe(self, start: float, end: float) -> None:
        """Note that everything between two moments was seen; elsewhere a minute without events is a gap."""
        self._observed.add(start, end)

    def expose(self, since: float) -> None:
        """Begin to keep what ``cumulative`` tells; earlier events, and those before ``since``, are not in it."""
        from tui.engine.metrics.cumulative import CumulativeTotals  # noqa: PLC0415 - an exporter wants it, no report

        self._cumulative = CumulativeTotals(self.counters, self._thresholds, since)

    def recall(self, events: Sequence[LogEvent], now: float) -> None:
        """Count what an earlier run counted: history to an exporter; what its sources give from now on is not."""
        if self._cumulative is None:
            self._count(events, now)
            return
        with self._cumulative.leaving_out():
            self._count(events, now)
        self._cumulative.resume({event.source for event in events})

    @property
    def exposed(self) -> bool:
        """Tell whether ``expose`` was called."""
        return self._cumulative is not None

    def cumulative(self) -> Cumulative:
        """Return what was counted since ``expose``; nothing without it."""
        return self._cumulative.totals() if self._cumulative else Cumulative()

    def _ttfb(self, event: LogEvent, time: float | None, _now: float) -> None:
        self._latency.ttfb(event, time)
        if self._is_live:
            self._silence.sample(event, time)
        self.busy(event, time)

    def _turn(self, event: LogEvent, time: float | None, _now: float) -> None:
        self._latency.turn(event, time)
        self.busy(event, time)

    def _call(self, event: LogEvent, time: float | None, now: float) -> None:
        self.busy(event, time, call=event.kind in {"call_opened", "socket_opened"})
        self._calls.apply(event, time, now)

    def _fallback(self, event: LogEvent, time: float | None, _now: float) -> None:
        if self._fallbacks.activated(event, time):
            self._recent.add(event, time)

    def _recovery(self, event: LogEvent, _time: float | None, _now: float) -> None:
        self._fallbacks.recovered(event)

    def _config_warning(self, event: LogEvent, time: float | None, _now: float) -> None:
        if self._generations.warned(event, time):
            self._recent.add(event, time)

    def _issue(self, event: LogEvent, time: float | None, _now: float) -> None:
        self._fallbacks.note_issue(event, time)
        self._calls.touch(event, time)
        if event.kind == "error":
            self._calls.failed(event, time)
        if self._incidents.is_new(event, time):
            self._errors.add(event, time)
            self._recent.add(event, time)

    def _process_start(self, event: LogEvent, time: float | None, _now: float) -> None:
        starts = self._starts.setdefault(event.source, Starts())
        workers = starts.workers
        new = starts.begins(event, time)
        self._generations.started(event.source, time, new=new)
        workers = workers or starts.workers
        if new:
            self._calls.restarted(event.source, time, workers=workers, complete=starts.complete)
        if new and not workers:
            self._silence.forget(event.source)
            self._fallbacks.restarted(event.source)

    def _process_ready(self, event: LogEvent, _time: float | None, _now: float) -> None:
        self._generations.ready(event.source)

    def _process_stop(self, event: LogEvent, time: float | None, _now: float) -> None:
        if event.dialect == RUNTIME:
            self._calls.restarted(event.source, time, workers=False, complete=False)
            if PART_MARK in event.source:
                self.forget(event.source)
                return
        if event.source in self._starts:
            self._starts[event.source].stopped()
        self._generations.stopped(event.source)

    def _key_present(self, event: LogEvent, _time: float | None, _now: float) -> None:
        self._generations.present(event)

    @property
    def moves_at(self) -> float:
        """Return until when time alone changes nothing in the last snapshot."""
        return self._slices.moves_at if self._slices else -inf

    def snapshot(
        self,
        now: float,
        sources: "tuple[SourceStatus, ...]",
        notice: str = "",
        *,
        frozen_since: float | None = None,
        scope: "Scope | None" = None,
        blame: "tuple[Blame, ...]" = (),
    ) -> "Snapshot":
        """Return the figures of this moment; slices that did not change, and so the whole, are the same objects.

        Figures move with new events and with the ten-second slices of the windows. ``frozen_since`` is since
        when no line reached this store, if somebody noticed; ``scope`` says of which sources its events are;
        ``blame`` is what explains findings: where the finding is gone, so is what explained it.
        """
        from tui.engine.metrics.slices import Slices, Told  # noqa: PLC0415 - a report asks for no snapshot

        if self._slices is None:
            self._slices = Slices(self._thresholds, self._recent.hints, self.counters)
        told = Told(notice, frozen_since, scope, blame)
        return self._slices.snapshot(now, sources, told, self._last_event)
