"""Which events the figures count, by the very rules of the store: one truth for panels and calls."""

from typing import NamedTuple

from tui.engine.metrics.errors import HANG_UP_RACE
from tui.engine.metrics.fallbacks import Fallbacks
from tui.engine.metrics.incidents import Incidents
from tui.engine.metrics.plausible import is_sample
from tui.engine.metrics.twins import DoubledSamples, Twins
from tui.engine.metrics.windows import moment
from tui.engine.model import LogEvent, Thresholds

NO_TRACE = frozenset({None, "", "unknown", "none", "-"})
"""What stands where an orchestrator knows no trace (semantics R19)."""


class Taken(NamedTuple):
    """An event that is no twin of another one."""

    event: LogEvent
    """Its source is the scope that calls are counted within."""
    time: float | None
    """Its effective time (semantics R66, R67)."""
    counts: bool
    trace: str
    """Its own, or that of its neighbour; empty where there is none."""


class Counting:
    """Takes the events of every source in their order."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._twins = Twins()
        self._doubles = DoubledSamples()
        self._incidents = Incidents()
        self._fallbacks = Fallbacks(thresholds)

    def take(self, told: LogEvent, now: float) -> Taken | None:
        """Return an event with what it counts for; None for one that only repeats another."""
        event = told._replace(source=told.scope, part=None) if told.part else told
        if self._twins.repeats(event):
            return None
        time = moment(event, now)
        trace = "" if event.trace in NO_TRACE else event.trace or ""
        return Taken(event, time, self._counts(event, time), trace)

    def _counts(self, event: LogEvent, time: float | None) -> bool:
        if event.kind == "ttfb":
            return event.stage is not None and is_sample(event.ms) and not self._doubles.repeats(event)
        if event.kind == "turn":
            return is_sample(event.ms)
        if event.kind == "fallback":
            return self._fallbacks.activated(event, time)
        if event.kind in {"error", "warning"}:
            return self._incidents.is_new(event, time) and event.code not in HANG_UP_RACE
        return False
