"""Eight bytes of many lines at once: what a block of text says at given places, without a step per line.

A word is eight bytes, the first of them lowest. Every function takes and returns arrays of one value per line.
"""

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

PADDING = 1024
"""Bytes behind the text that may be looked at."""

_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_LOW7 = np.uint64(0x7F7F7F7F7F7F7F7F)
_ZEROS = np.uint64(0x3030303030303030)
_SPACES = np.uint64(0x2020202020202020)
_OVER_NINE = np.uint64(0x7676767676767676)
_PAIRS = np.uint64(0x000000FF000000FF)
_BYTE = np.uint64(8)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_FINGERPRINT = 48
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


class Text:
    """A block of lines, and any eight bytes of it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        padded = data + bytes(PADDING)
        self._bytes = np.frombuffer(padded, np.uint8)
        self._words: Words = np.ndarray((len(padded) - 7,), np.dtype("<u8"), padded, strides=(1,))
        self.ends: Places = np.flatnonzero(self._bytes[: len(data)] == 10)
        """Where each line ends; the last one has its newline too."""
        self.starts: Places = np.empty_like(self.ends)
        self.starts[:1] = 0
        self.starts[1:] = self.ends[:-1] + 1

    def at(self, places: Places) -> Words:
        """Return the word that begins at each place."""
        return self._words[places]

    def line(self, index: int) -> bytes:
        """Return a line without its newline."""
        return self.data[self.starts[index] : self.ends[index]]

    def lines(self, first: int, stop: int) -> list[bytes]:
        """Return some lines in a row."""
        if first >= stop:
            return []
        return self.data[self.starts[first] : self.ends[stop - 1]].split(b"\n")


def word(literal: bytes) -> np.uint64:
    """Return up to eight bytes as a word, the rest of it zero."""
    return np.uint64(int.from_bytes(literal.ljust(8, b"\0"), "little"))


def only(count: int) -> np.uint64:
    """Return the mask of the first bytes of a word."""
    return np.uint64((1 << 8 * count) - 1)


def has(text: Text, places: Places, literal: bytes) -> Flags:
    """Tell where a literal stands; the words at its end are looked at first, they differ most."""
    if len(literal) < 8:
        short: Flags = (text.at(places) & only(len(literal))) == word(literal)
        return short
    offsets = [*range(0, len(literal) - 8, 8), len(literal) - 8]
    found: Flags = text.at(places + offsets.pop()) == word(literal[-8:])
    for offset in reversed(offsets):
        left = np.flatnonzero(found)
        if not left.size:
            break
        found[left] = text.at(places[left] + offset) == word(literal[offset : offset + 8])
    return found


def no_digits(words: Words) -> Words:
    """Return words with the high bit of each byte set that is no digit."""
    off = words ^ _ZEROS
    return (((off & _LOW7) + _OVER_NINE) | off) & _HIGH


def first_mark(marks: Words) -> NDArray[np.int64]:
    """Return the index of the first byte whose high bit is set, 8 where none is."""
    lowest = marks & (~marks + np.uint64(1))
    index = ((((lowest - np.uint64(1)) & _ONES) * _ONES) >> np.uint64(56)).astype(np.int64) - 1
    index[marks == 0] = 8
    return index


def equal_bytes(words: Words, char: int) -> Words:
    """Return words with the high bit set of the first byte that is a character, and of none before it."""
    off = words ^ (_ONES * np.uint64(char))
    return (off - _ONES) & ~off & _HIGH


def number(words: Words, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number that the first ``counts`` (1…8) digits of each word write."""
    shift = _BYTE * (np.uint64(8) - counts.astype(np.uint64))
    pairs = (words ^ _ZEROS) << shift
    pairs = pairs * np.uint64(10) + (pairs >> _BYTE)
    upper = (pairs & _PAIRS) * np.uint64(0x000F424000000064)
    lower = ((pairs >> np.uint64(16)) & _PAIRS) * np.uint64(0x0000271000000001)
    return ((upper + lower) >> np.uint64(32)).astype(np.int64)


def is_plain(words: Words, counts: NDArray[np.int64], *, quoted: bool, spaces: bool) -> Flags:
    """Tell whether the first ``counts`` (0…8) bytes are printable ASCII.

    Args:
        words: what is looked at.
        counts: how many bytes of each count.
        quoted: a quotation mark or a backslash is not plain either.
        spaces: whether a space is.
    """
    shift = _BYTE * (np.uint64(8) - np.maximum(counts, 1).astype(np.uint64))
    kept = np.where(counts > 0, _ALL >> shift, np.uint64(0))
    filled = (words & kept) | (~kept & (_ONES * np.uint64(0x41)))
    low = _SPACES if spaces else _ONES * np.uint64(0x21)
    bad = ((filled - low) | filled) & _HIGH
    if quoted:
        bad |= equal_bytes(filled, 0x22) | equal_bytes(filled, 0x5C)
    plain: Flags = bad == 0
    return plain


def fingerprints(text: Text, begins: Places, stops: Places) -> Words:
    """Return numbers of which those of equal pieces of text are equal; only the first bytes are looked at."""
    found = np.zeros(begins.size, np.uint64)
    for offset in range(0, _FINGERPRINT, 8):
        counts = np.clip(stops - begins - offset, 0, 8)
        kept = np.where(counts > 0, _ALL >> (_BYTE * (np.uint64(8) - np.maximum(counts, 1).astype(np.uint64))), 0)
        found = (found ^ (text.at(np.minimum(begins + offset, stops)) & kept)) * _PRIME
    return found
