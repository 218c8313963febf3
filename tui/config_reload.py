"""What tells that the configuration file is another one, and what changed with it."""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

from tui.config import Settings

GONE = (0, 0)
"""The stamp of a file that is not there."""


def file_stamp(path: Path) -> tuple[int, int]:
    """Return what shows that a file has changed: time and size."""
    try:
        found = path.stat()
    except OSError:
        return GONE
    return found.st_mtime_ns, found.st_size


def changed_keys(before: Settings, after: Settings) -> tuple[str, ...]:
    """Return the keys whose values differ, of a table the key within: ``thresholds.min_calls``, ``notify.mail``."""
    return tuple(_changed(before, after))


def _changed(before: Settings, after: Settings) -> Iterator[str]:
    for item in dataclasses.fields(Settings):
        old, new = getattr(before, item.name), getattr(after, item.name)
        if old == new:
            continue
        olds, news = _table(old), _table(new)
        if olds or news:
            keys = dict.fromkeys((*olds, *news))
            yield from (f"{item.name}.{key}" for key in keys if olds.get(key) != news.get(key))
        else:
            yield item.name


def _table(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    return {}
