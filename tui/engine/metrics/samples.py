"""Latencies as columns: what a large log has most of, counted many at once. Loaded for nothing else."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.metrics.histogram import Buckets, bucket_of
from tui.engine.metrics.twins import Sample
from tui.engine.model import LogEvent, Stage

_WHOLE_MS = 120_000
_SPAN = 8192
"""More buckets than any latency from a nanosecond to two minutes has, the lowest being far above -4096."""


class Samples(NamedTuple):
    """Latencies of one source in the order of their lines; every one has a time, a stage if it needs one, a value."""

    series: tuple[LogEvent, ...]
    """What the samples of a code have in common; the other values of these events mean nothing."""
    lines: NDArray[np.int64]
    times: NDArray[np.float64]
    ms: NDArray[np.float64]
    codes: NDArray[np.int64]
    events: Callable[[], list[LogEvent]]
    """Reads the samples once more, as events."""

    def bounds(self) -> tuple[float, float]:
        """Return the oldest and the newest time."""
        return float(self.times.min()), float(self.times.max())

    def part(self, begin: int, end: int) -> "Samples":
        """Return those between two indexes."""
        first, last = (int(self.lines[begin]), int(self.lines[end - 1])) if begin < end else (0, -1)

        def events() -> list[LogEvent]:
            return [event for event in self.events() if first <= event.line <= last]

        return self._kept(slice(begin, end))._replace(events=events)

    def _kept(self, which: slice | NDArray[np.bool_]) -> "Samples":
        return self._replace(
            lines=self.lines[which], times=self.times[which], ms=self.ms[which], codes=self.codes[which]
        )

    def runs(self, seconds: float) -> Iterator[tuple[int, "Samples"]]:
        """Yield the number of a stretch of time and the samples in a row that are in it."""
        numbers = np.floor_divide(self.times, seconds).astype(np.int64)
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), numbers.size]
        for begin, end in pairwise(edges):
            if begin < end:
                yield int(numbers[begin]), self.part(begin, end)

    def order(self) -> list[int]:
        """Return the codes there are in the order of their first samples."""
        of_code = [self.codes == code for code in range(len(self.series))]
        first = {code: int(np.argmax(here)) for code, here in enumerate(of_code) if here.any()}
        return sorted(first, key=first.__getitem__)

    def alike(self) -> list[list[int]]:
        """Return the codes there are, those of one stage and provider together, in the order of their first samples."""
        found: dict[tuple[Stage | None, str | None], list[int]] = {}
        for code in self.order():
            found.setdefault((self.series[code].stage, self.series[code].provider), []).append(code)
        return list(found.values())

    def of(self, codes: Sequence[int]) -> NDArray[np.int64]:
        """Return the indexes of the samples of some codes."""
        found = self.codes == codes[0]
        for code in codes[1:]:
            found |= self.codes == code
        return np.flatnonzero(found)

    def stamped(self) -> NDArray[np.float64]:
        """Return the times that are finer than a millisecond: those of a platform's clock (semantics R71)."""
        return _stamped(self.times)

    def has(self, time: float) -> bool:
        """Tell whether any of them is of a moment."""
        return bool((self.times == time).any())

    def marks(self, indexes: NDArray[np.int64]) -> Iterator[Sample]:
        """Return what makes some of them the doubles of others."""
        return map(Sample, *(column[indexes].tolist() for column in (self.lines, self.times, self.ms)))

    @staticmethod
    def joined(parts: Sequence["Samples"]) -> "Samples":
        """Return several of one source as one, in their order; the last knows the series of all."""
        return parts[-1]._replace(
            lines=np.concatenate([part.lines for part in parts]),
            times=np.concatenate([part.times for part in parts]),
            ms=np.concatenate([part.ms for part in parts]),
            codes=np.concatenate([part.codes for part in parts]),
        )

    def sketch(self, index: int) -> LogEvent:
        """Return a sample as an event without its text and trace."""
        one = self.series[int(self.codes[index])]
        return one._replace(
            line=int(self.lines[index]), time=float(self.times[index]), ms=float(self.ms[index]), trace=None, text=""
        )

    def without(self, indexes: Sequence[int]) -> "Samples":
        """Return all samples but some."""
        left = np.ones(self.lines.size, np.bool_)
        left[indexes] = False
        return self._kept(left)

    def buckets(self) -> list[tuple[Buckets, float]]:
        """Return for each code the buckets of its samples, and the highest."""
        found: list[tuple[Buckets, float]] = []
        micros = np.rint(self.ms * 1000)
        keys = self.codes * _SPAN + _bucket_of(self.ms) + _SPAN // 2
        size = len(self.series) * _SPAN
        counts = np.bincount(keys, minlength=size).reshape(-1, _SPAN)
        sums = np.bincount(keys, micros, minlength=size).reshape(-1, _SPAN)
        for code in range(len(self.series)):
            places = np.flatnonzero(counts[code])
            triples = zip(places.tolist(), counts[code][places].tolist(), sums[code][places].tolist(), strict=True)
            content = {place - _SPAN // 2: (count << 64) + int(total) for place, count, total in triples}
            found.append((content, float(self.ms[self.codes == code].max(initial=0.0))))
        return found


class Calls(NamedTuple):
    """Begins and ends of the calls of one source in the order of their lines; every one has a time and an id."""

    series: tuple[LogEvent, ...]
    """What those of a code have in common."""
    lines: list[int]
    times: list[float]
    codes: list[int]
    ids: list[str]
    durations: list[float | None]
    """Seconds that the log says they lasted."""
    events: Callable[[], list[LogEvent]]
    """Reads them once more, as events."""

    def part(self, begin: int, end: int) -> "Calls":
        """Return those between two indexes; ``events`` stays that of all."""
        which = slice(begin, end)
        return self._replace(
            lines=self.lines[which],
            times=self.times[which],
            codes=self.codes[which],
            ids=self.ids[which],
            durations=self.durations[which],
        )

    def is_open(self) -> list[bool]:
        """Tell which of them are begins."""
        opens = [one.kind == "call_opened" for one in self.series]
        return [opens[code] for code in self.codes]

    def stamped(self) -> NDArray[np.float64]:
        """Return the times of a platform's clock (semantics R71)."""
        return _stamped(np.array(self.times))

    def has(self, time: float) -> bool:
        """Tell whether any of them is of a moment."""
        return time in self.times

    def sketch(self, index: int) -> LogEvent:
        """Return one as an event without its text."""
        one = self.series[self.codes[index]]
        return LogEvent(
            one.kind,
            one.source,
            self.lines[index],
            self.times[index],
            id=self.ids[index],
            client=one.client,
            duration_s=self.durations[index],
        )


def _stamped(times: NDArray[np.float64]) -> NDArray[np.float64]:
    fraction = times * 1000 % 1
    return times[(fraction > 0.001) & (fraction < 0.999)]


@cache
def _whole_buckets() -> NDArray[np.int64]:
    """Return the buckets of whole milliseconds."""
    return np.array([0, *(bucket_of(float(ms)) for ms in range(1, _WHOLE_MS + 1))], np.int64)


def _bucket_of(ms: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bucket of each value, as ``bucket_of`` does."""
    whole = ms.astype(np.int64)
    found = _whole_buckets()[whole]
    odd = np.flatnonzero(whole != ms)
    if odd.size:
        values, inverse = np.unique(ms[odd], return_inverse=True)
        found[odd] = np.array([bucket_of(value) for value in values.tolist()], np.int64)[inverse]
    return found
