"""Lines told by what is in them beside digits, many at once: guessed by a few words, and then looked at in all."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._words import MIX, Places, Text, Words, digit_slacks, first_bytes, without_digits, wrong_places

LONGEST = 256
"""Bytes of a line that is told so."""

_SLOT_BITS = 12
_STAMP_WORDS = 3
"""A line of some length begins with a time, which is no help in telling it from others."""

_AT_ONCE = 20_000
"""Words looked at in one step: what is worked on should stay in the processor's cache."""


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
                step = _AT_ONCE // size
                for begin in range(0, mine.size, step):
                    some = mine[begin : begin + step]
                    found[some] = self._by_size[size].codes(text, some)
        return found[lines]


class _OneSize:
    """Templates of lines of so many words; the first one stands for none.

    A few columns of words, digits aside, tell which template a line may have; there are as many as it takes to tell
    the templates from each other.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._columns = [min(_STAMP_WORDS, size - 1)]
        self._wanted: Words = np.zeros((1, size), np.uint64)
        """Each with zeros for its digits."""
        self._slacks: Words = np.zeros((1, size), np.uint64)
        """See ``digit_slacks``."""
        self._codes = np.zeros(1, np.int8)
        self._slots = np.zeros(0, np.int32)
        """The last template of each number; those before it follow in ``_next``."""
        self._next: list[int] = []

    def add(self, text: Text, lines: Places, codes: NDArray[np.int8]) -> None:
        words = self._rows(text, lines)
        self._wanted = np.concatenate((self._wanted, words))
        self._slacks = np.concatenate((self._slacks, digit_slacks(words)))
        self._codes = np.concatenate((self._codes, codes))
        numbers = self._numbers(self._wanted[1:])
        while len(alike := _pair(numbers)) and len(self._columns) < self._size:
            one, other = self._wanted[1:][alike]
            self._columns.append(int((one != other).nonzero()[0][-1]))
            numbers = self._numbers(self._wanted[1:])
        self._slots, self._next = np.zeros(1 << _SLOT_BITS, np.int32), [0]
        for template, slot in enumerate(_slots(numbers).tolist(), 1):
            self._next.append(int(self._slots[slot]))
            self._slots[slot] = template

    def codes(self, text: Text, lines: Places) -> NDArray[np.int8]:
        words = self._rows(text, lines)
        templates = self._slots[_slots(self._numbers(words))]
        left = templates.nonzero()[0]
        while left.size:
            tried = templates[left]
            off = self._wanted.take(tried, axis=0)
            off ^= words if left.size == lines.size else words[left]
            wrong = wrong_places(off, self._slacks.take(tried, axis=0))
            if not wrong.size:
                break
            other = np.zeros(left.size, np.bool_)
            other[wrong // self._size] = True
            left = left[other]
            templates[left] = [self._next[template] for template in templates[left].tolist()]
            left = left[templates[left] > 0]
        return self._codes[templates]

    def _rows(self, text: Text, lines: Places) -> Words:
        """Return the words of each line, zero behind its end."""
        starts = text.starts[lines]
        words = text.rows(starts, self._size)
        words[:, -1] &= first_bytes(text.ends[lines] - starts - 8 * (self._size - 1))
        return words

    def _numbers(self, words: Words) -> Words:
        found = np.zeros(len(words), np.uint64)
        for column in self._columns:
            found += without_digits(words[:, column]) * MIX[column]
        return found


def _slots(numbers: Words) -> Places:
    return (numbers >> np.uint64(64 - _SLOT_BITS)).view(np.int64)


def _pair(numbers: Words) -> Places:
    """Return two places at which the same number is, none if there are no such."""
    order = np.argsort(numbers)
    twins = (numbers[order[1:]] == numbers[order[:-1]]).nonzero()[0]
    return order[twins[0] : twins[0] + 2] if twins.size else twins


def _sizes(text: Text, lines: Places) -> list[tuple[int, Places]]:
    """Return lines by how many words they have; the empty and the longest are left out."""
    sizes = (text.ends[lines] - text.starts[lines] + 7) >> 3
    counted = np.bincount(np.minimum(sizes, LONGEST // 8 + 1), minlength=2)
    return [
        (size, lines[sizes == size]) for size in range(1, LONGEST // 8 + 1) if size < counted.size and counted[size]
    ]
