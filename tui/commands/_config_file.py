"""The configuration file as seen from outside: its keys with values and origins, a commented copy, a schema."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import tomlkit

from tui.config import Settings
from tui.config_places import Layer
from tui.engine.alerts.notify import kinds, options_type
from tui.engine.model import ChannelOptions, RuleTable
from tui.engine.redact import redact
from tui.engine.text import t

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Setting(NamedTuple):
    """One key in force."""

    key: str
    """Dotted, as in the file."""
    value: object
    origin: str
    """File and line, environment or command line; empty for the default."""


def settings_of(settings: Settings, layers: Sequence[Layer]) -> list[Setting]:
    """Return every key with its value in force, secrets masked, and the strongest layer that set it."""
    return [Setting(key, _masked(value), origin_of(key, layers)) for key, value in _flat(settings)]


def _flat(settings: "DataclassInstance", prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each key that is no table with its value; a mapping yields its entries, an empty one itself."""
    for item in dataclasses.fields(settings):
        value, key = getattr(settings, item.name), f"{prefix}{item.name}"
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, Mapping) and value:
            yield from _entries(value, key)
        else:
            yield key, value


def _entries(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping) and value:
            yield from _entries(value, key)
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _masked(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value


def origin_of(key: str, layers: Sequence[Layer]) -> str:
    """Return where a key was set most strongly: file and line, environment or command line; empty if nowhere."""
    for layer in reversed(layers):
        if _holds(layer.table, key.split(".")):
            return layer.origin.of(key)
    return ""


def _holds(table: Mapping[str, Any], names: Sequence[str]) -> bool:
    name, *rest = names
    if name not in table:
        return False
    return not rest or (isinstance(table[name], Mapping) and _holds(table[name], rest))


def commented() -> str:
    """Return a configuration file that sets nothing: every key with its meaning and default, commented out."""
    lines = [f"# {line}" if line else "#" for line in t("settings.head").strip().splitlines()]
    return "\n".join([*lines, "", *_commented(Settings())]) + "\n"


def _commented(settings: "DataclassInstance", table: str = "") -> Iterator[str]:
    """Yield the lines of one table, its own keys before the tables within it."""
    inner: list[tuple[str, Any]] = []
    for item in dataclasses.fields(settings):
        value, key = getattr(settings, item.name), f"{table}{item.name}"
        if dataclasses.is_dataclass(value) and not isinstance(value, type) and not _is_leaf(value):
            inner.append((key, value))
            continue
        yield from (f"# {line}" for line in t(f"settings.{key.replace('.', '_')}").splitlines())
        yield from (f"#{line}" for line in _toml(item.name, value))
        yield ""
    for key, value in inner:
        yield from (f"# {line}" for line in t(f"settings.{key.replace('.', '_')}").splitlines())
        yield f"[{key}]"
        yield from _commented(value, f"{key}.")


def _is_leaf(value: "DataclassInstance") -> bool:
    """Tell whether a table reads best on one line, as a pair of limits does."""
    return all(isinstance(getattr(value, item.name), int | float) for item in dataclasses.fields(value)) and (
        len(dataclasses.fields(value)) <= 2
    )


def _toml(name: str, value: object) -> list[str]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inline = tomlkit.inline_table()
        inline.update(dataclasses.asdict(value))
        value = inline
    if isinstance(value, Mapping) and not value:
        return [f"{name} = {{}}"]
    return tomlkit.dumps({name: list(value) if isinstance(value, tuple) else value}).splitlines()


_TYPES: dict[object, str] = {str: "string", bool: "boolean", int: "integer", float: "number", RuleTable: "object"}


def json_schema(kind: "type[DataclassInstance]", table: str = "") -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a settings class."""
    hints = get_type_hints(kind)
    properties = {name: _property(hint, f"{table}{name}") for name, hint in hints.items()}
    head = {} if table else {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "voxtop"}
    return {**head, "type": "object", "additionalProperties": False, "properties": properties}


def _property(kind: Any, key: str) -> dict[str, Any]:  # noqa: ANN401 - a type
    if kind is ChannelOptions:
        found: dict[str, Any] = {"oneOf": [_channel(each, key) for each in kinds()]}
    elif dataclasses.is_dataclass(kind) and isinstance(kind, type):
        found = json_schema(kind, f"{key}.")
    elif get_origin(kind) is Mapping:
        found = {"type": "object", "additionalProperties": _property(get_args(kind)[1], f"{key}.*")}
    elif get_origin(kind) is tuple:
        found = {"type": "array", "items": _item(get_args(kind)[0])}
    else:
        found = _item(kind)
    return found | _described(key)


def _item(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a type
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    return {"type": _TYPES[kind]} if kind in _TYPES else {}


def _channel(kind: str, key: str) -> dict[str, Any]:
    """Return the schema of one kind of channel, told from the others by ``kind``."""
    found = json_schema(options_type(kind), f"{key}.")
    found["properties"]["kind"] = {"const": kind}
    return {**found, "required": ["kind"]}


def _described(key: str) -> dict[str, str]:
    """Return the meaning of a key; within tables that a user names, and for the two limits, it goes without."""
    name = f"settings.{key.replace('.', '_')}"
    undescribed = "*" in key or key.endswith((".warn_at", ".crit_at"))
    return {} if undescribed else {"description": t(name)}
