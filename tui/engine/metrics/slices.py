"""The slices of a snapshot: each is built anew only if what it depends on has changed."""

from collections.abc import Callable, Hashable
from dataclasses import fields, replace
from math import inf
from typing import Generic, NamedTuple, TypeVar

from tui.engine.metrics.counters import Counters
from tui.engine.metrics.findings import RESTARTS_WINDOW_S, Figures
from tui.engine.metrics.verdict import began, freshness, grey, judge
from tui.engine.metrics.windows import SLICE_S, slot_of
from tui.engine.model import (
    Blame,
    CallsFigure,
    ConfigHealth,
    ErrorGroup,
    ErrorsFigure,
    Hints,
    Playbook,
    Scope,
    SilenceFigure,
    Snapshot,
    SourceState,
    SourceStatus,
    Stage,
    StageFallback,
    StageTtfb,
    Status,
    Thresholds,
    TurnFigure,
    Verdict,
)

T = TypeVar("T")


def same(old: T, new: T) -> T:
    """Return the old object if the new one equals it."""
    return old if old is new or old == new else new


class Kept(Generic[T]):
    """A value and what it was built from."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._value: T | None = None

    def get(self, key: Hashable, build: Callable[[], T]) -> T:
        """Return the value; it is built anew for another key, and another object only if it differs."""
        if self._value is None:
            self._key, self._value = key, build()
        elif self._key != key:
            self._key, self._value = key, same(self._value, build())
        return self._value


class Told(NamedTuple):
    """What the store cannot know of itself."""

    notice: str = ""
    frozen_since: float | None = None
    scope: Scope | None = None
    blame: tuple[Blame, ...] = ()


class Slices:
    """Gathers the counters' figures into snapshots."""

    def __init__(self, thresholds: Thresholds, hints: Hints | None, counters: Counters) -> None:
        self._thresholds = thresholds
        self._hints = hints
        self._counters = counters
        self.moves_at = -inf
        """Until when time alone changes nothing in the last snapshot."""
        self._snapshot: Snapshot | None = None
        self._built_from: tuple[object, ...] = ()
        self._status: Status | None = None
        self._since: float | None = None
        self._playbooks: dict[str, Playbook | None] = {}
        self._config = Kept[ConfigHealth]()
        self._restarts = Kept[int]()
        self._fallback = Kept[tuple[StageFallback, ...]]()
        self._ttfb = Kept[tuple[StageTtfb, ...]]()
        self._turn = Kept[TurnFigure]()
        self._calls = Kept[CallsFigure]()
        self._started = Kept[int]()
        self._silence = Kept[SilenceFigure]()
        self._errors = Kept[ErrorsFigure]()
        self._all_failed = Kept[list[tuple[Stage | None, int]]]()
        self._recent = Kept[tuple[ErrorGroup, ...]]()

    def snapshot(self, now: float, sources: tuple[SourceStatus, ...], told: Told, last_event: float) -> Snapshot:
        """Return the snapshot as of now; ``last_event`` is the newest event time of all."""
        behind = frozenset(
            one.name for one in sources if one.state is SourceState.CONNECTING or one.progress is not None
        )
        self._counters.calls.expire(now, behind)
        alive_until = last_event + self._thresholds.rate_window_s
        figures = self._figures(now, behind, alive=alive_until > now)
        ends = alive_until if alive_until > now else inf
        moves = self._counters.silence.moves_at, self._counters.calls.next_expiry
        self.moves_at = min((slot_of(now) + 1) * SLICE_S, ends, *moves)
        recent = self._recent.get(self._counters.recent.version, self._counters.recent.rows)
        built_from = figures, recent, sources, told
        if self._snapshot is None or built_from != self._built_from:
            self._built_from = built_from
            self._snapshot = self._built(now, figures, recent, sources, told)
        return self._snapshot

    def _built(
        self,
        now: float,
        figures: Figures,
        recent: tuple[ErrorGroup, ...],
        sources: tuple[SourceStatus, ...],
        told: Told,
    ) -> Snapshot:
        """Return the snapshot of these figures, the former object if it says the same."""
        judged = sources if told.scope is None else tuple(one for one in sources if one.name in told.scope.names)
        shown = figures if freshness(judged) == "live" else grey(figures)
        verdict = self._verdict(shown, judged, now)
        old = self._snapshot or Snapshot()
        new = replace(
            old,
            verdict=same(old.verdict, verdict),
            config=same(old.config, shown.config),
            fallback=same(old.fallback, shown.fallback),
            ttfb=same(old.ttfb, shown.ttfb),
            turn=same(old.turn, shown.turn),
            calls=same(old.calls, shown.calls),
            silence=same(old.silence, shown.silence),
            errors=same(old.errors, shown.errors),
            recent=recent,
            sources=same(old.sources, sources),
            blame=same(old.blame, _standing(told.blame, verdict)),
            thresholds=self._thresholds,
            notice=same(old.notice, told.notice),
            scope=same(old.scope, told.scope.label if told.scope else ""),
            frozen_since=old.frozen_since if told.frozen_since and old.frozen_since else told.frozen_since,
        )
        if self._snapshot is None or _differ(old, new):
            return replace(new, at=now, version=old.version + 1)
        return old

    def _figures(self, now: float, behind: frozenset[str], *, alive: bool) -> Figures:
        counters, slot = self._counters, slot_of(now)
        observed, calls, errors = counters.observed, counters.calls, counters.errors
        generations, latency = counters.generations, counters.latency
        seen, window = observed.version, self._thresholds.rate_window_s
        started = self._started.get((slot, calls.version), lambda: calls.started(now, window))
        config = (slot, generations.version)
        calls_figure = self._calls.get((slot, calls.version, seen), lambda: calls.figure(now, observed))
        return Figures(
            config=self._config.get(config, lambda: generations.figure(now)),
            fallback=self._fallback.get(
                (slot, counters.fallbacks.version, started, seen),
                lambda: counters.fallbacks.figures(now, started, observed),
            ),
            ttfb=self._ttfb.get((slot, latency.version), lambda: latency.stage_figures(now)),
            turn=self._turn.get((slot, latency.turn_version), lambda: latency.turn_figure(now)),
            calls=calls_figure,
            silence=self._silence.get(
                (slot, counters.silence.moves(now), counters.silence.version, calls_figure, behind),
                lambda: counters.silence.figure(now, calls_figure, behind),
            ),
            errors=self._errors.get(
                (slot, errors.version, started, seen, alive),
                lambda: errors.figure(now, started, observed, alive=alive),
            ),
            all_failed=self._all_failed.get((slot, errors.version), lambda: errors.all_failed(now)),
            restarts=self._restarts.get(config, lambda: generations.restarts(now, RESTARTS_WINDOW_S)),
        )

    def _verdict(self, figures: Figures, sources: tuple[SourceStatus, ...], now: float) -> Verdict:
        """Return the verdict with the moment its word became true: by the log if it tells, else now.

        Never before the former word was said, unless that was only NO DATA.
        """
        verdict = judge(figures, sources, self._thresholds, self._playbook)
        if verdict.status is not self._status:
            former = self._since if self._status not in {None, Status.NO_DATA} else None
            since = min(now, began(verdict, figures) or now)
            self._status, self._since = verdict.status, max(since, former or since)
        return replace(verdict, since=self._since)

    def _playbook(self, key: str) -> Playbook | None:
        if key not in self._playbooks:
            self._playbooks[key] = self._hints.for_kpi(key) if self._hints else None
        return self._playbooks[key]


def _standing(blame: tuple[Blame, ...], verdict: Verdict) -> tuple[Blame, ...]:
    """Return what explains a finding that is still there."""
    found = {(finding.kpi, finding.stage) for finding in verdict.findings}
    return tuple(one for one in blame if (one.kpi, one.stage) in found)


def _differ(old: Snapshot, new: Snapshot) -> bool:
    return any(getattr(old, field.name) is not getattr(new, field.name) for field in fields(Snapshot))
