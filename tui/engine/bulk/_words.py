"""Eight bytes of many lines at once: what a block of text says at given places, without a step per line.

A word is eight bytes, the first of them lowest. Every function takes and returns arrays of one value per line.
"""

import os
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk import _kernel

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

PADDING = 4096
"""Bytes behind the text that may be looked at."""

_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_LOW7 = np.uint64(0x7F7F7F7F7F7F7F7F)
_ZEROS = np.uint64(0x3030303030303030)
_UPPER_HALVES = np.uint64(0xF0F0F0F0F0F0F0F0)
_OVER_NINE = np.uint64(0x7676767676767676)
_PAIRS = np.uint64(0x000000FF000000FF)
_EACH = [np.uint64(char * 0x0101010101010101) for char in range(256)]
_ONE, _SEVEN, _TEN = np.uint64(1), np.uint64(7), np.uint64(10)
_BYTE, _TWO_BYTES, _FOUR_BYTES, _SEVEN_BYTES = np.uint64(8), np.uint64(16), np.uint64(32), np.uint64(56)
_UPPER, _LOWER = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
_SHIFTS: Words = np.array([(64 - 8 * count) % 64 for count in range(9)], np.uint64)
"""That leave so many bytes of a word, at its end."""

_FIRST: Words = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
_FINGERPRINT = 48
_FIRST_OF_MANY: Words = np.array(
    [
        [(1 << 8 * min(max(count - at, 0), 8)) - 1 for at in range(0, _FINGERPRINT, 8)]
        for count in range(_FINGERPRINT + 1)
    ],
    np.uint64,
)
_WHERE = np.uint64(0x0001020304050607)
"""Times a byte's lowest bit: its number, in the highest byte."""


def _scattered(count: int) -> Words:
    """Return odd numbers whose bits lie anyhow, always the same; numpy's own take 8 ms to load."""
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed >> np.uint64(2) | np.uint64(1 << 62 | 1)


MIX: Words = _scattered(512)
"""Numbers to make one of many words: for a first guess only, what is found so is looked at."""


DIRT = (b"\r", b"\x1b", b"\0")
"""Of carriage returns, the colours of a terminal, and holes: a line with any of it has to be looked at first."""

_PIECES = 2000
"""Pieces of text brought together at once: each of their bytes takes sixteen meanwhile."""

_LARGE = 8 * 1024**2
"""More than any array of a block; nothing is written there, so that it takes no memory."""


