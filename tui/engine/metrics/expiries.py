"""Which of many open calls has to be given up next, without looking at all of them each time."""

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush
from typing import Generic, TypeVar

_STALE = 1024
"""Once there are so many more entries than three for two open calls, most are of calls that have ended."""

C = TypeVar("C")


class Expiries(Generic[C]):
    """Keeps for each open call a moment before which it does not expire; what that is moves on with its lines."""

    def __init__(self, calls: Mapping[str, C], expiry: Callable[[C], float]) -> None:
        """``calls`` are those open at any time; ``expiry`` says when one expires as far as is known by then."""
        self._calls = calls
        self._expiry = expiry
        self._by_second: dict[int, list[str]] = {}
        """By the second of that moment: eight bytes for a call, of which a hundred thousand may be open."""
        self._seconds: list[int] = []
        """A heap of these seconds."""
        self._filed = 0
        self._new: list[str] = []
        """Not filed yet: most calls end before anybody asks."""

    def note(self, ids: Iterable[str]) -> None:
        """Take calls that were opened, or may expire earlier than they could so far."""
        self._new += ids
        if 2 * (len(self._new) + self._filed) > 3 * len(self._calls) + _STALE:
            self.note_all()

    def note_all(self) -> None:
        """Take every open call again."""
        self._by_second, self._seconds, self._filed = {}, [], 0
        self._new = list(self._calls)

    def before(self, now: float) -> list[tuple[float, str]]:
        """Return which calls have expired, and when, in that order."""
        new, self._new = self._new, []
        self._file(self._open(new))
        gone, later = set[tuple[float, str]](), list[tuple[float, str]]()
        while self._seconds and self._seconds[0] < now:
            for one in self._first():
                if one[0] < now:
                    gone.add(one)
                else:
                    later.append(one)
        self._file(later)
        return sorted(gone)

    def next(self) -> float:
        """Return when the next call expires, after those of ``before`` were ended; infinity without calls."""
        while self._seconds:
            second, first = self._seconds[0], self._first()
            self._file(first)
            at = min(first, default=(float("inf"), ""))[0]
            if at < second + 1:
                return at
        return float("inf")

    def _open(self, ids: Iterable[str]) -> list[tuple[float, str]]:
        """Return when those of some calls that are still open expire, each of them once."""
        calls, expiry = self._calls, self._expiry
        return [(expiry(calls[call_id]), call_id) for call_id in dict.fromkeys(ids) if call_id in calls]

    def _first(self) -> list[tuple[float, str]]:
        """Take out the calls of the first second."""
        ids = self._by_second.pop(heappop(self._seconds))
        self._filed -= len(ids)
        return self._open(ids)

    def _file(self, calls: Iterable[tuple[float, str]]) -> None:
        for at, call_id in calls:
            second = int(at // 1)
            if second not in self._by_second:
                self._by_second[second] = []
                heappush(self._seconds, second)
            self._by_second[second].append(call_id)
            self._filed += 1
