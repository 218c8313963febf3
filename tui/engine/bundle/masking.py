"""Everything in a value that came from a log, sent through one function."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar, cast

from tui.engine.model import Playbook

T = TypeVar("T")


def masked(value: T, clean: Callable[[str], str]) -> T:
    """Return a frozen value with ``clean`` applied to every text in it; playbooks are nobody's secret."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return cast("T", clean(value))
    if isinstance(value, tuple):
        return cast("T", tuple(masked(each, clean) for each in value))
    if is_dataclass(value) and not isinstance(value, type | Playbook):
        return replace(value, **{field.name: masked(getattr(value, field.name), clean) for field in fields(value)})
    return value
