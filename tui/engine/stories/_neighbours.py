"""Whose events are that name neither call nor trace: those of the one conversation they touch.

A rule of this tool (the guide has none): within 50 ms, or 5 lines where lines carry no time, as in semantics R18,
and nearer by 10 ms or 2 lines than any other. Where several conversations are as near, nobody knows, and the event
stays untied.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from tui.engine.model import STAGES, LogEvent
from tui.engine.stories._counting import Taken

NEAR_S = 0.050 + 1e-6
NEAR_LINES = 5
CLEAR_S = 0.010
CLEAR_LINES = 2
FAILURES = frozenset({"error", "warning", "fallback"})
_ALIKE_MS = 5.0
_ALIKE_SHARE = 0.02


class Neighbours:
    """The events of one scope that name a trace, by time and by line."""

    def __init__(self, taken: Iterable[Taken]) -> None:
        traced = [each for each in taken if each.trace]
        self._by_time = sorted((each for each in traced if each.time is not None), key=_time)
        self._times = [_time(each) for each in self._by_time]
        self._by_line = sorted((each for each in traced if each.time is None), key=_line)
        self._lines = [_line(each) for each in self._by_line]
        self._waits = sorted((each for each in self._by_time if each.event.kind == "ttfb"), key=_began)
        self._beginnings = [_began(each) for each in self._waits]

    def trace_of(self, one: Taken) -> str:
        """Return the trace that an event without any belongs to; empty if there is none, or more than one."""
        near = [(_apart(one, other), other.trace) for other in self._near(one) if _touches(one.event, other.event)]
        if not near and one.time is not None:
            follows = self._between(self._waits, self._beginnings, one.time)
            near = [(abs(_began(other) - one.time), other.trace) for other in follows if _waits_for(one, other)]
        if not near:
            return ""
        least, trace = min(near)
        clear = CLEAR_LINES if one.time is None else CLEAR_S
        return trace if all(other == trace or apart >= least + clear for apart, other in near) else ""

    def _near(self, one: Taken) -> Sequence[Taken]:
        if one.time is not None:
            return self._between(self._by_time, self._times, one.time)
        first = bisect_left(self._lines, one.event.line - NEAR_LINES)
        return self._by_line[first : bisect_right(self._lines, one.event.line + NEAR_LINES)]

    @staticmethod
    def _between(taken: Sequence[Taken], keys: Sequence[float], at: float) -> Sequence[Taken]:
        return taken[bisect_left(keys, at - NEAR_S) : bisect_right(keys, at + NEAR_S)]


def _touches(one: LogEvent, other: LogEvent) -> bool:
    """Tell whether two events that are close can be of one thing that happened."""
    if one.kind == "turn":
        return other.kind == "ttfb" and other.stage == "TTS"
    if one.kind == "ttfb":
        if other.kind != "ttfb" or one.stage != other.stage or one.ms is None or other.ms is None:
            return False
        return abs(one.ms - other.ms) <= max(_ALIKE_MS, _ALIKE_SHARE * other.ms)
    return other.kind in FAILURES and one.stage in {None, other.stage}


def _waits_for(one: Taken, other: Taken) -> bool:
    """Tell whether a first byte is what was waited for from an event on: the next stage's, or the substitute's."""
    event, byte = one.event, other.event
    if event.stage is None or byte.stage is None:
        return False
    if event.kind == "fallback":
        return byte.stage == event.stage and event.to in {None, byte.provider}
    return event.kind == "ttfb" and STAGES.index(byte.stage) == STAGES.index(event.stage) + 1


def _apart(one: Taken, other: Taken) -> float:
    if one.time is None or other.time is None:
        return abs(one.event.line - other.event.line)
    return abs(one.time - other.time)


def _time(taken: Taken) -> float:
    return taken.time or 0.0


def _line(taken: Taken) -> float:
    return taken.event.line


def _began(taken: Taken) -> float:
    return _time(taken) - (taken.event.ms or 0.0) / 1000
