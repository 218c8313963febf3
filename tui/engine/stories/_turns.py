"""A call's events as turns and marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tui.engine.metrics.silence import Heard
from tui.engine.model import STAGES, Mark, Stage, StageTime, Turn
from tui.engine.stories._counting import Taken

TURN_S = 60.0
"""What comes later in a trace than this is another turn: nobody waits so long (as for silence)."""

MARKS = frozenset({"error", "warning", "fallback", "recovery", "config_warning", "call_opened", "call_closed"})


@dataclass(slots=True)
class _Draft:
    trace: str
    stages: dict[Stage, StageTime] = field(default_factory=dict)
    ms: float | None = None
    last: float | None = None
    line: int = 0

    def takes(self, stage: Stage | None, time: float | None) -> bool:
        """Tell whether an event goes on with this turn; without a trace, stages come in speaking order."""
        if time is not None and self.last is not None and abs(time - self.last) > TURN_S:
            return False
        if stage is None:
            return self.ms is None
        if not self.trace:
            return self.ms is None and all(STAGES.index(stage) > STAGES.index(each) for each in self.stages)
        return stage not in self.stages

    def turn(self) -> Turn:
        stages = tuple(self.stages[stage] for stage in STAGES if stage in self.stages)
        begins = [each.at - each.ms / 1000 for each in stages if each.at is not None]
        if not begins and self.last is not None and self.ms is not None:
            begins = [self.last - self.ms / 1000]
        return Turn(min(begins, default=None), self.line, stages, self.ms, self.trace, heard_at=self.last)


def turns_of(taken: Iterable[Taken], heard: Sequence[Heard]) -> tuple[Turn, ...]:
    """Return the turns of a call in order; ``heard`` are its silences."""
    drafts: list[_Draft] = []
    current: dict[str, _Draft] = {}
    for each in taken:
        event = each.event
        if not each.counts or event.kind not in {"ttfb", "turn"}:
            continue
        draft = current.get(each.trace)
        stage = event.stage if event.kind == "ttfb" else None
        if draft is None or not draft.takes(stage, each.time):
            draft = current[each.trace] = _Draft(each.trace)
            drafts.append(draft)
        if stage is None:
            draft.ms = event.ms
        else:
            draft.stages[stage] = StageTime(stage, event.provider, event.ms or 0.0, each.time, event.line)
        draft.line = max(draft.line, event.line)
        if each.time is not None:
            draft.last = each.time if draft.last is None else max(draft.last, each.time)
    return _with_silences([draft.turn() for draft in drafts], heard)


def _with_silences(turns: list[Turn], heard: Sequence[Heard]) -> tuple[Turn, ...]:
    """Give each silence to the turn that it began in; one that no turn tells of is a turn without an answer."""
    for silence in heard:
        place = next((i for i, turn in enumerate(turns) if _is_in(silence, turn)), None)
        if place is None:
            lonely = Turn(silence.since, 0, trace=silence.trace, heard_at=silence.until)
            turns.append(replace(lonely, silence_s=float(silence.beyond_s)))
        else:
            turn = turns[place]
            turns[place] = replace(turn, silence_s=turn.silence_s + silence.beyond_s)
    return tuple(sorted(turns, key=lambda turn: turn.at or 0.0))


def _is_in(silence: Heard, turn: Turn) -> bool:
    if turn.trace != silence.trace or turn.at is None or turn.heard_at is None:
        return False
    return turn.at <= silence.since <= turn.heard_at


def marks_of(taken: Iterable[Taken]) -> tuple[Mark, ...]:
    """Return what happened on a call beside its turns, in order."""
    return tuple(
        Mark(
            each.event.kind,
            each.time,
            each.event.line,
            each.event.stage,
            each.event.provider,
            each.event.code,
            each.event.to,
            each.event.text,
            each.counts,
        )
        for each in taken
        if each.event.kind in MARKS
    )
