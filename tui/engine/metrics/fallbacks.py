"""Activations of backup providers per stage, and what they are measured against (semantics R25-R33)."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

from tui.engine.metrics.affected import AffectedCalls
from tui.engine.metrics.windows import ObservedMinutes, SlidingCount
from tui.engine.model import STAGES, Limits, LogEvent, Stage, StageFallback, Status, Thresholds

SPIKE_WINDOW_S = 3600.0

_ONE_ACTIVATION_S = 2.0
_ONE_ACTIVATION_LINES = 3
_CAUSE_S = 30.0
_CAUSE_LINES = 20
_TARGETS_KEPT = 20
_MARKS_KEPT = 16
OTHER = "other"


@dataclass(slots=True)
class _Mark:
    """Where and when something was said."""

    time: float | None
    line: int
    provider: str | None = None

    def near(self, time: float | None, line: int, seconds: float, lines: int) -> bool:
        """Tell whether another line is close, by time where there is one, else by position."""
        if time is None or self.time is None:
            return abs(line - self.line) < lines
        return abs(time - self.time) < seconds


def _newest() -> deque[_Mark]:
    return deque(maxlen=_MARKS_KEPT)


@dataclass(slots=True)
class _StageState:
    activations: SlidingCount = field(default_factory=SlidingCount)
    affected: AffectedCalls = field(default_factory=AffectedCalls)
    counted: dict[str, deque[_Mark]] = field(default_factory=lambda: defaultdict(_newest))
    """The last activations that counted and what they went to, by source; lines may be out of order (R67)."""
    issues: dict[str, deque[_Mark]] = field(default_factory=lambda: defaultdict(_newest))
    """The last warnings and errors of providers, by source."""
    latest: tuple[LogEvent, float | None] | None = None
    """The activation by which the stage is on fallback."""
    targets: Counter[str] = field(default_factory=Counter)
    """Activations since the beginning by what they went to, as far as the log says."""
    on_fallback: set[str] = field(default_factory=set)
    failing: str | None = None
    to: str | None = None
    last_at: float | None = None

    def target(self, mark: _Mark, to: str | None) -> None:
        """Note what an activation went to; a later line of the same activation knows better."""
        if to is None or to == mark.provider:
            return
        if mark.provider is not None:
            self.targets[mark.provider] -= 1
        mark.provider = to if to in self.targets or len(self.targets) < _TARGETS_KEPT else OTHER
        self.targets[mark.provider] += 1


class Fallbacks:
    """Counts activations of each stage; a fallback is degraded service, not an error (semantics R30)."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.version = 0
        self._thresholds = thresholds
        self.affected = AffectedCalls()
        """Calls with an activation in whichever stage."""
        self._stages: dict[Stage, _StageState] = {stage: _StageState() for stage in STAGES}

    def activated(self, event: LogEvent, time: float | None) -> bool:
        """Take an activation line; return whether it is a new activation, one per stage per 2 s (R25)."""
        if event.stage is None:
            return True
        state = self._stages[event.stage]
        self.version += 1
        marks = state.counted[event.source]
        near = (
            mark for mark in reversed(marks) if mark.near(time, event.line, _ONE_ACTIVATION_S, _ONE_ACTIVATION_LINES)
        )
        before = next(near, None)
        if before is not None:
            # Of the lines of one activation the one that names the new provider says most.
            state.to = event.to or state.to
            state.target(before, event.to)
            return False
        mark = _Mark(time, event.line)
        marks.append(mark)
        state.target(mark, event.to)
        state.activations.add(time)
        state.affected.add(event, time)
        self.affected.add(event, time)
        state.on_fallback.add(event.source)
        if time is None or state.last_at is None or time >= state.last_at:  # sources are not read in step
            state.to, state.latest = event.to, (event, time)
            state.failing = self._failing(event, time, state)
            state.last_at = time if time is not None else state.last_at
        return True

    def _failing(self, event: LogEvent, time: float | None, state: _StageState) -> str | None:
        """Return the primary that failed: the stage's last provider with an issue within 30 s before (R32)."""
        if event.provider is not None and event.provider != event.to:
            return event.provider
        before = [
            issue
            for issue in state.issues[event.source]
            if issue.near(time, event.line, _CAUSE_S, _CAUSE_LINES)
            and (time is None or issue.time is None or issue.time <= time)
        ]
        last = max(before, key=lambda issue: (issue.time or 0.0, issue.line), default=None)
        return last.provider if last and last.provider != event.to else None

    def note_issue(self, event: LogEvent, time: float | None) -> None:
        """Remember an error or warning: its provider may be why a fallback follows."""
        if event.stage is not None and event.provider is not None:
            state = self._stages[event.stage]
            state.issues[event.source].append(_Mark(time, event.line, event.provider))
            if state.latest and state.latest[0].source == event.source and time is not None:
                state.failing = self._failing(*state.latest, state)  # it may have come late

    def recovered(self, event: LogEvent) -> None:
        """Take the word that a primary is back; without a stage it speaks for the whole source."""
        for stage, state in self._stages.items():
            if event.stage in {None, stage}:
                state.on_fallback.discard(event.source)
        self.version += 1

    def restarted(self, source: str) -> None:
        """Take a new process generation: it begins with its primaries."""
        for state in self._stages.values():
            state.on_fallback.discard(source)
        self.version += 1

    def failing(self, stage: Stage) -> str | None:
        """Return the primary that failed at the newest activation of a stage, when known (semantics R32)."""
        return self._stages[stage].failing

    def activations(self, stage: Stage) -> SlidingCount:
        """Return the activations of a stage."""
        return self._stages[stage].activations

    def by_target(self) -> Counter[str]:
        """Return the activations since the beginning by what they went to."""
        return sum((+state.targets for state in self._stages.values()), Counter())

    def figures(self, now: float, calls: int, observed: ObservedMinutes) -> tuple[StageFallback, ...]:
        """Return panel 2 as of now, a row per stage, against the calls opened in the rate window."""
        return tuple(self._figure(stage, now, calls, observed) for stage in STAGES)

    def _figure(self, stage: Stage, now: float, calls: int, observed: ObservedMinutes) -> StageFallback:
        state = self._stages[stage]
        activations = state.activations.within(now, self._thresholds.rate_window_s)
        pct = 100 * activations / calls if calls else None
        spike = state.activations.within(now, SPIKE_WINDOW_S) >= self._thresholds.fallback_spike_per_hour
        affected = state.affected.within(now, self._thresholds.rate_window_s, activations)
        share = activations if affected is None else affected
        status = rate_status(share, calls, self._thresholds.fallback_pct, self._thresholds.min_calls)
        return StageFallback(
            stage,
            status=max(status, Status.WARNING, key=lambda one: one.rank) if spike else status,
            activations=activations,
            calls=calls,
            pct=pct,
            affected=affected,
            on_fallback=bool(state.on_fallback),
            failing=state.failing,
            to=state.to,
            last_at=state.last_at,
            spike=spike,
            per_minute=observed.series(state.activations, now),
        )


def rate_status(count: int, calls: int, limits: Limits, min_calls: int) -> Status:
    """Judge a share of calls: never divided by nothing, never critical on a few calls (semantics R27)."""
    if not calls:
        return Status.WARNING if count else Status.NO_DATA
    status = limits.status(100 * count / calls)
    return Status.WARNING if status is Status.CRITICAL and calls < min_calls else status
