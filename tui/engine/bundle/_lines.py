"""Recorded events as lines of JSON, as ``voxtop events`` prints them and with all that figures need; and back."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import get_args

from tui.engine.model import Kind, Level, LineBlock, LogEvent, Stage

_OUTSIDE = {"provider", "trace", "id", "client", "to", "field", "code", "text", "part"}
"""Fields that a log's writer or a caller may have put a secret into."""
_WORDLESS = {"ttfb", "turn"}
"""Kinds whose text says nothing that is not in the other fields."""
_TIMES = {"time", "arrived"}
_LEFT_OUT = {"kind", "source"}
_KINDS = frozenset(get_args(Kind))
_STAGES = frozenset(get_args(Stage))
_LEVELS = frozenset(get_args(Level))
TEXT_LENGTH = 500


def line_of(event: LogEvent, clean: Callable[[str], str]) -> str:
    """Return an event as one line; ``clean`` is applied to every text from the log."""
    found: dict[str, object] = {"event": event.kind}
    for name, value in zip(LogEvent._fields, event, strict=True):
        if name in _LEFT_OUT or value is None or value == "" or (name == "text" and event.kind in _WORDLESS):
            continue
        if name in _TIMES:
            found[name] = datetime.fromtimestamp(float(value), UTC).isoformat()
        else:
            found[name] = clean(str(value)) if name in _OUTSIDE else value
    return json.dumps(found, ensure_ascii=True)


def known_at(event: LogEvent) -> float | None:
    """Return when an event could first be seen: when it was read, for history when it was written."""
    return event.time if event.arrived is None else event.arrived


def in_order(events: Iterable[LogEvent]) -> list[LogEvent]:
    """Return events by when they could first be seen; one without any time stays behind the one before it."""
    places: dict[str, float] = {}
    placed = []
    for event in events:
        at = known_at(event)
        places[event.source] = places.get(event.source, float("-inf")) if at is None else at
        placed.append((places[event.source], event))
    return [event for _, event in sorted(placed, key=lambda pair: pair[0])]


def time_of(raw: bytes) -> float | None:
    """Return when the event of a line could be seen; None where it is no line of a bundle."""
    event = event_of(raw, "")
    return None if event is None else known_at(event)


def event_of(raw: bytes, source: str) -> LogEvent | None:
    """Return the event of a line, None for what is none: nothing of a file from elsewhere is believed."""
    try:
        table = json.loads(raw)
        if not isinstance(table, dict) or table.get("event") not in _KINDS:
            return None
        known = {name: table[name] for name in LogEvent._fields if name not in _LEFT_OUT and name in table}
        for name in _TIMES & known.keys():
            known[name] = datetime.fromisoformat(known[name]).timestamp()
        event = LogEvent(table["event"], source, int(known.pop("line", 0)))._replace(**known)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return event if _is_sound(event) else None


def _is_sound(event: LogEvent) -> bool:
    """Tell whether every field holds what the program itself would have put there."""
    texts = (event.provider, event.trace, event.id, event.client, event.to, event.field, event.code, event.part)
    return (
        all(text is None or isinstance(text, str) for text in texts)
        and isinstance(event.text, str)
        and isinstance(event.dialect, str)
        and (event.stage is None or event.stage in _STAGES)
        and (event.level is None or event.level in _LEVELS)
        and all(value is None or isinstance(value, int | float) for value in (event.ms, event.duration_s))
    )


class BundleParser:
    """Understands the lines of a bundle: what a ``Parser`` is for a log."""

    settled = True
    ahead_s = None
    clamped = 0

    def __init__(self, source: str) -> None:
        self.events = 0
        self.unrecognised = 0
        self._source = source

    def feed(self, block: LineBlock) -> list[LogEvent]:
        """Return the events of a block."""
        found = [event for raw in block.lines if (event := event_of(raw, self._source)) is not None]
        self.events += len(found)
        self.unrecognised += len(block.lines) - len(found)
        return found

    def flush(self) -> list[LogEvent]:
        """Return nothing: no line waits for another."""
        return []
