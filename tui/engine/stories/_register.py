"""Which call an id means, and how each ended: the rules of the active calls, kept by name (semantics R45-R50)."""

from dataclasses import dataclass, field

from tui.engine.metrics.calls import is_refusal
from tui.engine.metrics.starts import Starts
from tui.engine.model import RUNTIME, Ending, StoryKey, Thresholds
from tui.engine.stories._counting import Taken

_REFUSED_S = 2.0
_REFUSED_LINES = 5
_REORDER_S = 30.0


@dataclass(slots=True)
class Draft:
    """A story while it is told."""

    key: StoryKey
    client: str | None = None
    opened_at: float | None = None
    reopened_at: float | None = None
    opened_line: int = 0
    closed_at: float | None = None
    ending: Ending = "unknown"
    duration_s: float | None = None
    taken: list[Taken] = field(default_factory=list)

    def end(self, ending: Ending, at: float | None) -> None:
        """Note how it ended, unless that is known."""
        if self.ending in {"open", "unknown"}:
            self.ending, self.closed_at = ending, at


class Register:
    """The calls of one scope."""

    def __init__(self, scope: str) -> None:
        self.calls: list[Draft] = []
        self._scope = scope
        self._latest: dict[str, Draft] = {}
        self._newest: Draft | None = None
        self._starts = Starts()
        self._own_lines = False
        """Calls have lines of their own, so that silence means something."""

    def take(self, taken: Taken) -> None:
        """Take an event that names its call."""
        event = taken.event
        draft = self._opened(taken) if event.kind == "call_opened" else self._of(event.id or "")
        draft.taken.append(taken)
        self._own_lines = self._own_lines or (draft.ending == "open" and event.kind in {"ttfb", "turn"})
        draft.client = draft.client or event.client
        if event.kind == "call_closed":
            draft.end("closed", taken.time)
            draft.duration_s = event.duration_s if draft.duration_s is None else draft.duration_s

    def _opened(self, taken: Taken) -> Draft:
        draft = self._latest.get(taken.event.id or "")
        if draft is None or (draft.ending not in {"open", "unknown"} and not _came_late(taken, draft)):
            draft = self._begin(taken.event.id or "")
        if draft.opened_at is None:
            draft.opened_at = taken.time
        if draft.ending == "unknown":
            draft.ending = "open"
        draft.reopened_at, draft.opened_line, self._newest = taken.time, taken.event.line, draft
        return draft

    def _of(self, call: str) -> Draft:
        return self._latest.get(call) or self._begin(call)

    def _begin(self, call: str) -> Draft:
        nth = sum(each.key.call == call for each in self.calls) if call in self._latest else 0
        draft = self._latest[call] = Draft(StoryKey(self._scope, call, "", nth))
        self.calls.append(draft)
        return draft

    def refused(self, taken: Taken) -> bool:
        """Tell whether an error says that the call opened a moment ago was never accepted; then it is lost (R50)."""
        named = self._latest.get(taken.event.id or "")
        draft = named if named is not None and named.ending == "open" else self._newest
        if draft is None or draft.ending != "open" or not is_refusal(taken.event):
            return False
        if taken.time is None or draft.opened_at is None:
            near = taken.event.line - draft.opened_line <= _REFUSED_LINES
        else:
            near = 0 <= taken.time - draft.opened_at <= _REFUSED_S
        if near:
            draft.end("lost", taken.time)
            if taken.event.id is None:
                draft.taken.append(taken)
        return near

    def process(self, taken: Taken) -> bool:
        """Take a mark of the process; tell whether it is another one: with the old one its calls are gone (R46)."""
        event = taken.event
        if event.kind == "process_start":
            workers = self._starts.workers
            gone = self._starts.begins(event, taken.time) and not (workers or self._starts.workers)
        else:
            self._starts.stopped()
            gone = event.dialect == RUNTIME
        if gone:
            self._lose(taken.time)
        return gone

    def busy(self) -> None:
        """Note that calls are going on."""
        self._starts.busy()

    def _lose(self, at: float | None) -> None:
        for draft in self.calls:
            if draft.ending == "open":
                draft.end("lost", at if at is not None else draft.taken[-1].time)

    def expire(self, now: float, thresholds: Thresholds) -> None:
        """Believe of no call that it is open for ever, or silent for long where calls have lines (semantics R45)."""
        for draft in self.calls:
            if draft.ending == "open" and draft.reopened_at is not None:
                until = draft.reopened_at + thresholds.max_call_s
                if self._own_lines:
                    touched = max(each.time for each in draft.taken if each.time is not None)
                    until = min(until, touched + thresholds.idle_call_s)
                if until < now:
                    draft.ending, draft.closed_at = "unknown", until


def _came_late(taken: Taken, draft: Draft) -> bool:
    """Tell whether an open was only read behind its close, lines being up to 30 s out of order (R67)."""
    if draft.opened_at is not None or draft.closed_at is None or taken.time is None:
        return False
    return 0 <= draft.closed_at - taken.time <= _REORDER_S