class Room:
    """Memory for one block after the other: what is asked for anew is cleared page by page by the system."""

    def __init__(self) -> None:
        np.empty(_LARGE, np.uint8)  # given back at once: from then on the C library keeps what is freed below that
        self._chars = self._flags = np.zeros(0, np.uint8)

    def of(self, size: int) -> NDArray[np.uint8]:
        """Return room for so many characters and the padding; it is given away again next time."""
        if size > self._chars.size - PADDING:
            self._chars = np.zeros(size + size // 4 + PADDING, np.uint8)
        return self._chars

    def load(self, file: int, size: int, offset: int) -> memoryview | None:
        """Read a range of a file, to be made a text of; None if there is less."""
        view = self.of(size)[:size].data
        return view if os.preadv(file, [view], offset) == size else None

    def flags(self, count: int) -> NDArray[np.uint8]:
        """Return room for so many flags, in eights, likewise."""
        if count > self._flags.size:
            self._flags = np.zeros((count + count // 4) // 8 * 8 + 8, np.uint8)
        return self._flags[: -(-count // 8) * 8]


class Text:
    """A block of lines, and any eight bytes of it."""

    def __init__(self, data: bytes | memoryview, room: Room | None = None) -> None:
        """``room`` belongs to this text until the next one is in it; a view is of what was loaded there."""
        size, room = len(data), room or Room()
        self._chars, self._size = room.of(size), size
        if isinstance(data, bytes):
            self._chars[:size] = np.frombuffer(data, np.uint8)
        self._chars[size : size + PADDING] = 0
        self._words = self._every(np.dtype("<u8"))
        self.address = self._chars.ctypes.data
        self.starts, self.ends, self.is_dirty = self._lines(size, room)
        """Where each line starts and ends; the last one has its newline too."""

    def _lines(self, size: int, room: Room) -> tuple[Places, Places, bool]:
        if _kernel.KERNEL is not None:
            return _kernel.KERNEL.lines(self.address, size)
        ends = _newlines(self._chars[:size], room.flags(size))
        starts = np.empty_like(ends)
        starts[:1] = 0
        np.add(ends[:-1], 1, out=starts[1:])
        return starts, ends, any(dirt in self.data for dirt in DIRT)

    def _every(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Return what begins at each byte."""
        return np.ndarray((self._chars.size - dtype.itemsize + 1,), dtype, self._chars, strides=(1,))

    @cached_property
    def data(self) -> bytes:
        """All of it."""
        return self.piece(0, self._size)

    def at(self, places: Places) -> Words:
        """Return the word that begins at each place."""
        return self._words[places]

    def rows(self, places: Places, count: int) -> Words:
        """Return so many words in a row from each place on: that costs little more than one."""
        return self._every(np.dtype(f"V{8 * count}"))[places].view("<u8").reshape(-1, count)

    def piece(self, place: int, size: int) -> bytes:
        """Return so many bytes from a place on."""
        return self._chars[place : place + size].tobytes()

    def pieces(self, begins: Places, ends: Places) -> bytes:
        """Return pieces of lines, each with a newline behind it."""
        if _kernel.KERNEL is not None:
            return _kernel.KERNEL.gather(self.address, begins, ends)
        starts = range(0, begins.size, _PIECES)
        return b"".join(self._some(begins[at : at + _PIECES], ends[at : at + _PIECES]) for at in starts)

    def _some(self, begins: Places, ends: Places) -> bytes:
        stops = np.cumsum(ends - begins + 1)
        places = np.arange(stops[-1] if stops.size else 0)
        places += (ends - stops + 1).repeat(ends - begins + 1)
        chars = self._chars[places]
        chars[stops - 1] = ord("\n")
        return chars.tobytes()

    def line(self, index: int) -> bytes:
        """Return a line without its newline."""
        return self._chars[self.starts[index] : self.ends[index]].tobytes()

    def lines(self, first: int, stop: int) -> list[bytes]:
        """Return some lines in a row."""
        if first >= stop:
            return []
        return self._chars[self.starts[first] : self.ends[stop - 1]].tobytes().split(b"\n")


def _newlines(chars: NDArray[np.uint8], flags: NDArray[np.uint8]) -> Places:
    """Return where the newlines are; eight flags are looked at in one step, as hardly ever two of them are set."""
    flags[-8:] = 0
    np.equal(chars, 10, out=flags[: chars.size].view(np.bool_))
    eights = flags.view("<u8")
    some: Places = (eights != 0).nonzero()[0]
    seen = eights[some]
    if (seen & (seen - _ONE)).any():
        return np.flatnonzero(flags)
    seen *= _WHERE
    seen >>= _SEVEN_BYTES
    some <<= 3
    some += seen.view(np.int64)
    return some


def word(literal: bytes) -> np.uint64:
    """Return up to eight bytes as a word, the rest of it zero."""
    return np.uint64(int.from_bytes(literal.ljust(8, b"\0"), "little"))


def only(count: int) -> np.uint64:
    """Return the mask of the first bytes of a word."""
    return np.uint64((1 << 8 * count) - 1)


def first_bytes(counts: Places) -> Words:
    """Return the mask of the first ``counts`` (0…8) bytes of a word."""
    return _FIRST[counts]


def no_digits(words: Words) -> Words:
    """Return words with the high bit of each byte set that is no digit."""
    off = words ^ _ZEROS
    found = off & _LOW7
    found += _OVER_NINE
    found |= off
    found &= _HIGH
    return found


def without_digits(words: Words) -> Words:
    """Return words with 0 for every digit."""
    kept = no_digits(words)
    kept |= kept - (kept >> _SEVEN)
    kept |= _UPPER_HALVES
    kept &= words
    return kept


def digit_slacks(words: Words) -> Words:
    """Return what may be added without touching a high bit to words that differ from these in their digits only."""
    return _OVER_NINE + (no_digits(words) >> _SEVEN) * np.uint64(9)


def first_mark(marks: Words) -> Places:
    """Return the index of the first byte whose high bit is set, 8 where none is; no other bit may be set."""
    index = marks >> _SEVEN
    index ^= index - _ONE
    index >>= _ONE
    index &= _ONES
    index *= _ONES
    index >>= _SEVEN_BYTES
    return index.view(np.int64)


def unusual(words: Words, low: int, others: bytes = b"") -> Words:
    """Return words with the high bit set of their first byte below ``low``, above ASCII or among some others.

    Bits of bytes behind that one mean nothing.
    """
    found = words - _EACH[low]
    found |= words
    for char in others:
        off = words ^ _EACH[char]
        less = off - _ONES
        np.invert(off, out=off)
        less &= off
        found |= less
    found &= _HIGH
    return found


def number(words: Words, counts: Places) -> Places:
    """Return the number that the first ``counts`` (1…8) digits of each word write."""
    values = words ^ _ZEROS
    values <<= _SHIFTS[counts]
    return eight_digits(values)


def eight_digits(values: Words) -> Places:
    """Return the number whose digits, none of them above nine, are the bytes of each word."""
    pairs = values * _TEN
    pairs += values >> _BYTE
    upper = pairs & _PAIRS
    upper *= _UPPER
    pairs >>= _TWO_BYTES
    pairs &= _PAIRS
    pairs *= _LOWER
    pairs += upper
    pairs >>= _FOUR_BYTES
    return pairs.view(np.int64)


def slack(digits: np.uint64) -> np.uint64:
    """Return what added to a word touches no high bit as long as its ``digits`` are nine at most, the rest zero."""
    return np.uint64(int(_LOW7) - 9 * (int(digits) & int(_ONES)))


def over(values: Words, slacks: Words) -> Words:
    """Return words that are not zero where a byte is more than there may be."""
    found = values + slacks
    found |= values
    found &= _HIGH
    return found


def wrong_places(values: Words, slacks: Words) -> Places:
    """Return which of rows of words, one behind the other, have more somewhere than may be; changes ``slacks``."""
    slacks += values
    slacks |= values
    if np.minimum.reduce(slacks.view(np.int8), axis=None, initial=0) >= 0:
        return np.zeros(0, np.int64)
    places: Places = (slacks & _HIGH).reshape(-1).nonzero()[0]
    return places


def fingerprints(text: Text, begins: Places, stops: Places) -> Words:
    """Return numbers of which those of equal pieces of text are equal; only the first bytes are looked at."""
    if _kernel.KERNEL is not None:
        return _kernel.KERNEL.fingerprints(text.address, begins, stops, _FINGERPRINT, MIX)
    words = text.rows(begins, _FINGERPRINT // 8)
    words &= _FIRST_OF_MANY.take(np.minimum(stops - begins, _FINGERPRINT), axis=0)
    return words @ MIX[: _FINGERPRINT // 8]
