"""When it began: the split of a span that a rising share of misses speaks for most, if chance does not explain it.

The statistic is the likelihood ratio of one border: at each border between two slices, how much better two shares of
misses, a lower one before and a higher one after, explain the counts than one share for all of them. It finds the
border even where hardly anything was missed before, which sums of deviations (CUSUM) place too late. What chance
alone reaches is found by shuffling the slices: a permutation test asks for no distribution, and misses that come in
bursts within a slice stay together in it.
"""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from math import inf, log
from random import Random

from tui.engine.model import SliceCount

SHUFFLES = 199
"""Enough to tell one in a hundred from one in twenty; more costs time and changes no decision."""
CHANCE = 0.01
"""A split that shuffled slices reach more often than this is none: a sentence is read as a fact at 3 a.m."""
MIN_BEFORE = 20
"""Observations before; fewer have no P95 either (semantics: min_p95)."""
MIN_AFTER = 5
"""Observations after; fewer are shown, but never judged (semantics R14)."""
EPISODES_MOST = 4
"""Troubles of one span that are told apart; the newest counts."""
_SEED = 14


def latest_rise(slices: Sequence[SliceCount]) -> tuple[int, int, int] | None:
    """Return the span before, the first slice and the end of the newest lasting rise: ``(since, at, until)``.

    Earlier troubles that were over again before it are left out of the span before; where it is over itself, so
    is what came afterwards out of the span after it.
    """
    found: tuple[int, int, int] | None = None
    start = 0
    for _ in range(EPISODES_MOST):
        rise = split(slices[start:])
        if rise is None:
            break
        at = start + rise
        earlier = _fall(slices[start:at])
        fall = _fall(slices[at:])
        until = len(slices) if fall is None else at + fall
        found = (start + (earlier or 0), at, until)
        if fall is None:
            break
        start = until
    return found


def _fall(slices: Sequence[SliceCount]) -> int | None:
    """Return where the share of misses falls, which is where it rises backwards."""
    split_at = split(slices[::-1])
    return None if split_at is None else len(slices) - split_at


def split(slices: Sequence[SliceCount]) -> int | None:
    """Return the first slice of the better of both halves' worse one; None where chance explains it."""
    told = [(place, each) for place, each in enumerate(slices) if each.n]
    counts = [each for _, each in told]
    terms = array("d", [0.0])
    terms.extend(n * log(n) for n in range(1, sum(each.n for each in counts) + 1))
    best, at = _strongest(counts, terms)
    if at is None:
        return None
    rng = Random(_SEED)  # noqa: S311 - the same data give the same answer
    beaten, allowed = 0, int(CHANCE * (SHUFFLES + 1)) - 1
    for _ in range(SHUFFLES):
        rng.shuffle(counts)
        beaten += _strongest(counts, terms)[0] >= best
        if beaten > allowed:
            return None
    return told[at][0]


def _strongest(counts: Sequence[SliceCount], terms: Sequence[float]) -> tuple[float, int | None]:
    """Return the highest statistic of all borders that leave enough on both sides, and the slice behind it.

    ``terms`` is n·log(n) by n: the logarithm of a likelihood is a sum of such terms.
    """
    whole, misses = sum(each.n for each in counts), sum(each.over for each in counts)
    best, at = -inf, None
    if not misses or misses == whole:
        return best, at
    sums = zip(accumulate(each.n for each in counts), accumulate(each.over for each in counts), strict=True)
    for place, (n, over) in enumerate(sums, 1):
        later, missed = whole - n, misses - over
        if n < MIN_BEFORE or later < MIN_AFTER or over * whole >= misses * n:
            continue
        strength = terms[over] + terms[n - over] - terms[n] + terms[missed] + terms[later - missed] - terms[later]
        if at is None or strength > best:
            best, at = strength, place
    return best, at
