"""The events of a span as the figures count them: each once, with its time, whatever order its sources came in."""

from collections.abc import Iterable, Iterator

from tui.engine.blame._newest import by_time
from tui.engine.metrics.errors import HANG_UP_RACE
from tui.engine.metrics.fallbacks import Fallbacks
from tui.engine.metrics.incidents import Incidents
from tui.engine.metrics.plausible import is_sample
from tui.engine.metrics.twins import DoubledSamples, Twins
from tui.engine.model import LogEvent, Thresholds

EVENTS_MOST = 30_000
"""The newest count: what a busy hour gives, and what a processor looks through within a second."""


def counted(events: Iterable[LogEvent], now: float, thresholds: Thresholds) -> Iterator[tuple[float, LogEvent]]:
    """Yield what counts, by time; an activation carries in ``provider`` who failed, if that is known.

    Twins, doubled samples, echoes of an incident and further lines of an activation are left out by the rules of
    the figures themselves (semantics R18, R25, R32, R37, R71); so is what has no time at all (R66).
    """
    rules = _Rules(thresholds)
    for time, event in by_time(events, now, EVENTS_MOST):
        kept = rules.kept(event._replace(source=event.scope) if event.part else event, time)
        if kept is not None:
            yield time, kept


class _Rules:
    """The counters of the figures, asked what they would count."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._twins = Twins()
        self._doubles = DoubledSamples()
        self._incidents = Incidents()
        self._fallbacks = Fallbacks(thresholds)

    def kept(self, event: LogEvent, time: float) -> LogEvent | None:
        if self._twins.repeats(event):
            return None
        kept: LogEvent | None = event
        if event.kind == "ttfb":
            kept = event if is_sample(event.ms) and event.stage and not self._doubles.repeats(event) else None
        elif event.kind == "turn":
            kept = event if is_sample(event.ms) else None
        elif event.kind == "fallback":
            kept = self._activation(event, time)
        elif event.kind in {"error", "warning"}:
            self._fallbacks.note_issue(event, time)
            counts = self._incidents.is_new(event, time) and event.code not in HANG_UP_RACE
            kept = event if counts else None
        return kept

    def _activation(self, event: LogEvent, time: float) -> LogEvent | None:
        if event.stage is None or not self._fallbacks.activated(event, time):
            return None
        return event._replace(provider=self._fallbacks.failing(event.stage))
