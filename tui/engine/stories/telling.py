"""Events of many calls, interleaved, told as one story for each call.

A story is of a call where the log names calls; of a conversation where only traces say what belongs together
(traces that differ in a number at their end alone are turns of one); and what is tied to neither is one story more
for each source, so that nothing is left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from math import inf

from tui.engine.metrics.silence import Heard, Silence
from tui.engine.model import LogEvent, Story, StoryKey, Thresholds, owner
from tui.engine.stories._counting import Counting, Taken
from tui.engine.stories._neighbours import Neighbours
from tui.engine.stories._register import Draft, Register
from tui.engine.stories._turns import MARKS, marks_of, turns_of

LOOK_BACK_S = 3600.0
"""Events from so long before a span are needed to tell of calls that were open in it."""

_TOLD = MARKS | {"ttfb", "turn"}
_NUMBERED = re.compile(r"(?=\S*?\d\S*[-.:/#_])(?P<stem>\S{4,}?)[-.:/#_]\d{1,4}")


def conversation(trace: str) -> str:
    """Return what the traces of one conversation have in common: all but the number at their end."""
    found = _NUMBERED.fullmatch(trace)
    return found["stem"] if found and any(char.isdigit() for char in found["stem"]) else trace


def tell(events: Iterable[LogEvent], now: float, thresholds: Thresholds) -> tuple[Story, ...]:
    """Return the stories in these events; they come in order within a source, as from a monitor.

    Args:
        events: everything from ``LOOK_BACK_S`` before the span that is looked at.
        now: the moment that is looked from, in seconds since the epoch.
        thresholds: limits and windows in force.
    """
    heard: list[Heard] = []
    silence = Silence(thresholds, heard.append)
    counting = Counting(thresholds)
    scopes: dict[str, _Scope] = {}
    for told in events:
        taken = counting.take(told, now)
        if taken is not None:
            if taken.event.kind == "ttfb":
                silence.sample(taken.event, taken.time)
            scope = scopes.get(taken.event.source)
            if scope is None:
                scope = scopes[taken.event.source] = _Scope(taken.event.source)
            if scope.is_over(taken):
                silence.forget(taken.event.source)
    waiting = silence.waiting(now)
    return tuple(story for scope in scopes.values() for story in scope.stories(now, thresholds, heard, waiting))


class _Scope:
    """One source, or one process behind it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._register = Register(name)
        self._untied: list[Taken] = []
        self._calls_of_traces: dict[str, set[str]] = defaultdict(set)

    def is_over(self, taken: Taken) -> bool:
        """Take an event; tell whether it says that the process is gone, and with it all that was due."""
        if taken.event.kind in {"process_start", "process_stop"}:
            return self._register.process(taken)
        self._take(taken)
        return False

    def _take(self, taken: Taken) -> None:
        event = taken.event
        if event.kind in {"ttfb", "turn", "call_opened", "call_closed"}:
            self._register.busy()
        if event.id:
            self._register.take(taken)
            if taken.trace:
                self._calls_of_traces[taken.trace].add(event.id)
        refused = event.kind == "error" and self._register.refused(taken)
        if event.kind in _TOLD and not event.id and not refused:
            self._untied.append(taken)

    def stories(
        self, now: float, thresholds: Thresholds, heard: list[Heard], waiting: list[tuple[str, str, float]]
    ) -> list[Story]:
        self._register.expire(now, thresholds)
        conversations, loose = self._conversations(thresholds.idle_call_s)
        rest = [draft for draft in conversations if not self._given_to_its_call(draft, now)]
        silences = [one for one in heard if one.source == self._name]
        since = {trace: at for source, trace, at in waiting if source == self._name}
        stories = [self._story(draft, silences, since, now) for draft in (*self._register.calls, *rest)]
        if loose or silences:
            last = Draft(StoryKey(self._name, "", "", 0), taken=loose)
            stories.append(self._story(last, silences, since, now))
        return stories

    def _conversations(self, apart_s: float) -> tuple[list[Draft], list[Taken]]:
        """Return what traces hold together, each conversation anew after a long pause, and what they do not."""
        neighbours = Neighbours(self._untied)
        drafts: dict[str, Draft] = {}
        found, loose = [], []
        for each in self._untied:
            taken = each if each.trace else each._replace(trace=neighbours.trace_of(each))
            if not taken.trace:
                loose.append(taken)
                continue
            name = conversation(taken.trace)
            draft = drafts.get(name)
            if draft is None or _apart(draft.taken[-1].time, taken.time) > apart_s:
                nth = draft.key.nth + 1 if draft else 0
                draft = drafts[name] = Draft(StoryKey(self._name, "", name, nth))
                found.append(draft)
            draft.taken.append(taken)
        return found, loose

    def _given_to_its_call(self, draft: Draft, now: float) -> bool:
        """Add a conversation to the one call that it can be of; tell whether there is one.

        That is the call whose id stands beside one of its traces, or the only call that was open then.
        """
        named = {call for each in draft.taken for call in self._calls_of_traces.get(each.trace, ())}
        calls = [call for call in self._register.calls if call.key.call in named] if named else self._open(draft, now)
        began = draft.taken[0].time or 0.0
        covered = [call for call in calls if named or (call.opened_at is not None and call.opened_at <= began)]
        if len(calls) != 1 or len(covered) != 1:
            return False
        calls[0].taken += draft.taken
        calls[0].taken.sort(key=_place)
        return True

    def _open(self, draft: Draft, now: float) -> list[Draft]:
        """Return the calls that were open during any of it; one whose beginning was not seen may have been."""
        first, last = draft.taken[0].time, draft.taken[-1].time
        if first is None or last is None:
            return []
        calls = self._register.calls
        return [call for call in calls if (call.opened_at or 0.0) <= last and (call.closed_at or now) >= first]

    def _story(self, draft: Draft, silences: list[Heard], since: dict[str, float], now: float) -> Story:
        """Return a draft as it stands; the silences it takes are no other's."""
        traces = {each.trace for each in draft.taken if each.trace}
        times = [each.time for each in draft.taken if each.time is not None]
        first, last = min(times, default=-inf), max(times, default=inf)
        tied = draft.key.call or draft.key.trace
        heard = [one for one in silences if not tied or (one.trace in traces and first <= one.since <= last)]
        silences[:] = [one for one in silences if one not in heard]
        return Story(
            key=draft.key,
            client=draft.client,
            opened_at=draft.opened_at,
            closed_at=draft.closed_at,
            ending=draft.ending,
            duration_s=_duration(draft),
            turns=turns_of(draft.taken, heard),
            marks=marks_of(draft.taken),
            waiting_since=min((since[trace] for trace in traces if trace in since), default=None),
            first_at=min(times, default=None),
            last_at=max(times, default=None),
            others=len(self._open(draft, now)) if draft.key.trace else 0,
            events=tuple(each.event._replace(source=owner(self._name)) for each in draft.taken),
        )


def _duration(draft: Draft) -> float | None:
    """Return how long a call lasted: as logged, else as measured between two log times (semantics R49)."""
    if draft.duration_s is not None or draft.ending != "closed":
        return draft.duration_s
    if draft.opened_at is None or draft.closed_at is None:
        return None
    return max(0.0, draft.closed_at - draft.opened_at)


def _apart(before: float | None, after: float | None) -> float:
    return 0.0 if before is None or after is None else after - before


def _place(taken: Taken) -> tuple[float, int]:
    return taken.time or 0.0, taken.event.line
