"""For each finding of a snapshot: what changed, where and since when, or nothing where the data does not say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from tui.engine.blame._causes import cause_of
from tui.engine.blame._change import latest_rise
from tui.engine.blame._counted import counted
from tui.engine.blame._preceding import preceding
from tui.engine.blame._sharing import Spans
from tui.engine.blame._table import rows, side
from tui.engine.blame._told import Telling
from tui.engine.blame._units import DIMENSIONS, FAILURES, Places, Unit, units_of
from tui.engine.metrics.windows import SLICE_S, slot_of
from tui.engine.model import STAGES, Blame, Finding, LogEvent, SliceCount, Snapshot, Stage, Status, Thresholds

LOOKBACK_S = 3600.0
"""As far as the charts go."""
FINDINGS_MOST = 3
"""The worst; whoever reads a fourth sentence at 3 a.m. has read three too many."""
MIN_EXCESS = 5.0
"""Misses on top of what was usual: fewer are noise whatever the test says."""
MIN_GROWTH = 2.0
"""Times as many misses as before."""
MIN_RISE = 0.1
"""A P95 that rose by less than a tenth has not changed."""

_EXPLAINED = FAILURES | {"ttfb", "turn", "silence", "short_calls"}


def explain(snapshot: Snapshot, events: Iterable[LogEvent], now: float) -> tuple[Blame, ...]:
    """Return what explains the worst findings of a snapshot, in their order; equal events give equal answers.

    Args:
        snapshot: the figures of ``now``: findings, limits, hosts, gaps.
        events: what is kept of the ``LOOKBACK_S`` before; where that is more than counts, the newest last.
        now: event time; nothing later counts.
    """
    thresholds = snapshot.thresholds
    told = Telling(each for each in counted(events, now, thresholds) if now - LOOKBACK_S <= each[0] <= now)
    places = Places(told, {source.name: source.host for source in snapshot.sources})

    def explained(finding: Finding) -> Blame | None:
        """Return what explains a finding; its observations are let go before those of the next are made."""
        for one in _measured(finding, thresholds):
            change = _change(units_of(one, told, places, thresholds, now))
            if change is not None:
                blame = _blame(one, change, partial(_stages, told, places, thresholds, change))
                return blame and replace(blame, preceded=preceding(one, told, snapshot.sources, blame.at))
        return None

    return tuple(blame for finding in explainable(snapshot) if (blame := explained(finding)) is not None)


def _measured(finding: Finding, thresholds: Thresholds) -> list[Finding]:
    """Return a finding by the limits it is looked at with: the goal first, which a healthy past hardly ever missed.

    Where the goal was missed before as well, the change may show at the critical limit.
    """
    if finding.kpi not in {"ttfb", "turn"}:
        return [finding]
    limits = thresholds.ttfb_ms(finding.stage) if finding.stage else thresholds.turn_ms
    reached = (limits.warn_at,) if finding.status is Status.WARNING else (limits.warn_at, limits.crit_at)
    return [replace(finding, limit=limit) for limit in reached]


def explainable(snapshot: Snapshot) -> list[Finding]:
    """Return the worst findings of the kinds that can be explained."""
    return [each for each in snapshot.verdict.findings if each.kpi in _EXPLAINED][:FINDINGS_MOST]


class _Change(NamedTuple):
    """A span split where something began."""

    since: float
    at: float
    until: float
    spans: Spans
    slices: tuple[SliceCount, ...]


def _change(units: Sequence[Unit]) -> _Change | None:
    """Return the newest lasting rise of the share of misses that is big enough to be told."""
    if not units:
        return None
    first = slot_of(units[0].at)
    counts = [[0, 0] for _ in range(slot_of(units[-1].at) - first + 1)]
    for unit in units:
        counts[slot_of(unit.at) - first][0] += 1
        counts[slot_of(unit.at) - first][1] += unit.over
    slices = [SliceCount(n, over) for n, over in counts]
    rise = latest_rise(slices)
    if rise is None:
        return None
    since, border, until = (float(SLICE_S * (first + each)) for each in rise)
    at = next(unit.at for unit in units if unit.over and unit.at >= border)
    spans = _split([unit for unit in units if since <= unit.at < until], at)
    return _Change(since, at, until, spans, tuple(slices[rise[0] : rise[2]])) if _matters(spans) else None


def _matters(spans: Spans) -> bool:
    before, after = side(spans.before), side(spans.after)
    usual = before.over / max(1, before.n)
    grown = after.over >= MIN_GROWTH * usual * after.n and spans.excess(usual) >= MIN_EXCESS
    return grown and (before.p95 is None or after.p95 is None or after.p95 >= (1 + MIN_RISE) * before.p95)


def _stages(told: Telling, places: Places, thresholds: Thresholds, change: _Change) -> dict[Stage, Spans]:
    """Return the first bytes of each stage before and after a change."""
    units: dict[Stage, list[Unit]] = {stage: [] for stage in STAGES}
    for event in told.within(change.since, change.until):
        if event.kind == "ttfb" and event.stage and event.at < change.until:
            units[event.stage].append(places.sample(event, thresholds.ttfb_ms(event.stage).warn_at))
    return {stage: _split(each, change.at) for stage, each in units.items()}


def _split(units: Sequence[Unit], at: float) -> Spans:
    return Spans([unit for unit in units if unit.at < at], [unit for unit in units if unit.at >= at])


def _blame(finding: Finding, change: _Change, stages: Callable[[], Mapping[Stage, Spans]]) -> Blame | None:
    """Return the change with its place, None where it has none."""
    cause = cause_of(finding, change.spans, stages)
    if cause is None:
        return None
    dimension, value = cause.place.culprit[-1]
    number = DIMENSIONS.index(dimension)
    traffic = [100 * cause.spans.traffic(number, after=after).get(value, 0.0) for after in (False, True)]
    return Blame(
        kpi=finding.kpi,
        stage=finding.stage,
        limit=finding.limit,
        at=change.at,
        since=change.since,
        until=change.until,
        before=side(change.spans.before),
        after=side(change.spans.after),
        shift=cause.shift,
        culprit=cause.place.culprit,
        share=min(100.0, 100 * cause.place.share),
        traffic=(traffic[0], traffic[1]),
        rows=rows(cause.spans),
        slices=change.slices,
        slice_s=SLICE_S,
    )
