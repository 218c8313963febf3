"""Writes YAML that reads well: blocks for structure, quotes for texts, literal blocks for texts of several lines."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

_WORD = re.compile(r"[A-Za-z][\w.-]*")
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})

Yaml = Mapping[str, "Yaml"] | Sequence["Yaml"] | str | int | float | bool


def dump(value: Yaml) -> str:
    """Return a document."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Yaml) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{key}:", item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            first, *more = _lines(item)
            yield f"- {first}"
            yield from (f"  {line}" if line else "" for line in more)
    else:
        yield _scalar(value)


def _entry(key: str, item: Yaml) -> Iterator[str]:
    if isinstance(item, str) and "\n" in item:
        yield f"{key} |-"
        yield from (f"  {line}" if line else "" for line in item.splitlines())
    elif isinstance(item, Mapping | Sequence) and not isinstance(item, str) and item:
        yield key
        yield from (f"  {line}" if line else "" for line in _lines(item))
    else:
        yield f"{key} {_scalar(item)}"


def _scalar(value: Yaml) -> str:
    """Return a word bare, another text in single quotes if it can be, and the rest as JSON, which is YAML too."""
    if isinstance(value, str) and _WORD.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    if isinstance(value, str) and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)
