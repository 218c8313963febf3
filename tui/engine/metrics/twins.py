"""Lines that say again what another line said: text/JSON twins, re-emitted tails, and doubled samples."""

from collections import deque

from tui.engine.model import LogEvent

_TWIN_S = 0.005 + 1e-6  # a double holds today's seconds to a quarter of a microsecond
_TWIN_LINES = 20
"""Twins leave one process in one breath; between them stand at most the twins of a few other records."""
_ALIKE = {"socket_opened", "socket_closed"}
"""Their lines name nothing, so that two of them at once are two."""
_TWINS_KEPT = 512
_EMITTED_KEPT = 50_000

_SAMPLE_S = 0.050 + 1e-6
_SAMPLE_LINES = 5
_SAMPLE_MS = 5.0
_SAMPLE_SHARE = 0.02
_SERIES_KEPT = 512
_SAMPLES_KEPT = 16


class Twins:
    """Recognises a record that was already taken (semantics R71).

    A twin repeats level and message of a record of the same source within 5 ms; each record has one
    twin at most. Bare lines have no twins: without a level two equal lines are two. A re-emitted
    line repeats a platform's time stamp, which is finer than a millisecond, and may come any time later.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[float, int]] = {}
        self._emitted: set[int] = set()
        self._order: deque[int] = deque()

    def repeats(self, event: LogEvent) -> bool:
        """Tell whether this event was taken before; if not, remember it."""
        time = event.time
        if time is None:
            return False
        # A platform's clock is finer than the milliseconds that programs write.
        of_platform = 0.001 < time * 1000 % 1 < 0.999
        if event.level is None and not of_platform:
            return False
        key = hash(event[:2] + event[5:])  # all but line, time and arrival
        if of_platform and self._emitted_before(hash((key, time))):
            return True
        return event.level is not None and event.kind not in _ALIKE and self._is_twin(key, time, event.line)

    def _emitted_before(self, key: int) -> bool:
        if key in self._emitted:
            return True
        self._emitted.add(key)
        self._order.append(key)
        if len(self._order) > _EMITTED_KEPT:
            self._emitted.discard(self._order.popleft())
        return False

    def _is_twin(self, key: int, time: float, line: int) -> bool:
        waiting = self._waiting
        first = waiting.pop(key, None)
        if first is not None and abs(time - first[0]) <= _TWIN_S and abs(line - first[1]) <= _TWIN_LINES:
            return True
        waiting[key] = (time, line)
        if len(waiting) > _TWINS_KEPT:
            del waiting[next(iter(waiting))]
        return False


class DoubledSamples:
    """Recognises one first byte that two dialects report (semantics R18).

    Same source, stage and provider, different dialects, at most 50 ms apart (5 lines where lines carry
    no time), and values within 5 ms or 2 %. Two lines of one dialect are two samples.
    """

    def __init__(self) -> None:
        self._recent: dict[tuple[str, str | None, str | None], dict[str, deque[LogEvent]]] = {}

    def repeats(self, event: LogEvent) -> bool:
        """Tell whether another dialect already gave this sample; if not, remember it."""
        key = (event.source, event.stage, event.provider)
        dialects = self._recent.get(key)
        if dialects is None:
            dialects = self._recent[key] = {}
            if len(self._recent) > _SERIES_KEPT:
                del self._recent[next(iter(self._recent))]
        if event.dialect not in dialects:
            dialects[event.dialect] = deque(maxlen=_SAMPLES_KEPT)
        if len(dialects) > 1 and self._paired(event, dialects):
            return True
        dialects[event.dialect].append(event)
        return False

    def _paired(self, event: LogEvent, dialects: dict[str, deque[LogEvent]]) -> bool:
        """Find the sample of another dialect, which then has had its double."""
        for dialect, samples in dialects.items():
            if dialect != event.dialect:
                for other in samples:
                    if _same_sample(event, other):
                        samples.remove(other)
                        return True
        return False


def _same_sample(one: LogEvent, other: LogEvent) -> bool:
    if one.ms is None or other.ms is None:
        return False
    if abs(one.ms - other.ms) > max(_SAMPLE_MS, _SAMPLE_SHARE * other.ms):
        return False
    if one.time is None or other.time is None:
        return abs(one.line - other.line) <= _SAMPLE_LINES
    return abs(one.time - other.time) <= _SAMPLE_S
