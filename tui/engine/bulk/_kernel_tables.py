"""What was learned of a log, as the tables that ``kernel.c`` reads; each mirrors a struct there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._failures import FailureLayout
from tui.engine.bulk._kernel import CALL, FAILURE, LATENCY, STEP, Scan
from tui.engine.bulk._layouts import Layout
from tui.engine.bulk._literals import Heads
from tui.engine.bulk._sample_layout import SampleLayout
from tui.engine.bulk._templates import LONGEST
from tui.engine.bulk._words import MIX

Piece = tuple[int, bytes, int]
"""What it is, the bytes that have to stand there or end it, and whether it is within quotation marks."""

_LITERAL, _SKIP, _TOKEN, _MILLISECONDS, _WHOLE, _PLAIN_REST, _QUOTED_REST, _QUOTED_TEXT, _TRACE, _END = range(10)

_FOLLOWING, _NONE = 5, -1
"""Where a layout's row has the one to try after it, and what stands there if there is none."""

_KNOWN = np.dtype([("number", "<u8"), ("place", "<i4"), ("size", "<i2"), ("code", "<u2")])
_FEWEST_BITS = 8
_MOVED = -1
"""Instead of a size: the line is in another slot now."""

_FOLDED = bytes(max((char - ord("0")) % 256, 9) for char in range(256))
"""As no two characters are the same, but all digits."""

_STAMP = 32
"""A line begins with a time of so many bytes, which is no help in telling it from others."""

_ALIKE, _LOOKED_AT = 16, 256
"""Lines that may have the same number, and those that are looked at to choose of which bytes it is made."""

_LOWER_HALF, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)

_CODES = 4
"""Codes are fewer; with each is how many bytes at the end of the line have to stand there as they are."""


def pieces(layout: Layout | FailureLayout) -> Iterator[Piece]:
    """Yield what has to stand in a line behind its time, one behind the other."""
    yield _LITERAL, layout.head, 0
    if isinstance(layout, FailureLayout):
        if layout.traced:
            yield _TRACE, b"", 0
        yield _LITERAL, layout.tail, 0
        return
    quoted = layout.quoted
    if isinstance(layout, SampleLayout):
        if layout.token:
            yield _TOKEN, b" ", quoted
            yield _LITERAL, layout.label, 0
        yield _MILLISECONDS, b'"' if quoted else b"\n", 0
        yield _QUOTED_REST if quoted else _PLAIN_REST, b"", 0
    else:
        yield _TOKEN, layout.end, quoted
        if layout.duration:
            yield _LITERAL, layout.duration, 0
            yield _WHOLE, b"", 0
            yield _LITERAL, b"s", 0
    yield _LITERAL, layout.tail, 0
    if layout.after is not None:
        yield _QUOTED_TEXT, b"", 0
        yield _LITERAL, layout.after, 0


class LayoutTables:
    """Layouts as programs of pieces, and which of them a line may have."""

    def __init__(self, layouts: Mapping[Layout, int], failures: Mapping[FailureLayout, int]) -> None:
        """They are given with a code each."""
        every: list[tuple[Layout | FailureLayout, int]] = [*layouts.items(), *failures.items()]
        self.zones = list(dict.fromkeys(layout.stamp.zone for layout, _ in every))
        """By their numbers."""
        self._literals = bytearray()
        self._pieces: list[Sequence[int]] = []
        numbers = {layout: number for number, (layout, _) in enumerate(every)}
        rows = [self._row(layout, code) for layout, code in every]
        heads = []
        for size in dict.fromkeys(layout.stamp.size for layout in numbers):
            same = [layout for layout in numbers if layout.stamp.size == size]
            guess = Heads([layout.head for layout in same])
            own = np.array([*(numbers[layout] for layout in same), _NONE], np.int32)
            heads.append(np.concatenate(([size + guess.offset, guess.count], own[guess.slots])).astype(np.int32))
            for layout, following in zip(same, own[guess.following].tolist(), strict=True):
                rows[numbers[layout]][_FOLLOWING] = following
        self._arrays: dict[str, NDArray[Any]] = {
            "heads": np.array(heads, np.int32),
            "layouts": np.array(rows, np.int32),
            "pieces": np.array(self._pieces, np.int32),
            "literals": np.frombuffer(bytes(self._literals) + b"\0" * STEP, np.uint8),
        }
        self._count = len(heads)

    def _row(self, layout: Layout | FailureLayout, code: int) -> list[int]:
        stamp, first = layout.stamp, len(self._pieces)
        self._add([(_LITERAL, stamp.prefix, 0), (_SKIP, bytes([stamp.size - len(stamp.prefix)]), 0)])
        self._add(pieces(layout))
        self._add([(_END, b"", 0)])
        message = stamp.size + layout.message if isinstance(layout, SampleLayout) else 0
        return [
            *(first, _kind(layout), code, message, layout.least, _NONE),
            *(len(stamp.prefix), stamp.digits, stamp.separator[0], self.zones.index(stamp.zone), stamp.size),
        ]

    def _add(self, some: Iterable[Piece]) -> None:
        for what, chars, quoted in some:
            if what == _LITERAL and chars:
                self._pieces.append((what, len(self._literals), len(chars)))
                self._literals += chars
            elif what != _LITERAL:
                self._pieces.append((what, chars[0] if chars else 0, quoted))

    def show(self, scan: Scan) -> None:
        """Let a scan look for these; they have to live as long as it does."""
        for name, array in self._arrays.items():
            setattr(scan, name, array.ctypes.data)
        scan.heads_count = self._count


