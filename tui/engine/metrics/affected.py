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
        self._calls = SlidingCount()
        """Each call once, where it was last affected: no look at them takes longer the more there were."""
        self._last: OrderedDict[tuple[str, str], float | None] = OrderedDict()
        """When each call was last affected."""

    def add(self, event: LogEvent, time: float | None) -> None:
        """Take an event; one that names no call only lowers the share that does."""
        if event.id is None:
            return
        self._named.add(time)
        call = (event.source, event.id)
        if call in self._last:
            before = self._last.pop(call)
            self._calls.add(before, -1)
            time = before if time is None or (before is not None and before > time) else time
        self._calls.add(time)
        self._last[call] = time
        if len(self._last) > _IDS_KEPT:
            self._last.popitem(last=False)

    @property
    def totals(self) -> tuple[int, int]:
        """Return how many events since the beginning name their call, and how many calls these are."""
        return self._named.total, self._calls.total

    def within(self, now: float, window: float, events: int) -> int | None:
        """Return the calls affected in a window, if at least 80 % of its ``events`` name theirs (semantics R42)."""
        if not attributable(self._named.within(now, window), events):
            return None
        return self._calls.within(now, window)


def attributable(named: int, count: int) -> bool:
    """Tell whether enough events name their call to speak of affected calls (semantics R42)."""
    return bool(count) and named >= _ATTRIBUTABLE * count
