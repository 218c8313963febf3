"""Where it comes from: which values of which dimensions carry the misses that came on top, like with like.

What came on top is the misses after the change, less those that the share from before would have given for as many
observations. It falls into two parts for each value of a dimension: the level changed there, or more of the traffic
goes there, where the level always was different.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import exp, log
from typing import NamedTuple

from tui.engine.blame._units import DIMENSIONS, Unit
from tui.engine.model import Dimension

MIN_SHARE = 0.6
"""Of what came on top, before a place is named: less is not "there" but "there as well"."""
MIN_LEAD = 2.0
"""Times as much as the next place of the same kind carries: of two that share it evenly neither is the one."""
MIN_CONCENTRATION = 0.15
"""More than its share of the traffic: a place with nine tenths of the traffic has nine tenths of everything."""
MIN_KNOWN = 5
"""Observations of a value before the change, to know its level (as for judging at all, semantics R14)."""
CHANCE = 0.02
"""Of finding such a concentration in some value although the misses fell where the traffic was."""
WHOLLY = 0.95
"""A dimension in which the place has one value only is told too: nobody can tell the two apart."""

_PROVIDER, _HOST, _SOURCE = (DIMENSIONS.index(name) for name in ("provider", "host", "source"))


class Place(NamedTuple):
    """Where what came on top is."""

    culprit: tuple[tuple[Dimension, str], ...]
    share: float
    """0…1 of what came on top."""


class Spans:
    """The observations before and after a change."""

    def __init__(self, before: Sequence[Unit], after: Sequence[Unit]) -> None:
        self.before = before
        self.after = after

    def within(self, dimension: int, value: str | None) -> "Spans":
        """Return those of one value of a dimension."""
        return Spans(
            [unit for unit in self.before if unit.where[dimension] == value],
            [unit for unit in self.after if unit.where[dimension] == value],
        )

    @property
    def misses(self) -> int:
        """Return the misses after the change."""
        return sum(unit.over for unit in self.after)

    @property
    def calls_missed(self) -> int:
        """Return the calls with a miss after the change; a miss of no known call counts as one.

        A call stays where it is: ten slow answers in one call say no more about its host than one does.
        """
        missed = [unit.call for unit in self.after if unit.over]
        return len(set(missed) - {None}) + missed.count(None)

    def rate(self, otherwise: float) -> float:
        """Return the share of misses before; another one where too few were seen to know."""
        if len(self.before) < MIN_KNOWN:
            return otherwise
        return sum(unit.over for unit in self.before) / len(self.before)

    def excess(self, otherwise: float) -> float:
        """Return how many misses came on top of what the share from before would have given."""
        return self.misses - len(self.after) * self.rate(otherwise)

    def values(self, dimension: int) -> list[str]:
        """Return the values of a dimension that are known, by name."""
        found = {unit.where[dimension] for unit in (*self.before, *self.after)}
        return sorted(value for value in found if value is not None)

    def traffic(self, dimension: int, *, after: bool = False) -> dict[str, float]:
        """Return how the observations are spread over the values of a dimension, 0…1 each.

        Where too few were seen before to know, those after stand for them.
        """
        counts = Counter(value for unit in self.before if (value := unit.where[dimension]))
        if after or counts.total() < MIN_KNOWN:
            counts = Counter(value for unit in self.after if (value := unit.where[dimension]))
        whole = counts.total() or 1
        return {value: count / whole for value, count in counts.items()}


def concentrated(spans: Spans) -> Place | None:
    """Return the most special place that carries most of what came on top, and more than its traffic explains."""
    base = spans.rate(0.0)
    whole = spans.excess(base)
    if whole <= 0:
        return None
    open_dimensions = [number for number in range(len(DIMENSIONS)) if len(spans.values(number)) > 1]
    path: list[tuple[int, str]] = []
    cell, level, inside = spans, base, whole
    while True:
        free = [number for number in open_dimensions if number not in {each for each, _ in path}]
        step = _most_telling(cell, free, level, inside, whole)
        if step is None:
            break
        path.append(step)
        cell = cell.within(*step)
        level, inside = cell.rate(level), cell.excess(level)
    if not path:
        return None
    named = sorted(path + _inseparable(cell, open_dimensions, path))
    return Place(tuple((DIMENSIONS[number], value) for number, value in named), inside / whole)


def _most_telling(
    cell: Spans, dimensions: Sequence[int], level: float, inside: float, whole: float
) -> tuple[int, str] | None:
    """Return the value whose share of what came on top exceeds its share of the traffic most."""
    candidates = sum(len(cell.values(number)) for number in dimensions)
    best: tuple[float, int, str] | None = None
    for number in dimensions:
        parts = {value: cell.within(number, value) for value in cell.values(number)}
        excess = {value: part.excess(level) for value, part in parts.items()}
        value = max(excess, key=lambda each: excess[each], default="")
        if excess.get(value, 0.0) < max(MIN_SHARE * whole, MIN_LEAD * _second(excess.values())):
            continue
        expected = cell.traffic(number).get(value, 0.0)
        concentration = excess[value] / inside - expected
        by_chance = candidates * _by_chance(parts[value].calls_missed, cell.calls_missed, expected)
        if concentration < MIN_CONCENTRATION or by_chance > CHANCE:
            continue
        if best is None or concentration > best[0] + 1e-9:
            best = (concentration, number, value)
    return None if best is None else best[1:]


def _second(values: Iterable[float]) -> float:
    return sorted((0.0, 0.0, *values))[-2]


def _by_chance(hits: int, of: int, expected: float) -> float:
    """Return a bound for the chance of so many hits or more (Chernoff: never too low)."""
    seen = hits / of if of else 0.0
    if seen <= expected:
        return 1.0
    if expected <= 0.0:
        return 0.0 if hits >= MIN_KNOWN else 1.0
    distance = seen * log(seen / expected) + (0.0 if seen == 1.0 else (1 - seen) * log((1 - seen) / (1 - expected)))
    return exp(-of * distance)


def _inseparable(cell: Spans, dimensions: Sequence[int], path: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the values of other dimensions that as good as all misses there have; a provider though it be the only."""
    taken = {number for number, _ in path}
    found = []
    for number in sorted({*dimensions, _PROVIDER}):
        if number in taken or (number == _SOURCE and _HOST in taken):
            continue
        counts = Counter(unit.where[number] for unit in cell.after if unit.over)
        value, count = counts.most_common(1)[0]
        if value is not None and count >= WHOLLY * counts.total():
            found.append((number, value))
            taken.add(number)
    return found


def moved(spans: Spans) -> Place | None:
    """Return where more of the traffic goes than before, if that explains most of what came on top."""
    base = spans.rate(0.0)
    whole = spans.excess(base)
    best: tuple[float, int, str] | None = None
    for number in range(len(DIMENSIONS)):
        values = spans.values(number)
        if len(values) < 2 or whole <= 0:
            continue
        parts = {value: _by_traffic(spans.within(number, value), base) for value in values}
        value = max(values, key=lambda each: parts[each])
        more = spans.traffic(number, after=True).get(value, 0.0) - spans.traffic(number).get(value, 0.0)
        explains = sum(parts.values()) >= MIN_SHARE * whole and more >= MIN_CONCENTRATION
        if explains and (best is None or parts[value] > best[0] + 1e-9):
            best = (parts[value], number, value)
    if best is None:
        return None
    return Place(((DIMENSIONS[best[1]], best[2]),), min(1.0, best[0] / whole))


def _by_traffic(part: Spans, base: float) -> float:
    """Return the misses on top that follow from traffic alone, the level there being what it was.

    Where nothing went before, the level there always was what it is now: nobody has seen another.
    """
    now = part.misses / len(part.after) if part.after else base
    return len(part.after) * (part.rate(now) - base)
