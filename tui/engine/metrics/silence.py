"""Callers who hear nothing: an answer is due, and no first byte of speech comes.

A turn begins with the first sample of its trace (speech recognised, or text generated) and is answered by its
TTS sample. A turn without an answer for longer than ``silence_after_s`` is a caller who hears silence. Where a
source names no traces, texts generated since the last speech stand for them: one caller at least.
"""

from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from tui.engine.metrics.windows import SlidingCount
from tui.engine.model import CallsFigure, LogEvent, SilenceFigure, Stage, Status, Thresholds, owner

GIVEN_UP_S = 60.0
"""A turn without an answer for so long: the caller has hung up, or interrupted and was answered in another one."""

STALLED_TEXTS = 3
"""Texts generated without any speech after which a source without traces has stalled."""

_DUE_KEPT = 10_000
_NO_TRACE = {"", "unknown", "none", "-"}


@dataclass(slots=True)
class _Due:
    since: float
    stage: Stage
    provider: str | None


@dataclass(slots=True)
class _Clock:
    """What is known of the times that a source's lines tell."""

    newest: float
    behind_s: float = 0.0
    """How long after them its lines arrive."""
    names_traces: bool = False


class Heard(NamedTuple):
    """A silence that is over: nothing was heard from one moment to another."""

    source: str
    trace: str
    """Empty where the source names none."""
    since: float
    until: float
    beyond_s: int
    """Of it beyond what is allowed."""


