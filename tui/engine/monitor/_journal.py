"""The journal of a monitor that writes nothing to disk."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence

from tui.engine.metrics.windows import in_place
from tui.engine.model import LogEvent, SourceCounts

EVENTS_KEPT = 50_000
"""Of all sources together; the oldest read make room. A busy orchestrator gives as many in some hours."""


class MemoryJournal:
    """Remembers the newest events as long as the program runs."""

    def __init__(self, kept: int = EVENTS_KEPT) -> None:
        self._events: deque[tuple[float, LogEvent]] = deque(maxlen=kept)
        self._newest: dict[str, float] = {}

    def took(self, source: str, events: Sequence[LogEvent], bookmark: str, counts: SourceCounts) -> None:
        """Keep the events; where reading goes on is of no use to a later run."""
        del bookmark, counts
        at = self._newest.get(source, float("-inf"))
        for event in events:
            at = in_place(event.time if event.time is not None else event.arrived, at)
            self._events.append((at, event))
        self._newest[source] = at

    def events(self, since: float, until: float, sources: Collection[str] | None = None) -> Iterable[LogEvent]:
        """Yield the events of a span by their time; those without any stand behind the one read before them."""
        kept = [
            (at, event)
            for at, event in self._events
            if since <= at <= until and (sources is None or event.source in sources)
        ]
        kept.sort(key=lambda each: each[0])
        return (event for _, event in kept)
