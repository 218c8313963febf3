"""How many calls were open in each of the last minutes over all sources, whatever order their lines come in."""

from bisect import insort
from itertools import accumulate
from operator import itemgetter

_MINUTES_KEPT = 240
_REORDER_S = 30


class RecentLevels:
    """Steps of each source by second: a second's own rise and fall do not depend on when they are learned of.

    Sources are laid over each other by the second, as the report does it, so that both know the same peak
    (semantics R56).
    """

    def __init__(self) -> None:
        self._base = 0
        """The level before the first second kept."""
        self._minutes: dict[int, dict[int, list[int]]] = {}
        """By minute and second: how far the level rose above that at the second's start, and its change."""
        self._shapes: dict[int, tuple[int, int]] = {}
        """By minute: the highest level above that at its start, and its change."""
        self._changed: set[int] = set()
        self._own: dict[str, dict[int, tuple[int, int]]] = {}
        """The part that each source has in that."""
        self._recent: dict[str, dict[int, list[tuple[float, int]]]] = {}
        """By source and second: the steps of the last seconds, by time."""
        self._newest: dict[str, int] = {}
        self._settled: dict[str, int] = {}
        """The part that each source has in the base."""

    def step(self, source: str, time: float | None, step: int) -> None:
        """Note that calls of a source began or ended; without a time it happened at the newest one known."""
        if not step:
            return
        own = self._own.setdefault(source, {})
        if time is None and not own:
            self._settle(source, step)
            return
        at = max(own) + 1.0 - 1e-6 if time is None else time
        second = int(at)
        rise, change = own.get(second, (0, 0))
        steps = self._steps_of(source, second)
        if steps is None:
            own[second] = max(rise, change + step), change + step
        else:
            insort(steps, (at, step), key=itemgetter(0))
            in_order = steps[-1][0] == at
            own[second] = max(rise, change + step) if in_order else _rise(steps), change + step
        self._add(second, own[second][0] - rise, step)
        if len(self._minutes) > _MINUTES_KEPT:
            self._prune()

    def _steps_of(self, source: str, second: int) -> list[tuple[float, int]] | None:
        """Return the single steps of a second as long as earlier ones may still come (semantics R67)."""
        recent = self._recent.setdefault(source, {})
        newest = self._newest[source] = max(second, self._newest.get(source, second))
        if second < newest - _REORDER_S:
            return None
        if len(recent) > 3 * _REORDER_S:
            for old in [each for each in recent if each < newest - _REORDER_S]:
                del recent[old]
        return recent.setdefault(second, [])

    def forget(self, source: str) -> None:
        """Take a source out, its past included."""
        self._recent.pop(source, None)
        self._newest.pop(source, None)
        for second, (rise, change) in self._own.pop(source, {}).items():
            self._add(second, -rise, -change)
        self._base -= self._settled.pop(source, 0)

    def highest(self, minutes: range) -> list[tuple[int, bool]]:
        """Return the highest level of each minute, and whether something happened in it."""
        for minute in self._changed:
            self._shapes[minute] = _shape(self._minutes[minute])
        self._changed.clear()
        level = self._base + sum(change for minute, (_, change) in self._shapes.items() if minute < minutes.start)
        found = []
        for minute in minutes:
            highest, change = self._shapes.get(minute, (0, 0))
            found.append((max(0, level + highest), minute in self._shapes))
            level += change
        return found

    def _add(self, second: int, rise: int, change: int) -> None:
        both = self._minutes.setdefault(second // 60, {}).setdefault(second, [0, 0])
        both[0] += rise
        both[1] += change
        self._changed.add(second // 60)

    def _settle(self, source: str, change: int) -> None:
        self._base += change
        self._settled[source] = self._settled.get(source, 0) + change

    def _prune(self) -> None:
        """Let go of the older half of the minutes; what they changed stays in the base."""
        gone = sorted(self._minutes)[: _MINUTES_KEPT // 2]
        horizon = 60 * (gone[-1] + 1)
        for minute in gone:
            del self._minutes[minute]
            self._shapes.pop(minute, None)
            self._changed.discard(minute)
        for source, own in self._own.items():
            for second in [each for each in own if each < horizon]:
                self._settle(source, own.pop(second)[1])


def _rise(steps: list[tuple[float, int]]) -> int:
    """Return how far a level rises above that at the start."""
    return max(0, *accumulate(step for _, step in steps))


def _shape(seconds: dict[int, list[int]]) -> tuple[int, int]:
    level = highest = 0
    for _, (rise, change) in sorted(seconds.items()):
        highest = max(highest, level + rise)
        level += change
    return highest, level
