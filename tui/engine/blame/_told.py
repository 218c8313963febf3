"""What the events say that count, by time: in columns, of which each event takes 40 bytes instead of 200."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from tui.engine.model import Kind, LogEvent, Stage

_WORDLESS = {"ttfb", "turn", "call_opened", "call_closed"}
"""Kinds whose text nobody asks for; they are most of a log."""


class Told(NamedTuple):
    """What an event says; the fields are those of ``LogEvent``, ``source`` is its scope."""

    at: float
    ms: float | None
    id: str | None
    trace: str | None
    kind: Kind
    source: str
    stage: Stage | None
    provider: str | None
    client: str | None
    duration_s: float | None
    code: str | None
    text: str


class Telling:
    """Events that are made anew whenever somebody looks at them; of equal values there is one in memory."""

    def __init__(self, events: Iterable[tuple[float, LogEvent]]) -> None:
        """``events`` come with their times, in their order."""
        self._at = array("d")
        self._ms: list[float | None] = []
        self._ids: list[str | None] = []
        self._traces: list[str | None] = []
        self._rest: list[tuple[Any, ...]] = []
        """All other fields, as they stand in ``Told``."""
        known: dict[object, Any] = {None: None}
        for at, event in events:
            rest = _rest(event)
            self._at.append(at)
            self._ms.append(known.setdefault(event.ms, event.ms))
            self._ids.append(known.setdefault(event.id, event.id))
            self._traces.append(known.setdefault(event.trace, event.trace))
            self._rest.append(known.setdefault(rest, rest))

    def __iter__(self) -> Iterator[Told]:
        return self._between(0, len(self._at))

    def within(self, since: float, until: float) -> Iterator[Told]:
        """Yield those of a span, both ends included."""
        return self._between(bisect_left(self._at, since), bisect_right(self._at, until))

    def _between(self, first: int, stop: int) -> Iterator[Told]:
        columns = zip(self._at, self._ms, self._ids, self._traces, self._rest, strict=True)
        return (Told(at, ms, id_, trace, *rest) for at, ms, id_, trace, rest in islice(columns, first, stop))


def _rest(event: LogEvent) -> tuple[Any, ...]:
    text = "" if event.kind in _WORDLESS else event.text
    return event.kind, event.source, event.stage, event.provider, event.client, event.duration_s, event.code, text
