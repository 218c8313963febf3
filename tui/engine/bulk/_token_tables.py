"""Pieces of text to be looked for, as the tables that ``kernel_tokens.c`` reads; each mirrors a struct there."""

import ctypes
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._steps import STEPS

UNSURE, HOLDS_KNOWN, HOLDS_NOTHING = 1, 2, 4
"""Bits that say what a line holds."""

_GROUPS = 255
"""How many there are at most; 0 is none."""

_PAIRS = 1 << 16

_TOKEN = np.dtype(
    [
        ("first", "<u8"),
        ("mask", "<u8"),
        ("place", "<i4"),
        ("size", "<i4"),
        ("kind", "<i2"),
        ("ahead", "<i2"),
        ("steps", "<i4"),
    ]
)

_TABLES = ("groups", "bounds", "tokens", "literals", "steps")

Token = tuple[bytes, int, NDArray[Any] | None]
"""With the bit of its kind, and what has to stand behind it (``STEPS``)."""


class TokenTables(ctypes.Structure):
    """Tokens in groups, and by two bytes of a text the group of those that may stand there."""

    _fields_ = tuple((name, ctypes.c_void_p) for name in _TABLES)

    def __init__(self, tokens: Sequence[Token], example: bytes) -> None:
        """``example`` is like the text to be looked at: each token is looked for by what is rare there."""
        super().__init__()
        groups = _groups(tokens, example)
        every = [sought for _, group in groups for sought in group]
        self._groups = np.zeros(_PAIRS, np.uint8)
        for number, (pairs, _) in enumerate(groups, 1):
            self._groups[list(pairs)] = number
        self._bounds = np.array([0, *accumulate((len(group) for _, group in groups), initial=0)], np.int64)
        self._literals = np.frombuffer(b"".join(sought.token[0] for sought in every) + b"\0", np.uint8)
        behind = [sought.token[2] for sought in every if sought.token[2] is not None]
        self._steps = np.array([np.zeros((), STEPS), *behind])
        """The first one is of no token."""
        self._tokens, place, numbers = np.zeros(len(every), _TOKEN), 0, iter(range(1, len(self._steps)))
        for row, ((token, kind, steps), ahead) in enumerate(every):
            number = 0 if steps is None else next(numbers)
            self._tokens[row] = (*_first(token), place, len(token), kind, ahead, number)
            place += len(token)
        for name in _TABLES:
            setattr(self, name, getattr(self, f"_{name}").ctypes.data)


class _Sought(NamedTuple):
    token: Token
    ahead: int
    """Bytes of it before the pair by which it is looked for."""


def _groups(tokens: Sequence[Token], example: bytes) -> list[tuple[list[int], list[_Sought]]]:
    """Return pairs of bytes and the tokens that may stand there, each token by its rarest pair.

    Where there would be too many groups, the last one is all that are left.
    """
    often = np.bincount(_pairs(example), minlength=_PAIRS)
    every, standing = list[_Sought](), defaultdict[int, list[int]](list)
    for number, token in enumerate(tokens):
        pairs = _pairs(token[0])
        ahead = int(often[pairs].argmin()) if pairs.size else 0
        every.append(_Sought(token, ahead))
        for pair in pairs[ahead : ahead + 1].tolist() or _short(token[0]):
            standing[pair].append(number)
    alike = defaultdict[tuple[int, ...], list[int]](list)
    for pair, numbers in standing.items():
        alike[tuple(numbers)].append(pair)
    groups = [(pairs, [every[number] for number in numbers]) for numbers, pairs in alike.items()]
    left = groups[_GROUPS - 1 :]
    last = [pair for pairs, _ in left for pair in pairs], [sought for _, group in left for sought in group]
    return [*groups[: _GROUPS - 1], last] if left else groups


def _short(token: bytes) -> range:
    """Return the pairs that begin with a token of one byte, or with one of none."""
    return range(token[0], _PAIRS, 256) if token else range(_PAIRS)


def _pairs(text: bytes) -> NDArray[np.int64]:
    """Return each two bytes of a text as a number, the first of them lowest."""
    chars = np.frombuffer(text, np.uint8).astype(np.int64)
    return chars[:-1] + 256 * chars[1:]


def _first(token: bytes) -> tuple[int, int]:
    """Return the first eight bytes of a token as a word, and which bits of it count."""
    size = min(len(token), 8)
    return int.from_bytes(token[:size], "little"), (1 << 8 * size) - 1
