"""JSON loggers: the orchestrator's own, python-json-logger, structlog, loguru serialised, pino."""

import re
from collections.abc import Mapping

from tui.engine.envelopes._broken_json import broken_object
from tui.engine.envelopes._cleaning import without_halves
from tui.engine.envelopes._envelope import Layer
from tui.engine.envelopes._json import json_object, stamp_at, text_at
from tui.engine.envelopes._levels import level_named
from tui.engine.model import Level

_MESSAGE = ("message", "msg", "MESSAGE", "event", "log", "text")
_LEVEL = ("level", "levelname", "severity", "lvl", "loglevel", "log.level")
_TIME = ("timestamp", "time", "ts", "asctime", "@timestamp", "datetime")
_TRACE = ("exc_info", "exception", "exc_text", "stack_info", "stack", "traceback")
_TRACE_KEYS = frozenset({*_TRACE, "err"})


class JsonObject:
    """One JSON object per record; what counts as its message is listed in formats §2.3."""

    name = "json_object"
    rank = 20
    starts = "{"
    candidates = re.compile(rb'level\\*"[ \t]*:[ \t]*[4-9]')
    """A number from 40 on is the only sign of a failure that is no word."""

    def unwrap(self, text: str) -> Layer | None:
        """Return the record inside, or None if the text is no JSON object with a message."""
        fields = json_object(text) or broken_object(text)
        if fields is None:
            return None
        if "\\ud" in text or "\\uD" in text:
            fields = {key: without_halves(value) if isinstance(value, str) else value for key, value in fields.items()}
        record = fields.get("record")
        if isinstance(record, dict) and text_at(record, "message"):
            return _loguru(record)
        message = text_at(fields, *_MESSAGE)
        if not message:
            return None
        return Layer(
            message.lstrip("\n"),
            _level(fields),
            stamp_at(fields, *_TIME),
            fields=fields,
            logger=text_at(fields, "name", "logger", "logger_name"),
            more=_trace(fields),
        )


def _level(fields: Mapping[str, object]) -> Level | None:
    for key in _LEVEL:
        value = fields.get(key)
        found = level_named(value) if isinstance(value, str) or key == "level" else None
        if found:
            return found
    return None


def _trace(fields: Mapping[str, object]) -> str:
    if _TRACE_KEYS.isdisjoint(fields):
        return ""
    error = fields.get("err")
    return text_at(fields, *_TRACE) or (text_at(error, "stack", "message") if isinstance(error, dict) else "")


def _loguru(record: Mapping[str, object]) -> Layer:
    """Read the ``record`` of a loguru sink with ``serialize=True``."""
    level, time, exception = record.get("level"), record.get("time"), record.get("exception")
    return Layer(
        text_at(record, "message").lstrip("\n"),
        level_named(text_at(level, "name")) if isinstance(level, dict) else None,
        stamp_at(time, "timestamp", "repr") if isinstance(time, dict) else None,
        fields=record,
        logger=text_at(record, "name"),
        more=": ".join(filter(None, (text_at(exception, "type"), text_at(exception, "value"))))
        if isinstance(exception, dict)
        else "",
    )


ENVELOPE = JsonObject()
