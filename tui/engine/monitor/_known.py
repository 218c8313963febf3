"""Events in the order in which they became known: what somebody who looked at a moment could have seen."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from math import inf

from tui.engine.metrics.windows import in_place
from tui.engine.model import LogEvent

LATE_S = 900.0
"""A line that came later than this after its own time may be missing when time goes on from a saved moment."""

AHEAD_S = 300.0
"""The clock that stamps lines may be ahead by so much (semantics R67)."""


class Known:
    """Takes events by their own time and gives them by when they were read.

    A line that was read as it came was known then, history when it was written.
    """

    def __init__(self, events: Iterable[LogEvent], after: float) -> None:
        """``after`` is the moment up to which everything was given before."""
        self._events: Iterator[LogEvent] = iter(events)
        self._after = after
        self._places: dict[str, float] = {}
        self._newest = -inf
        self._taken = 0
        self._waiting: list[tuple[float, str, int, int, LogEvent]] = []

    def upto(self, moment: float) -> Iterator[LogEvent]:
        """Yield what became known by a moment, which never goes back; the order of a source is that of its log."""
        self._take(moment)
        while self._waiting and self._waiting[0][0] <= moment:
            yield heappop(self._waiting)[-1]

    def _take(self, moment: float) -> None:
        while self._newest <= moment + AHEAD_S:
            event = next(self._events, None)
            if event is None:
                self._newest = inf
                return
            before = self._places.get(event.source, self._newest)
            own = event.time if event.time is not None else event.arrived
            place = self._places[event.source] = in_place(own, before)
            self._newest = max(self._newest, place)
            at = place if event.arrived is None else event.arrived
            if at > self._after:
                self._taken += 1
                heappush(self._waiting, (at, event.source, event.line, self._taken, event))
