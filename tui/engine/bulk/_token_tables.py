"""Pieces of text to be looked for, as the tables that ``kernel_tokens.c`` reads; each mirrors a struct there."""

import ctypes
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tui.engine.parser._scan import widest

UNSURE, HOLDS_KNOWN = 1, 2
"""What a line holds."""

_BUCKETS = 8
_OF_CANDIDATES, _OF_KNOWN = 5, 2
_ALL = slice(None)

_TOKEN = np.dtype([("first", "<u8"), ("mask", "<u8"), *((name, "<i4") for name in ("place", "size", "kind", "unused"))])

Token = tuple[bytes, int]
"""With the bit that says that a line holds it."""


class TokenTables(ctypes.Structure):
    """Tokens in buckets, and which buckets a token may be in by its first four bytes."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("pairs", "tokens", "literals")),
        ("bounds", ctypes.c_int64 * (_BUCKETS + 1)),
    )

    def __init__(self, candidates: Iterable[bytes], known: Iterable[bytes], others: Sequence[Token]) -> None:
        """``others`` have bits of their own."""
        super().__init__()
        buckets = [*_parts(candidates, UNSURE, _OF_CANDIDATES), *_parts(known, HOLDS_KNOWN, _OF_KNOWN), others]
        literals = b"".join(token for bucket in buckets for token, _ in bucket)
        self._pairs = _pairs(buckets)
        self._literals = np.frombuffer(literals + b"\0", np.uint8)
        self._tokens, place = np.zeros(sum(map(len, buckets)), _TOKEN), 0
        for row, (token, kind) in enumerate(token for bucket in buckets for token in bucket):
            size = min(len(token), 8)
            first = int.from_bytes(token[:size], "little"), (1 << 8 * size) - 1
            self._tokens[row] = (*first, place, len(token), kind, 0)
            place += len(token)
        self.bounds[:] = np.cumsum([0, *map(len, buckets)]).tolist()
        for name, array in (("pairs", self._pairs), ("tokens", self._tokens), ("literals", self._literals)):
            setattr(self, name, array.ctypes.data)


def _parts(tokens: Iterable[bytes], kind: int, count: int) -> list[list[Token]]:
    """Return tokens in so many parts, with the shortest, of which the least can be told at once, in the first."""
    ordered = sorted(widest(frozenset(tokens)), key=lambda token: (min(len(token), 4), token))
    bounds = [len(ordered) * part // count for part in range(count + 1)]
    return [[(token, kind) for token in ordered[begin:end]] for begin, end in pairwise(bounds)]


def _pairs(buckets: Sequence[Sequence[Token]]) -> NDArray[np.uint16]:
    """Return for each two bytes the buckets in which a token begins so, and eight bits above where one goes on so."""
    found = np.zeros((256, 256), np.uint16)
    for number, bucket in enumerate(buckets):
        for token, _ in bucket:
            for begin, bit in ((0, 1 << number), (2, 1 << number + _BUCKETS)):
                first, second = ([*token[at : at + 1]] or _ALL for at in (begin, begin + 1))
                found[second, first] |= np.uint16(bit)
    return found
