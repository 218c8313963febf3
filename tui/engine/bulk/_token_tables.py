"""Pieces of text to be looked for, as the tables that ``kernel_tokens.c`` reads; each mirrors a struct there."""

import ctypes
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._steps import STEPS

UNSURE, HOLDS_KNOWN, HOLDS_NOTHING = 1, 2, 4
"""Bits that say what a line holds."""

_BUCKETS, _FIRST = 8, 4
"""How many there are, and the bytes of a token that are looked at first."""

_ALL = slice(None)

_TOKEN = np.dtype([("first", "<u8"), ("mask", "<u8"), *((name, "<i4") for name in ("place", "size", "kind", "steps"))])

Token = tuple[bytes, int, NDArray[Any] | None]
"""With the bit of its kind, and what has to stand behind it (``STEPS``)."""


class TokenTables(ctypes.Structure):
    """Tokens in buckets, and which buckets a token may be in by its first four bytes."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("pairs", "tokens", "literals", "steps")),
        ("bounds", ctypes.c_int64 * (_BUCKETS + 1)),
    )

    def __init__(self, tokens: Sequence[Token]) -> None:
        super().__init__()
        buckets = _buckets(tokens)
        literals = b"".join(token for bucket in buckets for token, _, _ in bucket)
        self._pairs = _pairs(buckets)
        self._literals = np.frombuffer(literals + b"\0", np.uint8)
        every = [token for bucket in buckets for token in bucket]
        behind = [steps for _, _, steps in every if steps is not None]
        self._steps = np.array([np.zeros((), STEPS), *behind])
        """The first one is of no token."""
        self._tokens, place, numbers = np.zeros(len(every), _TOKEN), 0, iter(range(1, len(self._steps)))
        for row, (token, kind, steps) in enumerate(every):
            size = min(len(token), 8)
            first = int.from_bytes(token[:size], "little"), (1 << 8 * size) - 1
            self._tokens[row] = (*first, place, len(token), kind, 0 if steps is None else next(numbers))
            place += len(token)
        self.bounds[:] = np.cumsum([0, *map(len, buckets)]).tolist()
        for name in ("pairs", "tokens", "literals", "steps"):
            setattr(self, name, getattr(self, f"_{name}").ctypes.data)


def _buckets(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return tokens in buckets: those that are too short to be told well at first in one of their own."""
    short = [token for token in tokens if len(token[0]) < _FIRST]
    others = sorted((token for token in tokens if len(token[0]) >= _FIRST), key=lambda token: token[0])
    bounds = [len(others) * part // (_BUCKETS - 1) for part in range(_BUCKETS)]
    return [short, *(others[begin:end] for begin, end in pairwise(bounds))]


def _pairs(buckets: Sequence[Sequence[Token]]) -> NDArray[np.uint16]:
    """Return for each two bytes the buckets in which a token begins so, and eight bits above where one goes on so."""
    found = np.zeros((256, 256), np.uint16)
    for number, bucket in enumerate(buckets):
        for token, _, _ in bucket:
            for begin, bit in ((0, 1 << number), (2, 1 << number + _BUCKETS)):
                first, second = ([*token[at : at + 1]] or _ALL for at in (begin, begin + 1))
                found[second, first] |= np.uint16(bit)
    return found
