"""Which of many open calls has to be given up next, without looking at all of them each time."""

from collections.abc import Callable, Iterable, Mapping
from heapq import heapify, heappop, heappush, heapreplace
from typing import Generic, TypeVar

_STALE = 1024
"""Once there are so many more entries than two for each open call, most are of calls that have ended."""

C = TypeVar("C")


class Expiries(Generic[C]):
    """Keeps for each open call a moment before which it does not expire; what that is moves on with its lines."""

    def __init__(self, calls: Mapping[str, C], expiry: Callable[[C], float]) -> None:
        """``calls`` are those open at any time; ``expiry`` says when one expires as far as is known by then."""
        self._calls = calls
        self._expiry = expiry
        self._heap: list[tuple[float, str]] = []
        self._new: list[str] = []
        """Not in the heap yet: most calls end before anybody asks."""

    def note(self, ids: Iterable[str]) -> None:
        """Take calls that were opened, or may expire earlier than they could so far."""
        self._new += ids
        if len(self._new) + len(self._heap) > 2 * len(self._calls) + _STALE:
            self.note_all()

    def note_all(self) -> None:
        """Take every open call again."""
        self._new = []
        self._heap = [(self._expiry(call), call_id) for call_id, call in self._calls.items()]
        heapify(self._heap)

    def before(self, now: float) -> list[tuple[float, str]]:
        """Return which calls have expired, and when, in that order."""
        heap, gone = self._heap, set()
        for call_id in self._new:
            if call_id in self._calls:
                heappush(heap, (self._expiry(self._calls[call_id]), call_id))
        self._new = []
        while heap and heap[0][0] < now:
            _, call_id = heappop(heap)
            call = self._calls.get(call_id)
            if call is None:
                continue
            at = self._expiry(call)
            if at < now:
                gone.add((at, call_id))
            else:
                heappush(heap, (at, call_id))
        return sorted(gone)

    def next(self) -> float:
        """Return when the next call expires, after those of ``before`` were ended; infinity without calls."""
        heap = self._heap
        while heap:
            known, call_id = heap[0]
            call = self._calls.get(call_id)
            if call is None:
                heappop(heap)
                continue
            at = self._expiry(call)
            if at == known:
                return at
            heapreplace(heap, (at, call_id))
        return float("inf")
