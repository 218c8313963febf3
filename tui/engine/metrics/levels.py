"""How many calls were open at once over a period of any length, whatever order the lines came in."""

from collections.abc import Sequence
from heapq import heappop, heappush

_REORDER_S = 30.0
_BUCKETS_KEPT = 20_000


class Levels:
    """The number of open calls as it rose and fell.

    Steps that arrive up to 30 s late are put in their place (semantics R67). Levels are kept by the
    second; when that becomes too much, by two seconds, by four, and so on.
    """

    def __init__(self) -> None:
        self.width = 1
        """Seconds that a bucket spans."""
        self.peak = 0
        self._level = 0
        self._newest = float("-inf")
        self._steps = 0
        self._pending: list[tuple[float, int, int]] = []
        self._buckets: dict[int, tuple[int, int]] = {}

    def step(self, time: float | None, step: int) -> None:
        """Note that calls began or ended; without a time it happened after all that was noted so far."""
        if not step:
            return
        at = self._newest if time is None else time
        self._newest = max(self._newest, at)
        self._steps += 1
        heappush(self._pending, (at, self._steps, step))
        self._settle(self._newest - _REORDER_S)

    def finish(self) -> None:
        """Take in what still waited for earlier steps."""
        self._settle(float("inf"))

    def _settle(self, until: float) -> None:
        while self._pending and self._pending[0][0] <= until:
            at, _, step = heappop(self._pending)
            before, self._level = self._level, self._level + step
            self.peak = max(self.peak, self._level)
            if at != float("-inf"):
                bucket = int(at // self.width)
                highest, _ = self._buckets.get(bucket, (before, before))
                self._buckets[bucket] = (max(highest, self._level), self._level)
        if len(self._buckets) > _BUCKETS_KEPT:
            self._coarsen()

    def _coarsen(self) -> None:
        coarse: dict[int, tuple[int, int]] = {}
        for bucket, (highest, last) in sorted(self._buckets.items()):
            coarse[bucket // 2] = (max(highest, coarse.get(bucket // 2, (0, 0))[0]), last)
        self._buckets, self.width = coarse, self.width * 2

    def at_width(self, width: int) -> dict[int, tuple[int, int]]:
        """Return the highest and the last level of each bucket in which anything happened; ``width`` >= own."""
        while self.width < width:
            self._coarsen()
        return self._buckets


def peak(every: Sequence[Levels]) -> int:
    """Return the most calls open at once over several sources (semantics R56).

    Exact for one source; of several, the highest levels within a bucket are added up. Sources without
    times cannot be laid over others: of them only their own peak is known.
    """
    for one in every:
        one.finish()
    width = max((one.width for one in every), default=1)
    series = [one.at_width(width) for one in every]
    moments = sorted({moment for one in series for moment in one})
    now = [0] * len(series)
    most = max((one.peak for one in every), default=0)
    if len(every) > 1:
        for moment in moments:
            both = [one.get(moment, (level, level)) for one, level in zip(series, now, strict=True)]
            most = max(most, sum(highest for highest, _ in both))
            now = [last for _, last in both]
    return most
