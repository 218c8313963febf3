"""Counts over sliding windows of event time, and which minutes were observed at all.

Windows move in steps of one slice: a window of 300 s covers the present slice and the 29 before it,
so it is never longer than its name. Events a little in the future count as present.
"""

from array import array
from collections.abc import Iterable

from tui.engine.model import LogEvent

SLICE_S = 10
MINUTES = 60
"""Length of every per-minute series."""

_YEAR_2000 = 946_684_800.0
_FUTURE_S = 300.0
_STRETCH = 60
"""Slices that lie side by side in memory: a number each, where a dictionary's entries would take ten times as much."""
_STRETCHES_KEPT = 24 * 6
"""A day of busy stretches: no window looks back further."""
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

    __slots__ = ("_stretches", "hours", "total")

    def __init__(self) -> None:
        self.total = 0
        """Since the beginning, events without any time included."""
        self.hours: dict[int, int] = {}
        """By hour since the epoch; two years of busy hours are kept."""
        self._stretches: dict[int, array[int]] = {}

    def add(self, time: float | None, count: int = 1) -> None:
        """Count something; without a time it enters the total only (semantics R66)."""
        if time is None:
            self.total += count
        else:
            self._add(int(time // SLICE_S), count)

    def _add(self, slot: int, count: int) -> None:
        self.total += count
        hour, stretch = slot // 360, self._stretches.get(slot // _STRETCH)
        if stretch is None:
            stretch = self._begin(slot // _STRETCH)
        stretch[slot % _STRETCH] += count
        self.hours[hour] = self.hours.get(hour, 0) + count

    def _begin(self, number: int) -> "array[int]":
        """Return a new stretch, and let go of the oldest where there are too many by an hour."""
        stretches = self._stretches
        found = stretches[number] = array("q", bytes(8 * _STRETCH))
        if len(stretches) > _STRETCHES_KEPT + 6:
            for old in sorted(stretches)[:6]:
                del stretches[old]
        if len(self.hours) > _HOURS_KEPT:
            del self.hours[min(self.hours)]
        return found

    def add_runs(self, runs: Iterable[tuple[int, int]]) -> None:
        """Count what happened in slices, in the order in which it did: the number of each, and how often."""
        for slot, count in runs:
            self._add(slot, count)

    def within(self, now: float, window_s: float) -> int:
        """Return the count of the window that ends now."""
        return self._sum(first_slot(now, window_s), slot_of(now + _FUTURE_S) + 1) if self._stretches else 0

    def _sum(self, first: int, stop: int) -> int:
        found = 0
        for number in range(first // _STRETCH, (stop - 1) // _STRETCH + 1):
            stretch = self._stretches.get(number)
            if stretch is not None:
                begin = number * _STRETCH
                found += sum(stretch[max(0, first - begin) : stop - begin])
        return found

    def by_minute(self, minutes: range) -> dict[int, int]:
        """Return the counts of those minutes that have any."""
        if not self._stretches:
            return {}
        counts = ((minute, self._sum(minute * 6, minute * 6 + 6)) for minute in minutes)
        return {minute: count for minute, count in counts if count}


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
