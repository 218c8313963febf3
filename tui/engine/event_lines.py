"""Events as the contract prints them: one JSON object per line."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern
from tui.engine.redact import key_in_use, redact, redact_each, use_key

KEYS = ("stage", "provider", "ms", "trace", "id", "client", "duration_s", "to", "field", "code", "part")
STORE_ONLY = ("process_ready", "key_present")
"""Kinds that only the figures need."""

PLAIN = ("time", "event", "stage")
"""Values that are never the log's own words."""

REMEMBERED = 4096
"""Texts whose masked form is kept: names of sources and providers come again and again."""

_UNSEEN = LazyPattern(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What JSON lets through and a terminal obeys or hides; escaped it is the same text to whoever parses it."""


class EventLines:
    """Writes events as lines; on its way to another process it takes the key of the masks along."""

    def __init__(self, *, masked: bool) -> None:
        """``masked``: secrets in the log's own words are masked (``redact``)."""
        self.masked = masked
        self._hide: Callable[[str], str] = lru_cache(REMEMBERED)(redact) if masked else str

    def __reduce__(self) -> tuple[object, ...]:
        return _arrived, (self.masked, key_in_use())

    def lines(self, events: Iterable[LogEvent]) -> list[str]:
        """Return a line for each event."""
        found = []
        for event in events:
            hidden = {key: self._shown(key, value) for key, value in as_object(event).items()}
            found.append(_visible(json.dumps(hidden, ensure_ascii=False)))
        return found

    def value(self, key: str, value: object) -> str:
        """Return a value as it stands behind its key."""
        return _visible(json.dumps(self._shown(key, value), ensure_ascii=False))

    def values(self, texts: Sequence[str]) -> list[str]:
        """Return many words of the log, of ASCII from the space on, as they stand behind their keys."""
        hidden = redact_each(texts) if self.masked else texts
        joined = "\n".join(hidden)
        if '"' in joined or "\\" in joined or "\x7f" in joined:
            return [_visible(json.dumps(text)) for text in hidden]
        return ('"' + joined.replace("\n", '"\n"') + '"').split("\n") if hidden else []

    def _shown(self, key: str, value: object) -> object:
        return self._hide(value) if isinstance(value, str) and key not in PLAIN else value


def _arrived(masked: bool, key: bytes) -> EventLines:
    use_key(key)
    return EventLines(masked=masked)


def _visible(line: str) -> str:
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], line)


def as_object(event: LogEvent) -> dict[str, object]:
    """Return an event as the contract prints it; what the line does not carry is left out."""
    shown: dict[str, object] = {
        "source": event.source,
        "line": event.line,
        "time": rfc3339(event.time),
        "event": event.kind,
    }
    shown |= {key: value for key in KEYS if (value := getattr(event, key)) is not None}
    if event.kind in ("error", "warning"):
        shown["text"] = event.text
    return shown


def rfc3339(time: float | None) -> str | None:
    """Return a moment in seconds since the epoch as RFC 3339 in UTC."""
    return None if time is None else datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
