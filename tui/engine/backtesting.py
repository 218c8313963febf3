"""The rules over a past log, in the log's own time: what would have fired, when, and for how long."""

import heapq
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from tui.engine.alerts.machine import Machine, Track
from tui.engine.alerts.rule import AlertRule
from tui.engine.alerts.wording import describe
from tui.engine.bulk import Reader, parse
from tui.engine.clock import Clock
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.windows import is_plausible
from tui.engine.model import (
    AlertState,
    Labels,
    LineBlock,
    LogEvent,
    Severity,
    SourceOptions,
    SourceState,
    SourceStatus,
    Thresholds,
)
from tui.engine.parser import line_time
from tui.engine.redact import redact
from tui.engine.sources import expanded, open_source
from tui.engine.sources._source import Source

STEP_S = 10.0
"""Figures move in steps of this length; alerts are judged as often."""
CALM_S = 7200.0
"""After so long without an event every window is empty: the rest of a silence changes nothing."""
BRIEF_S = 120.0
"""An alert that was over so soon by itself woke somebody for nothing."""
SHARE = 0.8
"""Of the brief alerts of a rule, so many should not have fired: what a suggested ``for`` aims at."""
ROUND_S = 30.0


@dataclass(frozen=True, slots=True)
class Fired:
    """One alert that would have fired."""

    rule: str
    severity: Severity
    labels: Labels
    summary: str
    """As it stood when it fired."""
    since: float
    fired_at: float
    ended_at: float | None
    """When the condition was last seen before it was over; None if the log ends first."""

    @property
    def lasted_s(self) -> float:
        """How long it was bad after it fired."""
        return 0.0 if self.ended_at is None else max(0.0, self.ended_at - self.fired_at)


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """One rule over the whole log."""

    rule: str
    fired: int
    brief: int
    """Over by themselves within two minutes."""
    longest_s: float
    for_s: float
    suggested_for_s: float | None
    """A ``for`` with which most of the brief ones had not fired; None where nothing speaks for another."""


@dataclass(frozen=True, slots=True)
class Backtested:
    """What came out."""

    start: float | None
    end: float | None
    events: int
    untimed: int
    """Events without a time; nobody can tell when they were."""
    fired: tuple[Fired, ...]
    rules: tuple[RuleSummary, ...]
    unreadable: tuple[SourceStatus, ...] = ()


class Backtest:
    """Reads logs to their end and judges them step by step."""

    def __init__(
        self,
        specs: Sequence[str],
        rules: Mapping[str, AlertRule],
        thresholds: Thresholds,
        clock: Clock,
        tz: tzinfo | None = None,
        *,
        start: float | None = None,
        end: float | None = None,
        rotated: bool = False,
        options: SourceOptions | None = None,
    ) -> None:
        """``start`` and ``end`` bound the events that count, seconds since the epoch.

        Raises:
            UsageError: no kind of source is written like that.
        """
        self._rules = rules
        self._thresholds = thresholds
        self._now = clock.now()
        self._tz = tz
        self._span = (start if start is not None else float("-inf"), end if end is not None else float("inf"))
        self._sources = [
            open_source(
                spec,
                clock=clock,
                since=start,
                line_time=partial(line_time, tz=tz),
                follow=False,
                rotated=rotated,
                options=options,
            )
            for spec in expanded(specs, options)
        ]

    async def run(self) -> Backtested:
        """Read and judge everything."""
        timed: list[list[LogEvent]] = []
        untimed = 0
        for source in self._sources:
            events = [event async for event in _events(source, self._tz, self._now)]
            known = [event for event in events if event.time is not None and is_plausible(event.time, self._now)]
            untimed += len(events) - len(known)
            first, last = self._span
            timed.append(sorted((one for one in known if first <= _time(one) < last), key=_time))
        unreadable = [one.status() for one in self._sources if one.status().state is not SourceState.ENDED]
        names = [source.name for source in self._sources]
        trial = _Trial(self._rules, self._thresholds, names)
        count = trial.judge(heapq.merge(*timed, key=_time))
        return Backtested(
            trial.start,
            trial.end,
            count,
            untimed,
            tuple(trial.fired),
            _summaries(trial.fired, self._rules),
            tuple(unreadable),
        )


def _time(event: LogEvent) -> float:
    assert event.time is not None  # noqa: S101 - only those that have one come here
    return event.time


async def _events(source: Source, tz: tzinfo | None, now: float) -> AsyncGenerator[LogEvent, None]:
    reader = Reader(source.name, tz, now)
    async with aclosing(parse(source, _lines_of(source), reader)) as parsed:
        async for each in parsed:
            for event in each.events:
                yield event
    for event in reader.finish().events:
        yield event


