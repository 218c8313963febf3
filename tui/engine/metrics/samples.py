"""Latencies as columns: what a large log has most of, counted many at once. Loaded for nothing else."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.metrics.twins import Sample
from tui.engine.model import LogEvent, Stage

Between = Callable[[int, int], Iterable[LogEvent]]
"""Reads all latencies and calls in columns once more, from one line to another, as events in the order of the log."""


class Samples(NamedTuple):
    """Latencies of one source in the order of their lines; every one has a value, and a stage if it needs one."""

    series: tuple[LogEvent, ...]
    """What the samples of a code have in common; the other values of these events mean nothing."""
    lines: NDArray[np.int64]
    times: NDArray[np.float64]
    """Not a number where a line tells none."""
    ms: NDArray[np.float64]
    codes: NDArray[np.int64]
    between: Between

    @property
    def all_timed(self) -> bool:
        """Tell whether every one has a time."""
        return not np.isnan(self.times).any()

    def timed(self) -> "Samples":
        """Return those that have a time."""
        return self if self.all_timed else self._kept(~np.isnan(self.times))

    def bounds(self) -> tuple[float, float]:
        """Return the oldest and the newest time."""
        return float(self.times.min()), float(self.times.max())

    def part(self, begin: int, end: int) -> "Samples":
        """Return those between two indexes."""
        return self._kept(slice(begin, end))

    def events(self) -> Iterable[LogEvent]:
        """Read the samples once more, as events; nobody holds more than a few of them at once."""
        every = self.between(int(self.lines[0]), int(self.lines[-1])) if self.lines.size else ()
        return (event for event in every if event.id is None)

    def _kept(self, which: slice | NDArray[np.bool_]) -> "Samples":
        return self._replace(
            lines=self.lines[which], times=self.times[which], ms=self.ms[which], codes=self.codes[which]
        )

    def runs(self, seconds: float) -> Iterator[tuple[int | None, "Samples"]]:
        """Yield the number of a stretch of time and the samples in a row that are in it; first, for None, the others.

        These are those without a time.
        """
        if not self.all_timed:
            yield None, self._kept(np.isnan(self.times))
            yield from self.timed().runs(seconds)
            return
        if not self.times.size:
            return
        oldest, newest = (int(time // seconds) for time in self.bounds())
        if oldest == newest:
            yield oldest, self
            return
        numbers = np.floor_divide(self.times, seconds).astype(np.int64)
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), numbers.size]
        for begin, end in pairwise(edges):
            yield int(numbers[begin]), self.part(begin, end)

    def alike(self) -> list[tuple[list[int], NDArray[np.int64]]]:
        """Return the codes there are, those of one stage and provider together, and the indexes of their samples."""
        found: dict[tuple[Stage | None, str | None], list[int]] = {}
        places = _places(self.codes, len(self.series))
        for code in places:
            found.setdefault((self.series[code].stage, self.series[code].provider), []).append(code)
        return [
            (codes, np.sort(np.concatenate([places[code] for code in codes])) if codes[1:] else places[codes[0]])
            for codes in found.values()
        ]

    def stamped(self) -> NDArray[np.float64]:
        """Return the times that are finer than a millisecond: those of a platform's clock (semantics R71)."""
        return _stamped(self.times)

    def has(self, time: float) -> bool:
        """Tell whether any of them is of a moment."""
        return bool((self.times == time).any())

    def marks(self, indexes: NDArray[np.int64]) -> Iterator[Sample]:
        """Return what makes some of them the doubles of others."""
        lines, times, ms = (column[indexes].tolist() for column in (self.lines, self.times, self.ms))
        return zip(lines, map(_told, times), ms, strict=True)

    def without(self, indexes: Sequence[int]) -> "Samples":
        """Return all samples but some."""
        left = np.ones(self.lines.size, np.bool_)
        left[indexes] = False
        return self._kept(left)


class Calls(NamedTuple):
    """Begins and ends of the calls of one source in the order of their lines; every one has a time and an id."""

    series: tuple[LogEvent, ...]
    """What those of a code have in common."""
    lines: NDArray[np.int64]
    times: NDArray[np.float64]
    durations: NDArray[np.float64]
    """Seconds that the log says they lasted; not a number where it says nothing."""
    codes: NDArray[np.int64]
    ids: list[str]
    between: Between

    def bounds(self) -> tuple[float, float]:
        """Return the oldest and the newest time."""
        return float(self.times.min()), float(self.times.max())

    def part(self, begin: int, end: int) -> "Calls":
        """Return those between two indexes."""
        which = slice(begin, end)
        return self._replace(
            lines=self.lines[which],
            times=self.times[which],
            durations=self.durations[which],
            codes=self.codes[which],
            ids=self.ids[which],
        )

    def is_open(self) -> NDArray[np.bool_]:
        """Tell which of them are begins."""
        return np.array([one.kind == "call_opened" for one in self.series])[self.codes]

    def stamped(self) -> NDArray[np.float64]:
        """Return the times of a platform's clock (semantics R71)."""
        return _stamped(self.times)

    def has(self, time: float) -> bool:
        """Tell whether any of them is of a moment."""
        return bool((self.times == time).any())

    def sketch(self, index: int) -> LogEvent:
        """Return one as an event without its text."""
        one, duration = self.series[int(self.codes[index])], _told(float(self.durations[index]))
        return LogEvent(
            one.kind,
            one.source,
            int(self.lines[index]),
            float(self.times[index]),
            id=self.ids[index],
            client=one.client,
            duration_s=duration,
        )


def _told(number: float) -> float | None:
    return None if isnan(number) else number


def run_lengths(numbers: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return each number of those in a row that are equal, and how many they are."""
    if not numbers.size:
        return []
    begins = [0, *(np.flatnonzero(numbers[1:] != numbers[:-1]) + 1).tolist()]
    lengths = (stop - begin for begin, stop in pairwise([*begins, numbers.size]))
    return list(zip(numbers[begins].tolist(), lengths, strict=True))


def _stamped(times: NDArray[np.float64]) -> NDArray[np.float64]:
    millis = times * 1000
    fraction = millis - np.floor(millis)
    return times[(fraction > 0.001) & (fraction < 0.999)]


def _places(codes: NDArray[np.int64], count: int) -> dict[int, NDArray[np.int64]]:
    """Return where each code is, in the order of the first places."""
    of_code = ((code, np.flatnonzero(codes == code)) for code in range(count))
    return dict(sorted(((code, where) for code, where in of_code if where.size), key=lambda each: int(each[1][0])))
