"""Lines that say again what another line said: text/JSON twins, re-emitted tails, and doubled samples."""

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.model import Kind, LogEvent

if TYPE_CHECKING:
    from tui.engine.metrics.samples import Calls, Samples

_TWIN_S = 0.005 + 1e-6  # a double holds today's seconds to a quarter of a microsecond
_TWIN_LINES = 20
"""Twins leave one process in one breath; between them stand at most the twins of a few other records."""
_ALIKE = {"socket_opened", "socket_closed"}
"""Their lines name nothing, so that two of them at once are two."""
_AT_ONCE: dict[Kind, str] = {"ttfb": "sample", "turn": "sample", "call_opened": "call", "call_closed": "call"}
"""Kinds that may come as columns, and as which."""

_TWINS_KEPT = 512
_EMITTED_KEPT = 50_000

_SAMPLE_S = 0.050 + 1e-6
_SAMPLE_LINES = 5
_SAMPLE_MS = 5.0
_SAMPLE_SHARE = 0.02
_SERIES_KEPT = 512
SAMPLES_KEPT = 16


class _Taken(NamedTuple):
    """Events that were taken at once, and the oldest and newest of their times by a platform's clock."""

    columns: "Samples | Calls"
    oldest: float
    newest: float

    def may_have(self, first: float, last: float) -> bool:
        """Tell whether any of these times may be within a span."""
        return self.oldest <= last and first <= self.newest


class Twins:
    """Recognises a record that was already taken (semantics R71).

    A twin repeats level and message of a record of the same source within 5 ms; each record has one
    twin at most. Bare lines have no twins: without a level two equal lines are two. A re-emitted
    line repeats a platform's time stamp, which is finer than a millisecond, and may come any time later.
    """

    def __init__(self, *, columns: bool = False) -> None:
        """``columns``: some events come many at once (``take``)."""
        self._columns = columns
        self._waiting: dict[int, tuple[float, int]] = {}
        self._emitted: set[int] = set()
        self._order: deque[int] = deque()
        """The keys of what was emitted, oldest first."""
        self._lines, self._times = array("q"), array("d")
        """Lines and times of these, where events come many at once, the last of them at the end."""
        self._newest: dict[str, float] = {}
        """Time of the newest sample, and of the newest begin or end of a call."""
        self._unread: deque[_Taken] = deque()
        """Taken at once: their keys are worked out when they are needed."""
        self._unread_lines = 0

    def repeats(self, event: LogEvent) -> bool:
        """Tell whether this event was taken before; if not, remember it."""
        time, level = event.time, event.level
        if time is None:
            return False
        if _of_platform(time) and self._emitted_before(event, time):
            return True
        return level is not None and event.kind not in _ALIKE and self._is_twin(_key(event), time, event.line)

    def _emitted_before(self, event: LogEvent, time: float) -> bool:
        if self._columns and event.kind in _AT_ONCE:
            newest = self._newest.get(_AT_ONCE[event.kind], time)
            if time <= newest and any(taken.may_have(time, time) and taken.columns.has(time) for taken in self._unread):
                self._read()
            self._newest[_AT_ONCE[event.kind]] = max(newest, time)
        emitted, key = self._emitted, _emitted_key(event)
        if key in emitted:
            return True
        emitted.add(key)
        self._order.append(key)
        if self._columns:
            self._lines.append(event.line)
            self._times.append(time)
        if len(self._order) > _EMITTED_KEPT:
            emitted.discard(self._order.popleft())
        if len(self._times) > 2 * _EMITTED_KEPT:
            del self._lines[:-_EMITTED_KEPT], self._times[:-_EMITTED_KEPT]
        return False

    def take(self, columns: "Samples | Calls") -> bool:
        """Take events that are no twins if surely none was emitted before; otherwise do nothing.

        They are of the only source there is, and come in the order of its lines.
        """
        times = columns.stamped()
        if not len(times):
            return True
        what = _AT_ONCE[columns.series[int(columns.codes[0])].kind]
        newest = self._newest.get(what, float("-inf"))
        in_order = times[0] > newest and bool((times[1:] > times[:-1]).all())
        if not in_order and not self._are_new(times.tolist()):
            return False
        self._newest[what] = max(newest, float(times.max()))
        self._unread.append(_Taken(columns, float(times.min()), float(times.max())))
        self._unread_lines += len(columns.lines)
        while self._unread_lines - len(self._unread[0].columns.lines) > _EMITTED_KEPT:
            self._unread_lines -= len(self._unread.popleft().columns.lines)
        return True

    def _are_new(self, times: list[float]) -> bool:
        """Tell whether nothing was emitted at these moments, which are all different."""
        if len(set(times)) < len(times):
            return False
        oldest, newest = min(times), max(times)
        near = [taken.columns.stamped().tolist() for taken in self._unread if taken.may_have(oldest, newest)]
        known = {time for time in self._times[-_EMITTED_KEPT:] if oldest <= time <= newest}.union(*near)
        return known.isdisjoint(times)

    def _read(self) -> None:
        """Work out what was taken at once, and keep the newest of everything."""
        import numpy as np  # noqa: PLC0415 - whoever has columns has loaded it

        taken = np.concatenate([one.columns.lines for one in self._unread])
        ways = dict.fromkeys(one.columns.between for one in self._unread)  # nothing is read more than once
        self._unread.clear()
        self._unread_lines = 0
        known = len(self._order)
        lines, times, keys = self._lines[-known:], self._times[-known:], array("q", self._order)
        for between in ways:
            for event in between(int(taken.min()), int(taken.max())):
                if event.time is not None and _of_platform(event.time):
                    lines.append(event.line)
                    times.append(event.time)
                    keys.append(_emitted_key(event))
        wanted = np.isin(lines, taken)
        wanted[:known] = True
        newest = np.lexsort((keys, times, lines))
        newest = newest[wanted[newest]][-_EMITTED_KEPT:]
        self._lines, self._times = (array(each.typecode, np.array(each)[newest].tolist()) for each in (lines, times))
        self._order = deque(np.array(keys)[newest].tolist())
        self._emitted = set(self._order)

    def _is_twin(self, key: int, time: float, line: int) -> bool:
        waiting = self._waiting
        first = waiting.pop(key, None)
        if first is not None and abs(time - first[0]) <= _TWIN_S and abs(line - first[1]) <= _TWIN_LINES:
            return True
        waiting[key] = (time, line)
        if len(waiting) > _TWINS_KEPT:
            del waiting[next(iter(waiting))]
        return False