async def _lines_of(source: Source) -> AsyncGenerator[LineBlock, None]:
    async for block in source.batches():
        if block.lines:
            yield block


class _Trial:
    """A store and a machine whose clock is the log's."""

    def __init__(self, rules: Mapping[str, AlertRule], thresholds: Thresholds, names: Sequence[str]) -> None:
        self.start: float | None = None
        self.end: float | None = None
        self.fired: list[Fired] = []
        self._store = MetricsStore(thresholds, clean=redact)
        self._machine = Machine(rules)
        self._sources = tuple(SourceStatus(name, "file", SourceState.LIVE) for name in names)
        self._open: dict[tuple[str, int], Fired] = {}
        self._bad_at: dict[str, float] = {}

    def judge(self, events: Iterator[LogEvent]) -> int:
        """Apply events in the order of their times, judging every step between them; return how many there were."""
        count = 0
        batch: list[LogEvent] = []
        for event in events:
            at = _time(event)
            if self.start is None:
                self.start = self.end = at - at % STEP_S
            assert self.end is not None  # noqa: S101 - set together with the start
            if at >= self.end + STEP_S:
                self._take(batch)
                batch = []
                self._advance(at - at % STEP_S)
            batch.append(event)
            count += 1
        self._take(batch)
        if self.end is not None:
            self._step(self.end + STEP_S)
        self.fired += self._open.values()
        self.fired.sort(key=lambda one: (one.fired_at, one.rule))
        return count

    def _take(self, batch: Sequence[LogEvent]) -> None:
        if batch and self.end is not None:
            self._store.apply(batch, self.end + STEP_S)

    def _advance(self, until: float) -> None:
        """Judge each step up to a moment; a silence is judged until nothing can change any more."""
        assert self.end is not None  # noqa: S101 - a log has begun
        calm_at = self.end + CALM_S
        while self.end < until:
            self._step(min(self.end + STEP_S, until) if self.end < calm_at else until)

    def _step(self, now: float) -> None:
        assert self.end is not None  # noqa: S101 - a log has begun
        self._store.observe(self.end, now)
        self._machine.step(self._store.snapshot(now, self._sources), now)
        for track in [*self._machine.replaced, *self._machine.tracks.values()]:
            self._note(track, now)
        self._machine.replaced.clear()
        self.end = now

    def _note(self, track: Track, now: float) -> None:
        """Remember an alert that fired, and when it was last bad."""
        alert = track.alert
        key = (alert.id, alert.episode)
        if alert.fired_at is None:
            return
        if alert.state is AlertState.FIRING:
            if track.clear_s is None:
                self._bad_at[alert.id] = now
            known = self._open.get(key)
            summary = known.summary if known else redact(describe(alert))
            self._open[key] = Fired(
                alert.rule, alert.severity, alert.labels, summary, alert.since, alert.fired_at, None
            )
        elif key in self._open:
            one = self._open.pop(key)
            ended = self._bad_at.get(alert.id, now)
            self.fired.append(
                Fired(
                    one.rule, one.severity, one.labels, one.summary, one.since, one.fired_at, max(ended, one.fired_at)
                )
            )


def _summaries(fired: Sequence[Fired], rules: Mapping[str, AlertRule]) -> tuple[RuleSummary, ...]:
    names = sorted({one.rule for one in fired})
    return tuple(_summary(rules[name], [one for one in fired if one.rule == name]) for name in names)


def _summary(rule: AlertRule, fired: Sequence[Fired]) -> RuleSummary:
    brief = [one for one in fired if one.ended_at is not None and one.lasted_s < BRIEF_S]
    longest = max((one.lasted_s for one in fired), default=0.0)
    return RuleSummary(rule.name, len(fired), len(brief), longest, rule.for_s, suggested_for(rule, fired, brief))


def suggested_for(rule: AlertRule, fired: Sequence[Fired], brief: Sequence[Fired]) -> float | None:
    """Return a longer ``for`` that most brief alerts would not have outlived and every lasting one would.

    Immediate rules tell of facts, not of levels: waiting would only hide them. Nothing is suggested unless
    at least half of what fired was brief.
    """
    if not rule.for_s or not brief or 2 * len(brief) < len(fired):
        return None
    lasted = sorted(one.lasted_s for one in brief)
    wanted = lasted[min(len(lasted) - 1, int(SHARE * len(lasted)))] + ROUND_S
    others = [one.lasted_s for one in fired if one not in brief and one.ended_at is not None]
    extra = min([wanted, *others])
    return rule.for_s + max(ROUND_S, ROUND_S * round(extra / ROUND_S))
