"""Reads what can still be read of a JSON record whose quotes were not escaped or whose end was cut off."""

import json
import re

from tui.engine.patterns import LazyPattern

_VALUE = r'(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)'
_PAIR = LazyPattern(rf'"(?P<key>[\w.@-]+)": ?(?P<value>{_VALUE})')
_HEAD = LazyPattern(rf'\{{(?:"[\w.@-]+": ?{_VALUE}, ?)*"(?:message|msg)": ?"')
_NEXT = LazyPattern(rf", ?{_PAIR.pattern}")
_REST = LazyPattern(r'(?:[^"\\]|\\.)*')
_ESCAPE = LazyPattern(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}


def broken_object(text: str) -> dict[str, object] | None:
    """Return the plain fields of a flat record and its message, or None for what is no such record.

    Everything before the message and, where the end is there, everything after it has to be well-formed:
    nothing that stands inside the message is taken for a field.
    """
    head = _HEAD.match(text)
    if not head:
        return None
    fields = {found["key"]: _value(found["value"]) for found in _PAIR.finditer(text, 1, head.end() - 1)}
    ended = text.rstrip()
    message, tail = _whole(ended, head.end()) if ended.endswith("}") else _cut(text, head.end())
    fields.update(tail)
    fields["message"] = _ESCAPE.sub(_unescaped, message)
    return fields


def _whole(text: str, start: int) -> tuple[str, dict[str, object]]:
    """Take the longest run of fields that reaches the closing brace; the message is all before it."""
    begin = end = len(text) - 1
    fields: dict[str, object] = {}
    for found in _NEXT.finditer(text, start):
        if found.start() != end:
            begin, fields = found.start(), {}
        fields[found["key"]], end = _value(found["value"]), found.end()
    if end != len(text) - 1:
        begin, fields = len(text) - 1, {}
    return text[start:begin].rstrip().removesuffix('"'), fields


def _cut(text: str, start: int) -> tuple[str, dict[str, object]]:
    """Take the message and the fields that are whole before the cut."""
    rest = _REST.match(text, start)
    at = rest.end() if rest else start
    message = text[start:at]
    fields: dict[str, object] = {}
    while found := _NEXT.match(text, at + 1 if not fields else at):
        fields[found["key"]], at = _value(found["value"]), found.end()
    return message, fields


def _value(raw: str) -> object:
    try:
        return json.loads(raw, strict=False)
    except ValueError:
        return raw


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _CONTROLS.get(found[2], found[2])