def _key(event: LogEvent) -> int:
    return hash((event[:2], event[5:]))  # all but line, time and arrival


def _emitted_key(event: LogEvent) -> int:
    return hash((event[:2], event[5:], event.time))


def _of_platform(time: float) -> bool:
    """Tell a platform's clock by what is finer than the milliseconds that programs write."""
    return 0.001 < time * 1000 % 1 < 0.999


Sample = tuple[int, float | None, float | None]
"""What makes one sample the double of another: its line, its time and its milliseconds."""


class DoubledSamples:
    """Recognises one first byte that two dialects report (semantics R18).

    Same source, stage and provider, different dialects, at most 50 ms apart (5 lines where lines carry
    no time), and values within 5 ms or 2 %. Two lines of one dialect are two samples.
    """

    def __init__(self) -> None:
        self._recent: dict[tuple[str, str | None, str | None], dict[str, deque[Sample]]] = {}

    def is_only(self, event: LogEvent) -> bool:
        """Tell whether no other dialect gave samples of this series so far."""
        return self._recent.get((event.source, event.stage, event.provider), {}).keys() <= {event.dialect}

    def repeats(self, event: LogEvent) -> bool:
        """Tell whether another dialect already gave this sample; if not, remember it."""
        return _is_double((event.line, event.time, event.ms), event.dialect, self._dialects(event))

    def repeated(self, series: Sequence[LogEvent], samples: Iterable[tuple[int, Sample]]) -> Iterator[bool]:
        """Tell that of each of many samples of one stage and provider; with it comes which of ``series`` it is of."""
        known: dict[int, str] = {}
        dialects: dict[str, deque[Sample]] = {}
        for code, sample in samples:
            if code not in known:
                known[code], dialects = series[code].dialect, self._dialects(series[code])
            yield _is_double(sample, known[code], dialects)

    def remember(self, event: LogEvent, samples: Iterable[Sample]) -> None:
        """Remember samples of the only dialect of a series; ``event`` is one of them."""
        self._dialects(event)[event.dialect].extend(samples)

    def _dialects(self, event: LogEvent) -> dict[str, deque[Sample]]:
        key = (event.source, event.stage, event.provider)
        dialects = self._recent.get(key)
        if dialects is None:
            dialects = self._recent[key] = {}
            if len(self._recent) > _SERIES_KEPT:
                del self._recent[next(iter(self._recent))]
        if event.dialect not in dialects:
            dialects[event.dialect] = deque(maxlen=SAMPLES_KEPT)
        return dialects


def _is_double(sample: Sample, own: str, dialects: dict[str, deque[Sample]]) -> bool:
    """Tell whether another dialect gave a sample; if not, remember it."""
    if len(dialects) > 1 and _paired(sample, own, dialects):
        return True
    dialects[own].append(sample)
    return False


def _paired(sample: Sample, own: str, dialects: dict[str, deque[Sample]]) -> bool:
    """Find the sample of another dialect, which then has had its double."""
    for dialect, samples in dialects.items():
        if dialect != own:
            for other in samples:
                if _same_sample(sample, other):
                    samples.remove(other)
                    return True
    return False


def _same_sample(one: Sample, other: Sample) -> bool:
    (line, time, ms), (other_line, other_time, other_ms) = one, other
    if ms is None or other_ms is None:
        return False
    if abs(ms - other_ms) > max(_SAMPLE_MS, _SAMPLE_SHARE * other_ms):
        return False
    if time is None or other_time is None:
        return abs(line - other_line) <= _SAMPLE_LINES
    return abs(time - other_time) <= _SAMPLE_S