def _kind(layout: Layout | FailureLayout) -> int:
    if isinstance(layout, FailureLayout):
        return FAILURE
    return LATENCY if isinstance(layout, SampleLayout) else CALL


class KnownLines:
    """Lines with a code each, by a number made of a few of their bytes: a table with open addresses.

    Which bytes these are is chosen for each length, as they tell the lines of it from each other.
    """

    def __init__(self) -> None:
        self._slots: NDArray[np.void] = np.zeros(1 << _FEWEST_BITS, _KNOWN)
        self._folded = np.zeros(1 << 14, np.uint8)
        self._used = self._filled = 0
        """Bytes, and slots: also those of lines that are in another one now."""
        sizes = np.maximum(np.arange(LONGEST + 1), STEP)
        self._tellings = np.stack((np.minimum(sizes - STEP, _STAMP), sizes - 8), axis=1).astype(np.int16)
        self._counts, self._chosen = np.zeros((2, LONGEST + 1), np.int64)
        """How many there are of each length, and how many there were when it was chosen where they are looked at."""

    def add(self, line: bytes, code: int, exact: int = 0) -> None:
        """Remember a line of at most ``LONGEST`` bytes, whatever its digits are, but those of its last ``exact``.

        It is not remembered where too many others cannot be told from it at first: all of these are looked at.
        """
        size = len(line)
        folded = np.frombuffer(line.ljust(STEP, b"\0").translate(_FOLDED), np.uint8)
        number = int(self._numbers(_words(folded[np.newaxis]), size)[0])
        if self._alike(number) and self._counts[size] >= 2 * self._chosen[size]:
            self._choose(size, folded)
            number = int(self._numbers(_words(folded[np.newaxis]), size)[0])
        if self._alike(number) < _ALIKE:
            place = self._keep(folded, np.frombuffer(line, np.uint8)[size - exact :])
            self._put((number, place, size, exact * _CODES + code))
            self._counts[size] += 1

    def _keep(self, *parts: NDArray[np.uint8]) -> int:
        """Return where some bytes are kept, one behind the other, and as many behind them as are looked at."""
        place = self._used
        for part in parts:
            begin, self._used = self._used, self._used + part.size
            if self._used + STEP > self._folded.size:
                self._folded = np.concatenate((self._folded, np.zeros(self._used + STEP, np.uint8)))
            self._folded[begin : self._used] = part
        return place

    def _alike(self, number: int) -> int:
        """Return how many lines have this number."""
        slot, found = self._first(number), 0
        while self._slots[slot]["size"]:
            found += int(self._slots[slot]["number"]) == number
            slot = (slot + 1) % self._slots.size
        return found

    def _choose(self, size: int, line: NDArray[np.uint8]) -> None:
        """Choose which bytes tell lines of a length, and the one that is to come, from each other."""
        mine = (self._slots["size"] == size).nonzero()[0]
        rows = self._slots[mine]
        words = _words(np.concatenate((self._folded[rows["place"][:, np.newaxis] + np.arange(line.size)], [line])))
        some = words[-_LOOKED_AT:]
        first = _telling(some)
        self._tellings[size] = first, _telling(some[:, [first]] * MIX[0] + some * MIX[1])
        self._slots["size"][mine] = _MOVED
        rows["number"] = self._numbers(words[:-1], size)
        for row in rows.tolist():
            self._put(row)
        self._chosen[size] = mine.size

    def _numbers(self, words: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
        """Return the numbers of lines of a length, of which every word is given."""
        mixed = words[:, self._tellings[size]] ^ MIX[:2]
        products = (mixed & _LOWER_HALF) * (mixed >> _HALF)
        numbers: NDArray[np.uint64] = (products[:, 0] + products[:, 1] + np.uint64(size)) * MIX[0]
        return numbers

    def _put(self, row: tuple[int, int, int, int]) -> None:
        if 2 * self._filled >= self._slots.size:
            old = self._slots[self._slots["size"] > 0]
            self._slots, self._filled = np.zeros(2 * self._slots.size, _KNOWN), 0
            for each in old.tolist():
                self._put(each)
        slot = self._first(row[0])
        while self._slots[slot]["size"]:
            slot = (slot + 1) % self._slots.size
        self._slots[slot] = row
        self._filled += 1

    def _first(self, number: int) -> int:
        return number >> (64 - self._bits)

    @property
    def _bits(self) -> int:
        return self._slots.size.bit_length() - 1

    def show(self, scan: Scan) -> None:
        """Let a scan look for these; it has to be told again after more were added."""
        scan.known, scan.known_bits, scan.folded = self._slots.ctypes.data, self._bits, self._folded.ctypes.data
        scan.tellings = self._tellings.ctypes.data


def _words(lines: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the word that begins at each byte of some lines of a length."""
    count, size = lines.shape
    return np.ndarray((count, size - 7), "<u8", np.ascontiguousarray(lines), strides=(size, 1))


def _telling(words: NDArray[np.uint64]) -> int:
    """Return the column that has most different words, the last one of such: lines begin alike."""
    ordered = np.sort(words, axis=0)
    return int(words.shape[1] - 1 - (ordered[1:] != ordered[:-1]).sum(axis=0)[::-1].argmax())
