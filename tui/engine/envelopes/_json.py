"""Reads JSON objects out of log lines without ever stopping the reader."""

import json
from collections.abc import Mapping

_DECODER = json.JSONDecoder()
_WHITESPACE = " \t\n\r"
_OTHER_RECORD = {"record", "err"}
"""Fields that may hold another message."""


def json_object(text: str) -> dict[str, object] | None:
    """Return the object a line consists of, or None: broken JSON is plain text (formats §2.3)."""
    if not text.startswith("{") or not text.rstrip().endswith("}"):
        return None
    try:
        found, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and not text[end:].strip(_WHITESPACE) else None


def is_one_record(raw: bytes) -> bool:
    """Tell whether a line is one whole object in which no field stands for another: each is there once."""
    names: list[str] = []

    def noted(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names.extend(name for name, _ in pairs)
        return dict(pairs)

    try:
        json.loads(raw, object_pairs_hook=noted)
    except (ValueError, RecursionError):
        return False
    return len(names) == len(set(names)) and _OTHER_RECORD.isdisjoint(names)


def text_at(fields: Mapping[str, object], *keys: str) -> str:
    """Return the first value under ``keys`` that is a non-empty string, or an empty one."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value:
            return value
    return ""


def stamp_at(fields: Mapping[str, object], *keys: str) -> str | float | None:
    """Return the first time under ``keys``: as written, or seconds where it is a number (pino: milliseconds)."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value / 1000 if value > 100_000_000_000 else float(value)
    return None
