"""How many calls were open at once over a period of any length, whatever order the lines came in."""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # numpy takes 80 ms to load: only large logs are worth that
    import numpy as np
    from numpy.typing import NDArray

_REORDER_S = 30.0
_BUCKETS_KEPT = 20_000
_NEVER = float("-inf")


class Levels:
    """The number of open calls as it rose and fell.

    Steps that arrive up to 30 s late are put in their place (semantics R67), later ones follow what was read. Levels
    are kept by the second; when that becomes too much, by two seconds, by four, and so on.
    """

    def __init__(self) -> None:
        self.width = 1
        """Seconds that a bucket spans."""
        self.peak = 0
        self._level = 0
        self._newest = _NEVER
        self._pending: deque[tuple[float, int]] = deque()
        self._later: deque[tuple[NDArray[np.float64], NDArray[np.int64]]] = deque()
        """What waits behind these, in columns."""
        self._buckets: dict[int, tuple[int, int]] = {}

    def step(self, time: float | None, step: int) -> None:
        """Note that calls began or ended; without a time it happened after all that was noted so far."""
        if not step:
            return
        at = self._newest if time is None else time
        if self._later:
            self._unpack()
        pending = self._pending
        if at >= self._newest:
            self._newest = at
            pending.append((at, step))
        elif at < self._newest - _REORDER_S:  # a clock was set back: what was read before it happened before it
            self._settle(float("inf"))
            pending.append((at, step))
        else:
            insort(pending, (at, step), key=itemgetter(0))
        if pending[0][0] <= self._newest - _REORDER_S:
            self._settle(self._newest - _REORDER_S)

    def step_all(self, times: "NDArray[np.float64]", steps: "NDArray[np.int64]") -> None:
        """Note steps that came one after the other, each at its time."""
        if times[0] < self._newest or (times[1:] < times[:-1]).any():
            for at, step in zip(times.tolist(), steps.tolist(), strict=True):
                self.step(at, step)
            return
        self._newest = float(times[-1])
        self._later.append((times, steps))
        until = self._newest - _REORDER_S
        self._settle(until)
        while self._later and not self._pending:
            times, steps = self._later.popleft()
            old = int(times.searchsorted(until, side="right"))
            if old:
                self._settle_all(times[:old], steps[:old])
            if old < times.size:
                self._later.appendleft((times[old:], steps[old:]))
                break

    def _unpack(self) -> None:
        """Have the steps in columns wait as all others do."""
        for times, steps in self._later:
            self._pending.extend(zip(times.tolist(), steps.tolist(), strict=True))
        self._later.clear()

    def _settle_all(self, times: "NDArray[np.float64]", steps: "NDArray[np.int64]") -> None:
        import numpy as np  # noqa: PLC0415 - whoever has columns has loaded it

        levels = self._level + steps.cumsum()
        highest = levels - steps.clip(max=0)
        numbers = (times // self.width).astype(int)
        first = [0, *((numbers[1:] != numbers[:-1]).nonzero()[0] + 1).tolist()]
        last = [*(index - 1 for index in first[1:]), -1]
        for bucket, most, level in zip(
            numbers[first].tolist(), np.maximum.reduceat(highest, first).tolist(), levels[last].tolist(), strict=True
        ):
            self._buckets[bucket] = max(most, self._buckets.get(bucket, (most, 0))[0]), level
        self._level, self.peak = int(levels[-1]), max(self.peak, int(levels.max()))
        while len(self._buckets) > _BUCKETS_KEPT:
            self._coarsen()

    def finish(self) -> None:
        """Take in what still waited for earlier steps."""
        self._unpack()
        self._settle(float("inf"))

    def _settle(self, until: float) -> None:
        pending, buckets, width, level = self._pending, self._buckets, self.width, self._level
        while pending and pending[0][0] <= until:
            at, step = pending.popleft()
            highest = level if step < 0 else level + step
            level += step
            self.peak = max(self.peak, level)
            if at != _NEVER:
                bucket = int(at // width)
                known = buckets.get(bucket)
                buckets[bucket] = (highest if known is None or highest > known[0] else known[0], level)
        self._level = level
        while len(self._buckets) > _BUCKETS_KEPT:
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
    most = max((one.peak for one in every), default=0)
    if len(every) == 1:
        return most
    steps = sorted((moment, number) for number, one in enumerate(series) for moment in one)
    now, level = [0] * len(series), 0
    for moment, run in groupby(steps, itemgetter(0)):
        before = level
        rise = 0
        for _, number in run:
            highest, last = series[number][moment]
            rise += highest - now[number]
            level += last - now[number]
            now[number] = last
        most = max(most, before + rise)
    return most
