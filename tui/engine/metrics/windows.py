"""Counts over sliding windows of event time, and which minutes were observed at all.

Windows move in steps of one slice: a window of 300 s covers the present slice and the 29 before it,
so it is never longer than its name. Events a little in the future count as present.
"""

from collections.abc import Iterable
from itertools import groupby

from tui.engine.model import LogEvent

SLICE_S = 10
MINUTES = 60
"""Length of every per-minute series."""

_YEAR_2000 = 946_684_800.0
_FUTURE_S = 300.0
_SLICES_KEPT = 24 * 360
"""A day of busy slices: no window looks back further."""
_HOURS_KEPT = 20_000


def moment(event: LogEvent, now: float) -> float | None:
    """Return the effective time of an event (semantics R66, R67).

    Its own time, unless that is more than five minutes ahead or before the year 2000; then its arrival;
    ``None`` for history without times.
    """
    time = event.time
    return time if time is not None and _YEAR_2000 <= time <= now + _FUTURE_S else event.arrived


DISORDER_S = 30.0
"""A line that is older than one above it by up to so much keeps its place below it (semantics R67)."""


def in_place(own: float | None, above: float) -> float:
    """Return where an event stands that is below another: at its own moment, or there if that is a little earlier."""
    return above if own is None or above - DISORDER_S <= own < above else own


def is_plausible(time: float, now: float) -> bool:
    """Tell a time a log may have from one of a broken clock (semantics R67)."""
    return _YEAR_2000 <= time <= now + _FUTURE_S


def slot_of(time: float) -> int:
    """Return the number of the slice that holds a moment."""
    return int(time // SLICE_S)


def first_slot(now: float, window_s: float) -> int:
    """Return the oldest slice of the window that ends now."""
    return slot_of(now) - max(1, int(window_s // SLICE_S)) + 1


def last_minutes(now: float, count: int = MINUTES) -> range:
    """Return the numbers of the last minutes, oldest first, the present one included."""
    minute = int(now // 60)
    return range(minute - count + 1, minute + 1)


class SlidingCount:
    """How often something happened: in total, by hour, and by slice for as long as a window may look back."""

    __slots__ = ("_slices", "hours", "total")

    def __init__(self) -> None:
        self.total = 0
        """Since the beginning, events without any time included."""
        self.hours: dict[int, int] = {}
        """By hour since the epoch; two years of busy hours are kept."""
        self._slices: dict[int, int] = {}

    def add(self, time: float | None, count: int = 1) -> None:
        """Count something; without a time it enters the total only (semantics R66)."""
        if time is None:
            self.total += count
        else:
            self._add(int(time // SLICE_S), count)

    def _add(self, slot: int, count: int) -> None:
        self.total += count
        hour = slot // 360
        if slot in self._slices and hour in self.hours:
            self._slices[slot] += count
            self.hours[hour] += count
            return
        self._slices[slot] = self._slices.get(slot, 0) + count
        self.hours[hour] = self.hours.get(hour, 0) + count
        if len(self.hours) > _HOURS_KEPT:
            del self.hours[min(self.hours)]
        if len(self._slices) > 2 * _SLICES_KEPT:
            for old in sorted(self._slices)[:_SLICES_KEPT]:
                del self._slices[old]

    def add_slots(self, slots: Iterable[int]) -> None:
        """Count one for each number of a slice."""
        for slot, run in groupby(slots):
            self._add(slot, len(list(run)))

    def within(self, now: float, window_s: float) -> int:
        """Return the count of the window that ends now."""
        if not self._slices:
            return 0
        slices = range(first_slot(now, window_s), slot_of(now + _FUTURE_S) + 1)
        return sum(self._slices[slot] for slot in slices if slot in self._slices)

    def by_minute(self, minutes: range) -> dict[int, int]:
        """Return the counts of those minutes that have any."""
        found: dict[int, int] = {}
        if self._slices:
            for slot in range(minutes.start * 6, minutes.stop * 6):
                if slot in self._slices:
                    minute = slot // 6
                    found[minute] = found.get(minute, 0) + self._slices[slot]
        return found


class ObservedMinutes:
    """The minutes in which some source was read with success: zero there means zero, elsewhere nobody knows."""

    def __init__(self) -> None:
        self._minutes: set[int] = set()
        self.version = 0
        """Changes when another minute was observed."""

    def add(self, start: float, end: float) -> None:
        """Note that everything from start to end was observed; only the last hours are kept."""
        last = int(end // 60)
        first = max(int(start // 60), last - 2 * MINUTES)
        if last in self._minutes and first in self._minutes and last - first < 2:
            return
        before = len(self._minutes)
        self._minutes.update(range(first, last + 1))
        if len(self._minutes) != before:
            self.version += 1
            self._prune()

    def _prune(self) -> None:
        if len(self._minutes) > 6 * MINUTES:
            horizon = max(self._minutes) - 3 * MINUTES
            self._minutes = {minute for minute in self._minutes if minute > horizon}

    def __contains__(self, minute: object) -> bool:
        return minute in self._minutes

    def series(self, count: SlidingCount, now: float) -> tuple[int | None, ...]:
        """Return the counts of the last 60 minutes, oldest first; ``None`` where nothing was observed."""
        minutes = last_minutes(now)
        found = count.by_minute(minutes)
        return tuple(found.get(minute, 0 if minute in self._minutes else None) for minute in minutes)
