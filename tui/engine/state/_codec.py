"""Recorded events as bytes: a column per field, compressed; a busy second takes some 12 bytes an event."""

import json
import zlib
from collections.abc import Callable, Sequence
from itertools import repeat

from tui.engine.model import LogEvent

_PRIVATE = {"trace", "id", "client", "to"}
"""Fields a log's writer or a caller may have put a secret into; the others hold words of the field."""

_WORDLESS = {"ttfb", "turn"}
"""Kinds whose text says nothing that is not in the other fields; they are most of a log."""


def encode(events: Sequence[LogEvent], clean: Callable[[str], str]) -> bytes:
    """Return the events of one source, their texts cleaned (reliability §4: nothing raw is kept)."""
    columns: dict[str, Sequence[object]] = {}
    for name, values in zip(LogEvent._fields, zip(*events, strict=True), strict=True):
        if name == "text":
            columns[name] = ["" if event.kind in _WORDLESS else clean(event.text) for event in events]
        elif name in _PRIVATE:
            columns[name] = [value and clean(value) for value in values]
        elif name != "source":
            columns[name] = values
    told = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def decode(source: str, body: bytes) -> list[LogEvent]:
    """Return the events that ``encode`` wrote, as events of a source of this name."""
    columns = json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
    n = len(columns["kind"])
    columns["source"] = [source] * n
    defaults = LogEvent._field_defaults
    fields = [columns.get(name) or repeat(defaults.get(name), n) for name in LogEvent._fields]
    return list(map(LogEvent._make, zip(*fields, strict=True)))
