"""Which kind of change it was: the level rose in one place, traffic moved, or there is one place for all traffic."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tui.engine.blame._sharing import MIN_CONCENTRATION, MIN_SHARE, Place, Spans, concentrated, moved
from tui.engine.blame._table import latency
from tui.engine.blame._units import DIMENSIONS, FAILURES
from tui.engine.model import STAGES, Dimension, Finding, Shift, Stage

CALM_RATE = 0.05
"""On top of before, of the samples of another stage: a P95 within its goal allows a twentieth."""
_SPEAKS_OF_A_STAGE = frozenset({"ttfb", "fallback", "fallback_spike"})
_PROVIDER = DIMENSIONS.index("provider")


class Cause(NamedTuple):
    """What kind of change, and where."""

    shift: Shift
    place: Place
    spans: Spans
    """The observations that it was found in."""


def cause_of(finding: Finding, spans: Spans, stages: Callable[[], Mapping[Stage, Spans]]) -> Cause | None:
    """Return where a change comes from; None where the data does not say.

    Args:
        finding: what got worse.
        spans: its observations.
        stages: returns the first bytes of every stage over the same two spans; seldom asked.
    """
    if finding.kpi == "turn" and (found := _of_turn(stages(), spans)):
        return found
    if finding.kpi not in FAILURES and (place := moved(spans)):
        return Cause("traffic", place, spans)
    if place := concentrated(spans):
        return Cause("level", place, spans)
    alone = _only_provider(spans)
    if alone is None or finding.kpi not in _SPEAKS_OF_A_STAGE:
        return None
    if finding.kpi == "ttfb":
        others = {stage: one for stage, one in stages().items() if stage != finding.stage}
        if not _others_calm(others):
            return None
    return Cause("only", alone, spans)


def _only_provider(spans: Spans) -> Place | None:
    """Return the provider to whom most of the misses belong, if it has so much of the traffic that it must."""
    before = spans.traffic(_PROVIDER)
    name = max(before, key=lambda each: before[each], default="")
    if before.get(name, 0.0) <= 1 - MIN_CONCENTRATION:
        return None
    share = sum(unit.over and unit.where[_PROVIDER] == name for unit in spans.after) / max(1, spans.misses)
    return Place((("provider", name),), share) if share >= MIN_SHARE else None


def _others_calm(others: Mapping[Stage, Spans]) -> bool:
    """Tell whether the other stages are known and went on as before: else everything got slower, not this one."""
    known = [one for one in others.values() if one.before and one.after]
    return bool(known) and all(one.excess(one.rate(0.0)) < CALM_RATE * len(one.after) for one in known)


def _of_turn(stages: Mapping[Stage, Spans], turns: Spans) -> Cause | None:
    """Return the stage that most of the longer turn is spent in: what a turn lasts is the sum of its stages."""
    longer = _mean_rise(turns)
    rises = {stage: _mean_rise(stages[stage]) for stage in STAGES if stage in stages}
    stage = max(rises, key=lambda each: rises[each], default=None)
    if stage is None or longer <= 0 or rises[stage] < MIN_SHARE * longer:
        return None
    share, spans = min(1.0, rises[stage] / longer), stages[stage]
    named: tuple[tuple[Dimension, str], ...] = (("stage", stage),)
    if place := moved(spans):
        return Cause("traffic", Place((*named, *place.culprit), share), spans)
    inner = concentrated(spans) or _only_provider(spans)
    return Cause("level", Place((*named, *inner.culprit), share * inner.share) if inner else Place(named, share), spans)


def _mean_rise(spans: Spans) -> float:
    before, after = latency(spans.before), latency(spans.after)
    return after.mean - before.mean if before and after else 0.0
