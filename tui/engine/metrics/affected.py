"""Calls that something happened to, as far as the log names them (semantics R26, R42)."""

from collections import OrderedDict

from tui.engine.metrics.windows import SlidingCount
from tui.engine.model import LogEvent

_IDS_KEPT = 100_000
_ATTRIBUTABLE = 0.8


class AffectedCalls:
    """Counts distinct calls among events, of which some name their call."""

    def __init__(self) -> None:
        self._named = SlidingCount()
        self._total = 0
        self._last: OrderedDict[tuple[str, str], float] = OrderedDict()
        """When each call was last affected."""

    def add(self, event: LogEvent, time: float | None) -> None:
        """Take an event; one that names no call only lowers the share that does."""
        if event.id is None:
            return
        self._named.add(time)
        call, when = (event.source, event.id), float("-inf") if time is None else time
        before = self._last.pop(call, None)
        self._total += before is None
        self._last[call] = when if before is None else max(before, when)
        if len(self._last) > _IDS_KEPT:
            self._last.popitem(last=False)

    @property
    def totals(self) -> tuple[int, int]:
        """Return how many events since the beginning name their call, and how many calls these are."""
        return self._named.total, self._total

    def within(self, now: float, window: float, events: int) -> int | None:
        """Return the calls affected in a window, if at least 80 % of its ``events`` name theirs (semantics R42)."""
        if not attributable(self._named.within(now, window), events):
            return None
        return sum(time > now - window for time in self._last.values())


def attributable(named: int, count: int) -> bool:
    """Tell whether enough events name their call to speak of affected calls (semantics R42)."""
    return bool(count) and named >= _ATTRIBUTABLE * count
