"""What was learned of a log, as the tables that ``kernel.c`` reads; each mirrors a struct there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._failures import FailureLayout
from tui.engine.bulk._kernel import CALL, FAILURE, LATENCY, STEP, Kernel, Scan
from tui.engine.bulk._layouts import Layout
from tui.engine.bulk._literals import Heads
from tui.engine.bulk._sample_layout import SampleLayout
from tui.engine.bulk._words import MIX

Piece = tuple[int, bytes, int]
"""What it is, the bytes that have to stand there or end it, and whether it is within quotation marks."""

_LITERAL, _SKIP, _TOKEN, _MILLISECONDS, _WHOLE, _PLAIN_REST, _QUOTED_REST, _QUOTED_TEXT, _TRACE, _END = range(10)

_FOLLOWING, _NONE = 5, -1
"""Where a layout's row has the one to try after it, and what stands there if there is none."""

_KNOWN = np.dtype([("number", "<u8"), ("place", "<i4"), ("size", "<i2"), ("code", "<i2")])
_FEWEST_BITS = 8

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
            heads.append(np.concatenate(([size, guess.count], own[guess.slots])).astype(np.int32))
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
    """Lines with a code each, by a number made of all they say: a table with open addresses."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._slots: NDArray[np.void] = np.zeros(1 << _FEWEST_BITS, _KNOWN)
        self._folded = np.zeros(1 << 14, np.uint8)
        self._used = self._count = 0

    def add(self, line: bytes, code: int, exact: int = 0) -> None:
        """Remember a line of at most ``LONGEST`` bytes, whatever its digits are, but those of its last ``exact``."""
        begin = self._used + len(line) + STEP
        end = begin + exact
        if end > self._folded.size:
            self._folded = np.concatenate((self._folded, np.zeros(end, np.uint8)))
        number = self._kernel.fold_line(
            line + b"\0" * STEP, len(line), MIX.ctypes.data, self._folded.ctypes.data + self._used
        )
        self._folded[begin:end] = np.frombuffer(line, np.uint8)[len(line) - exact :]
        if 2 * self._count >= self._slots.size:
            old = self._slots[self._slots["size"] > 0]
            self._slots = np.zeros(2 * self._slots.size, _KNOWN)
            for row in old.tolist():
                self._put(row)
        self._put((number, self._used, len(line), exact * _CODES + code))
        self._used, self._count = end, self._count + 1

    def _put(self, row: tuple[int, int, int, int]) -> None:
        slot = row[0] >> (64 - self._bits)
        while self._slots[slot]["size"]:
            slot = (slot + 1) % self._slots.size
        self._slots[slot] = row

    @property
    def _bits(self) -> int:
        return self._slots.size.bit_length() - 1

    def show(self, scan: Scan) -> None:
        """Let a scan look for these; it has to be told again after more were added."""
        scan.known, scan.known_bits, scan.folded = self._slots.ctypes.data, self._bits, self._folded.ctypes.data
