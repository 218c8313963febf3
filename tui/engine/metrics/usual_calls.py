"""Calls in columns that begin and end once, as they should, counted many at once. Loaded for large logs only."""

from collections.abc import Mapping, Sequence
from itertools import compress, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.metrics.call_counts import MISMATCH_S, CallCounts
from tui.engine.metrics.ended import Ended
from tui.engine.metrics.samples import Calls, run_lengths
from tui.engine.metrics.windows import SLICE_S

Seconds = NDArray[np.float64]
Flags = NDArray[np.bool_]


def until(calls: Calls, next_expiry: float, max_call_s: float, room: int) -> int:
    """Return up to where surely no call expires, and no more than ``room`` of them begin."""
    times, begins = calls.times, np.flatnonzero(calls.is_open())
    due = min(next_expiry, float(times[begins].min()) + max_call_s) if begins.size else next_expiry
    late = np.flatnonzero(times >= due)
    stop = int(late[0]) if late.size else times.size
    return min(stop, int(begins[room])) if begins.size > room else stop


class Followed(NamedTuple):
    """Begins and ends of which each is as it should be."""

    calls: Calls
    is_open: Flags
    """Which of them are begins."""
    begun: NDArray[np.int64]
    """Where the call of each end began, below 0 if that was before."""
    gone: Sequence[str]
    """The ids of the ends."""
    firsts: Seconds
    """When the call of each end began; not a number where that is not known."""

    @property
    def before(self) -> list[str]:
        """Return the ids of calls that end here and began before."""
        return list(compress(self.gone, (self.begun < 0).tolist()))

    @property
    def left(self) -> list[tuple[str, float, int]]:
        """Return id, time and line of those that begin and do not end."""
        stay = self.is_open.copy()
        stay[self.begun[self.begun >= 0]] = False
        ids = compress(self.calls.ids, stay.tolist())
        return list(zip(ids, self.calls.times[stay].tolist(), self.calls.lines[stay].tolist(), strict=True))

    def add_to(self, counts: CallCounts, short_s: float) -> None:
        """Count them; ``short_s`` is below what a call is short (semantics R55)."""
        calls, slots = self.calls, _slots(self.calls.times)
        opened, codes = slots[self.is_open], calls.codes[self.is_open]
        runs, kinds = run_lengths(opened), dict.fromkeys(codes.tolist())
        for code in kinds:
            own = runs if len(kinds) == 1 else run_lengths(opened[codes == code])
            counts.client(calls.series[code].client).add_runs(own)
        counts.opened.add_runs(runs)
        counts.distinct.add_runs(runs)
        ends = ~self.is_open
        counts.closed.add_runs(run_lengths(slots[ends]))
        self._count_durations(counts, calls.times[ends], calls.durations[ends], short_s)

    def _count_durations(self, counts: CallCounts, ends: Seconds, logged: Seconds, short_s: float) -> None:
        """Count how long calls lasted; ``logged`` is what the log says, not a number where it says nothing."""
        measured = np.where(ends >= self.firsts, ends - self.firsts, np.nan)
        counts.mismatches += int(np.count_nonzero(np.abs(measured - logged) > MISMATCH_S))
        lasted = np.where(np.isnan(logged), measured, logged)
        known = ~np.isnan(lasted)
        counts.measured += int(np.count_nonzero(known))
        counts.duration_ms += int(np.rint(lasted[known] * 1000).sum())
        short = ends[known & (lasted < short_s)]
        if short.size:
            counts.short.add_runs(run_lengths(_slots(short)))
            newest = float(short.max())
            counts.short_last_at = newest if counts.short_last_at is None else max(newest, counts.short_last_at)

    def steps(self) -> NDArray[np.int64]:
        """Return by how much each changes the number of open calls."""
        return np.where(self.is_open, 1, -1)

    def begins(self) -> tuple[float, str] | None:
        """Return the oldest time of a begin, and the id of the last one."""
        where = np.flatnonzero(self.is_open)
        return (float(self.calls.times[where].min()), self.calls.ids[int(where[-1])]) if where.size else None


def followed(calls: Calls, open_: Mapping[str, object], ended: Ended) -> Followed:
    """Return calls up to the first line that does not simply begin or end one.

    ``open_`` are those that are open above, ``ended`` those known to have ended.
    """
    usual = _all(calls, open_, ended)
    return followed(calls.part(0, _first_unusual(calls, open_, ended)), open_, ended) if usual is None else usual


def _all(calls: Calls, open_: Mapping[str, object], ended: Ended) -> Followed | None:
    """Return calls if each is as it should be, which takes a few steps for all of them; else None."""
    is_open = calls.is_open()
    begins, ends = np.flatnonzero(is_open), np.flatnonzero(~is_open)
    new, gone = (list(compress(calls.ids, which.tolist())) for which in (is_open, ~is_open))
    places = dict(zip(new, begins.tolist(), strict=True))
    begun = np.fromiter(map(places.get, gone, repeat(-1)), np.int64, len(gone))
    found = Followed(calls, is_open, begun, gone, np.where(begun < 0, np.nan, calls.times[begun]))
    once = len(places) == len(new) and len(set(gone)) == len(gone) and bool((begun < ends).all())
    is_new = open_.keys().isdisjoint(new) and not ended.may_have_any(new)
    return found if once and is_new and all(map(open_.__contains__, found.before)) else None


def _first_unusual(calls: Calls, open_: Mapping[str, object], ended: Ended) -> int:
    """Return where the first one is that does not begin a new call or end an open one."""
    begun, gone = set[str](), set[str]()
    for index, (id_, opens) in enumerate(zip(calls.ids, calls.is_open().tolist(), strict=True)):
        known = id_ in begun or id_ in open_
        if id_ in (ended if opens else gone) or known == opens:
            return index
        (begun if opens else gone).add(id_)
    return len(calls.ids)


def _slots(times: Seconds) -> NDArray[np.int64]:
    return (times // SLICE_S).astype(np.int64)