class Silence:
    """Follows turns from what was said to what was heard."""

    def __init__(self, thresholds: Thresholds, told: Callable[[Heard], None] | None = None) -> None:
        """``told`` hears of each silence when it is over."""
        self.version = 0
        self._told = told
        self._thresholds = thresholds
        self._due: OrderedDict[tuple[str, str], _Due] = OrderedDict()
        self._texts: dict[str, list[float]] = {}
        self._clocks: dict[str, _Clock] = {}
        self._answered = SlidingCount()
        self._impact = SlidingCount()
        self._moves = 0
        self._figured_at, self.moves_at = inf, -inf
        """When the last figure was made, and until when time alone changes nothing in it but its windows."""

    def sample(self, event: LogEvent, time: float | None) -> None:
        """Take a first byte; without a time nobody knows how long anything lasted (semantics R66)."""
        if time is None or event.stage is None:
            return
        self.version += 1
        clock, source, trace = self._seen(event, time), event.source, event.trace
        if trace is None or trace in _NO_TRACE:
            if not clock.names_traces:
                self._untraced(event, time)
            return
        clock.names_traces = True
        if self._texts:
            self._texts.pop(source, None)
        key = (source, trace)
        if event.stage == "TTS":
            self._answer(key, self._due.pop(key, None), time)
            return
        due = self._due.get(key)
        if due is None:
            self._due[key] = _Due(time, event.stage, event.provider)
            if len(self._due) > _DUE_KEPT:
                self._due.popitem(last=False)
        else:
            due.stage, due.provider = event.stage, event.provider

    def _seen(self, event: LogEvent, time: float) -> _Clock:
        """Note what a line tells of the time."""
        clock = self._clocks.get(event.source)
        if clock is None:
            clock = self._clocks[event.source] = _Clock(time)
        elif time > clock.newest:
            clock.newest = time
        if event.arrived is not None:
            clock.behind_s = max(0.0, event.arrived - time)
        return clock

    def _untraced(self, event: LogEvent, time: float) -> None:
        texts = self._texts.setdefault(event.source, [])
        if event.stage == "LLM":
            del texts[STALLED_TEXTS * 4 :]
            texts.append(time)
        elif event.stage == "TTS":
            stalled = _Due(texts[0], "LLM", None) if len(texts) >= STALLED_TEXTS else None
            self._answer((event.source, ""), stalled, time)
            texts.clear()

    def _answer(self, key: tuple[str, str], due: _Due | None, time: float) -> None:
        self._answered.add(time)
        if due is not None:
            self._add_impact(key, due.since, time)

    def _add_impact(self, key: tuple[str, str], since: float, until: float) -> None:
        silent = until - since - self._thresholds.silence_after_s
        if silent > 0:
            self._impact.add(until, round(silent))
            if self._told is not None:
                self._told(Heard(*key, since, until, round(silent)))

    def forget(self, source: str) -> None:
        """Let go of the turns of a source: its process is gone, or it is read no longer."""
        self._due = OrderedDict((key, due) for key, due in self._due.items() if key[0] != source)
        self._texts.pop(source, None)
        self.version += 1

    def figure(self, now: float, calls: CallsFigure, behind: Container[str] = ()) -> SilenceFigure:
        """Return who hears silence now; never more callers than there are calls, where calls are known.

        ``behind`` are the sources that still read history: what was due there was answered long ago.
        """
        self._give_up(now, behind)
        waiting = sorted(
            (due for (source, _), due in self._due.items() if self._is_late(source, due.since, now, behind)),
            key=lambda due: due.since,
        )
        stalled = [
            texts[0]
            for source, texts in self._texts.items()
            if len(texts) >= STALLED_TEXTS and self._is_late(source, texts[0], now, behind)
        ]
        callers = len(waiting) + len(stalled)
        if calls.active is not None and not calls.lower_bound:
            callers = min(callers, calls.active)
        window = self._thresholds.rate_window_s
        answered, impact = self._answered.within(now, window), self._impact.within(now, window)
        known = answered or self._due or self._texts
        self._figured_at, self.moves_at = now, self._next_move(now, behind)
        worst = waiting[0] if waiting else None
        return SilenceFigure(
            status=self._thresholds.silent_callers.status(callers) if known else Status.NO_DATA,
            limits=self._thresholds.silent_callers,
            callers=callers,
            since=min([*(due.since for due in waiting[:1]), *stalled], default=None) if callers else None,
            stage=(worst.stage if worst else "LLM") if callers else None,
            provider=worst.provider if worst and callers else None,
            answered=answered,
            impact_s=impact,
            at_least=bool(stalled),
        )

    def moves(self, now: float) -> int:
        """Return a number that is another one once time alone may have moved the figure."""
        if not self._figured_at <= now < self.moves_at:
            self._moves += 1
        return self._moves

    def _next_move(self, now: float, behind: Container[str]) -> float:
        """Return when the next caller hears silence, or is given up; of sources that are behind no clock tells."""
        waiting = [(source, due.since, due.since) for (source, _), due in self._due.items()]
        waiting += [(source, texts[0], texts[-1]) for source, texts in self._texts.items() if texts]
        found = inf
        for source, since, last in waiting:
            if owner(source) not in behind:
                late = self._is_late(source, since, now, behind)
                at = last + GIVEN_UP_S if late else since + self._thresholds.silence_after_s
                found = min(found, at + self._clocks[source].behind_s)
        return found

    def waiting(self, now: float) -> list[tuple[str, str, float]]:
        """Return source, trace and beginning of each silence that goes on now, where traces tell."""
        self._give_up(now, ())
        late = (((*key, due.since), self._is_late(key[0], due.since, now, ())) for key, due in self._due.items())
        return [told for told, is_late in late if is_late]

    def _is_late(self, source: str, since: float, now: float, behind: Container[str]) -> bool:
        return (
            owner(source) not in behind
            and since <= self._by_log(source, now, behind) - self._thresholds.silence_after_s
        )

    def _by_log(self, source: str, now: float, behind: Container[str]) -> float:
        """Return the time it is by the clock that stamps a source's lines."""
        clock = self._clocks[source]
        return clock.newest if owner(source) in behind else now - clock.behind_s

    def _give_up(self, now: float, behind: Container[str]) -> None:
        """Count turns that were never answered, and expect nothing of them any more."""
        for key, due in list(self._due.items()):
            if due.since < self._by_log(key[0], now, behind) - GIVEN_UP_S:
                del self._due[key]
                self._add_impact(key, due.since, due.since + GIVEN_UP_S)
        for source, texts in list(self._texts.items()):
            if texts and texts[-1] < self._by_log(source, now, behind) - GIVEN_UP_S:
                del self._texts[source]
