"""Patterns that are a piece of text and sets of characters behind it: the kernel walks along these without a step back.

``kernel_tokens.c`` has the same struct.
"""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

STEPS = np.dtype([("sets", "u1", 256), ("many", "u1"), ("last", "u1")])
"""For each character the steps at which it may stand, of which some are taken as often as they can; a bit for each."""

_MOST = 8

_ITEM = re.compile(rb"(\\[^a-zA-Z0-9]|\[(?!\^)(?:\\.|[^\]\\])+\]|[^\\\[\](){}.*?+|^$])(\*?)")


class _Step(NamedTuple):
    chars: frozenset[int]
    many: bool


def stepwise(pattern: re.Pattern[bytes]) -> tuple[bytes, NDArray[Any]] | None:
    """Return the text with which a pattern begins and a row of ``STEPS``; None where it is not as simple as that."""
    items = _ITEM.findall(pattern.pattern)
    if pattern.flags or b"".join(map(b"".join, items)) != pattern.pattern:
        return None
    every = [_Step(_chars(item), bool(many)) for item, many in items]
    begin = bytes(char for step in takewhile(_is_one_char, every) for char in step.chars)
    steps = every[len(begin) :]
    if not begin or not 0 < len(steps) <= _MOST or any(ord("\n") in step.chars for step in every):
        return None
    if not all(_ends_for_sure(steps, place) for place in range(len(steps))):
        return None
    row = np.zeros((), STEPS)
    for place, step in enumerate(steps):
        row["sets"][sorted(step.chars)] |= np.uint8(1 << place)
        row["many"] |= np.uint8(step.many << place)
    row["last"] = 1 << len(steps) - 1
    return begin, row


def _chars(item: bytes) -> frozenset[int]:
    return frozenset(item if len(item) == 1 else b"".join(re.findall(item, bytes(range(256)), re.DOTALL)))


def _is_one_char(step: _Step) -> bool:
    return len(step.chars) == 1 and not step.many


def _ends_for_sure(steps: Sequence[_Step], place: int) -> bool:
    """Tell whether a step takes all it can: nothing that may follow takes any of it, up to what has to."""
    if not steps[place].many:
        return True
    for step in steps[place + 1 :]:
        if step.chars & steps[place].chars:
            return False
        if not step.many:
            return True
    return False
