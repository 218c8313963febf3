"""Lines told by what is in them beside digits, many at once: by a number made of it, and then word by word."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._words import MIX, Places, Text, Words, first_bytes, without_digits

LONGEST = 256
"""Bytes of a line that is told so."""

_SLOT_BITS = 12
_STAMP_WORDS = 3
"""A line of some length begins with a time, which is no help in telling it from others."""

_AT_ONCE = 2048
"""Lines looked at in one step: what is worked on should stay in the processor's cache."""


class Templates:
    """Templates of lines of any length, each with a code of its own."""

    def __init__(self) -> None:
        self._by_size: dict[int, _OneSize] = {}

    def add(self, lines: Sequence[bytes], codes: Sequence[int]) -> None:
        """Remember lines that are not remembered yet."""
        text = Text(b"".join(line + b"\n" for line in lines))
        added = np.array(codes, np.int8)
        for size, mine in _sizes(text, np.arange(text.ends.size)):
            self._by_size.setdefault(size, _OneSize(size)).add(text, mine, added[mine])

    def codes(self, text: Text, lines: Places) -> NDArray[np.int8]:
        """Return the code of each of some lines, 0 where none is remembered that differs in digits only."""
        found = np.zeros(text.ends.size, np.int8)
        for size, mine in _sizes(text, lines):
            if size in self._by_size:
                for begin in range(0, mine.size, _AT_ONCE):
                    some = mine[begin : begin + _AT_ONCE]
                    found[some] = self._by_size[size].codes(text, some)
        return found[lines]


class _OneSize:
    """Templates of lines of so many words; the first one fits none."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._mix = MIX[:size].copy()
        if size > _STAMP_WORDS:
            self._mix[:_STAMP_WORDS] = 0
        self._wanted: Words = np.zeros((1, size), np.uint64)
        self._lengths = np.zeros(1, np.int64)
        self._codes = np.zeros(1, np.int8)
        self._next = [0]
        self._slots = np.zeros(1 << _SLOT_BITS, np.int32)
        """The newest template of each number; those before it follow in ``_next``."""

    def add(self, text: Text, lines: Places, codes: NDArray[np.int8]) -> None:
        words, slots = self._look(text, lines)
        for template, slot in enumerate(slots.tolist(), len(self._next)):
            self._next.append(int(self._slots[slot]))
            self._slots[slot] = template
        self._wanted = np.concatenate((self._wanted, words))
        self._lengths = np.concatenate((self._lengths, text.ends[lines] - text.starts[lines]))
        self._codes = np.concatenate((self._codes, codes))

    def codes(self, text: Text, lines: Places) -> NDArray[np.int8]:
        words, slots = self._look(text, lines)
        lengths = text.ends[lines] - text.starts[lines]
        templates = self._slots[slots]
        left = np.flatnonzero(templates)
        while left.size:
            tried = templates[left]
            other = self._lengths[tried] != lengths[left]
            unlike = (words if left.size == lines.size else words[left]) != self._wanted.take(tried, axis=0)
            other[np.flatnonzero(unlike) // self._size] = True
            left = left[other]
            templates[left] = [self._next[template] for template in templates[left].tolist()]
            left = left[templates[left] > 0]
        return self._codes[templates]

    def _look(self, text: Text, lines: Places) -> tuple[Words, NDArray[np.int64]]:
        """Return the words of lines without their digits, and the slot of each line."""
        words = text.rows(text.starts[lines], self._size)
        words[:, -1] &= first_bytes(text.ends[lines] - text.starts[lines] - 8 * (self._size - 1))
        words = without_digits(words)
        return words, ((words @ self._mix) >> np.uint64(64 - _SLOT_BITS)).view(np.int64)


def _sizes(text: Text, lines: Places) -> list[tuple[int, Places]]:
    """Return lines by how many words they have; the empty and the longest are left out."""
    sizes = (text.ends[lines] - text.starts[lines] + 7) >> 3
    counted = np.bincount(np.minimum(sizes, LONGEST // 8 + 1), minlength=2)
    return [
        (size, lines[sizes == size]) for size in range(1, LONGEST // 8 + 1) if size < counted.size and counted[size]
    ]
