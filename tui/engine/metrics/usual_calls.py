"""Calls in columns that begin and end once, as they should, counted many at once. Loaded for large logs only."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.metrics.call_counts import MISMATCH_S, CallCounts
from tui.engine.metrics.samples import Calls, run_lengths
from tui.engine.metrics.windows import SLICE_S

Seconds = NDArray[np.float64]
Flags = NDArray[np.bool_]


def until(times: Seconds, is_open: Flags, next_expiry: float, max_call_s: float, room: int) -> int:
    """Return up to where surely no call expires, and no more than ``room`` of them begin."""
    begins = np.flatnonzero(is_open)
    due = min(next_expiry, float(times[begins].min()) + max_call_s) if begins.size else next_expiry
    late = np.flatnonzero(times >= due)
    stop = int(late[0]) if late.size else times.size
    return min(stop, int(begins[room])) if begins.size > room else stop


class Followed(NamedTuple):
    """Begins and ends of which each is as it should be."""

    calls: Calls
    is_open: Flags
    """Which of them are begins."""
    logged: Seconds
    """For each end how long the log says that the call lasted; not a number where it says nothing."""
    firsts: Sequence[float | None]
    """When it began, where that is known."""
    ends: Seconds
    """When it ended."""

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
        counts.closed.add_runs(run_lengths(slots[~self.is_open]))
        self._count_durations(counts, short_s)

    def _count_durations(self, counts: CallCounts, short_s: float) -> None:
        firsts = np.array(self.firsts, np.float64)
        measured = np.where(self.ends >= firsts, self.ends - firsts, np.nan)
        counts.mismatches += int(np.count_nonzero(np.abs(measured - self.logged) > MISMATCH_S))
        lasted = np.where(np.isnan(self.logged), measured, self.logged)
        known = ~np.isnan(lasted)
        counts.measured += int(np.count_nonzero(known))
        counts.duration_ms += int(np.rint(lasted[known] * 1000).sum())
        short = self.ends[known & (lasted < short_s)]
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


def _slots(times: Seconds) -> NDArray[np.int64]:
    return (times // SLICE_S).astype(np.int64)
