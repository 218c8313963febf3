"""The kernel in C that looks at whole blocks of lines: ``kernel.c``, compiled where voxtop was installed if possible.

It finds what numpy finds, sooner. Whether it is used is decided here and nowhere else: it is where it was built of the
very ``kernel.c`` beside it, for this processor, and ``VOXTOP_KERNEL`` is not ``off``.
"""

import ctypes
import os
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SOURCES = tuple(
    Path(__file__).with_name(name) for name in ("kernel.c", "kernel_columns.c", "kernel_tokens.c", "kernel.h")
)
BUILT = Path(__file__).with_name("kernel.bin")

KINDS = LATENCY, CALL, FAILURE = range(3)
"""Of layouts; each has columns of its own."""

NONE = -1
NEW_MINUTE = 1
"""``scan_lines`` returned since it wants to know when a minute begins; 0 when all lines are done."""

STEP = 16
"""Bytes that are looked at in one step: so many have to be there behind whatever is looked at."""

Places = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_NUMBER, _ADDRESS = ctypes.c_int64, ctypes.c_void_p
_SPARE = 66
"""Lines that ``find_lines`` wants room for besides those there are."""


class Scan(ctypes.Structure):
    """What ``scan_lines`` works on; addresses are of memory that somebody else keeps alive."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("text", "literals", "folded", "starts", "ends", "lines")),
        *((name, ctypes.c_int64) for name in ("line_count", "next")),
        *((name, ctypes.c_void_p) for name in ("found", "codes", "left")),
        ("left_count", ctypes.c_int64),
        ("columns", ctypes.c_void_p),
        ("rows", ctypes.c_int64),
        ("counts", ctypes.c_int64 * len(KINDS)),
        ("heads", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("heads_count", "heads_tried", "tried")),
        *((name, ctypes.c_void_p) for name in ("layouts", "pieces", "mix", "tellings", "known")),
        ("known_bits", ctypes.c_int64),
        ("minutes", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("minute_place", "minute_slot", "minute_zone")),
    )


_FUNCTIONS = {
    "built_of": (_NUMBER, ()),
    "size_of_scan": (_NUMBER, ()),
    "scan_lines": (_NUMBER, (ctypes.POINTER(Scan),)),
    "find_lines": (_NUMBER, (_ADDRESS, _NUMBER, _NUMBER, _ADDRESS, _ADDRESS, ctypes.POINTER(_NUMBER))),
    "fingerprints": (None, (_ADDRESS, _NUMBER, _ADDRESS, _ADDRESS, _NUMBER, _ADDRESS, _ADDRESS)),
    "find_tokens": (None, (_ADDRESS, _ADDRESS, _NUMBER, *3 * [_ADDRESS])),
    "gather": (None, (_ADDRESS, _NUMBER, _ADDRESS, _ADDRESS, _ADDRESS)),
    "mark_twins": (None, (_NUMBER, *5 * [_ADDRESS], _NUMBER, ctypes.c_double, _ADDRESS)),
}
"""What each returns and takes."""


class Kernel:
    """The functions of a library that was built of ``SOURCES``."""

    def __init__(self, library: Path) -> None:
        """Raise ``OSError`` if it cannot be loaded here, or was built of another source."""
        loaded = ctypes.CDLL(str(library))
        try:
            for name, (returned, taken) in _FUNCTIONS.items():
                function = getattr(loaded, name)
                function.restype, function.argtypes = returned, taken
        except AttributeError as error:
            raise OSError(f"{library} is another library") from error
        sources = b"".join(source.read_bytes() for source in SOURCES)
        if (loaded.built_of(), loaded.size_of_scan()) != (zlib.crc32(sources), ctypes.sizeof(Scan)):
            raise OSError(f"{library} was built of another source")
        self.scan_lines = loaded.scan_lines
        self._library = loaded

    def lines(self, address: int, size: int) -> tuple[Places, Places, bool]:
        """Return where the lines of a text start and end, and whether anything has to be taken off (``cleaned``)."""
        dirt = ctypes.c_int64()
        for room in (size // 32 + _SPARE, size + _SPARE):  # seldom are lines that short
            places = np.empty((2, room), np.int64)
            begins, ends = places.ctypes.data, places.ctypes.data + 8 * room
            count = self._library.find_lines(address, size, room, begins, ends, dirt)
            if count >= 0:
                break
        return places[0, :count], places[1, :count], bool(dirt.value)

    def fingerprints(self, address: int, begins: Places, stops: Places, longest: int, mix: Words) -> Words:
        """Return a number for each piece of a text, of which so many bytes are looked at."""
        found, begins, stops = np.empty(begins.size, np.uint64), *map(np.ascontiguousarray, (begins, stops))
        places = begins.ctypes.data, stops.ctypes.data
        self._library.fingerprints(address, begins.size, *places, longest, mix.ctypes.data, found.ctypes.data)
        return found

    def tokens(self, tables: ctypes.Structure, address: int, starts: Places, ends: Places) -> NDArray[np.uint8]:
        """Return the kinds of tokens that each of some lines holds (``TokenTables``)."""
        found, starts, ends = np.empty(starts.size, np.uint8), *map(np.ascontiguousarray, (starts, ends))
        places = starts.ctypes.data, ends.ctypes.data
        self._library.find_tokens(ctypes.addressof(tables), address, starts.size, *places, found.ctypes.data)
        return found

    def gather(self, address: int, begins: Places, ends: Places) -> bytes:
        """Return pieces of a text, each with a newline behind it."""
        begins, ends = map(np.ascontiguousarray, (begins, ends))
        gathered = np.empty(int((ends - begins).sum()) + begins.size, np.uint8)
        self._library.gather(address, begins.size, begins.ctypes.data, ends.ctypes.data, gathered.ctypes.data)
        return gathered.tobytes()

    def twins(self, columns: Sequence[NDArray[Any]], leveled: Flags, lines: int, seconds: float) -> Flags:
        """Tell which rows have one near that says the same; columns are lines, times, marks and codes."""
        found, columns = np.zeros(columns[0].size, np.bool_), [np.ascontiguousarray(column) for column in columns]
        given = *(column.ctypes.data for column in columns), leveled.ctypes.data
        self._library.mark_twins(found.size, *given, lines, seconds, found.ctypes.data)
        return found


def _loaded() -> Kernel | None:
    if os.environ.get("VOXTOP_KERNEL") == "off" or sys.byteorder != "little":
        return None
    try:
        return Kernel(BUILT)
    except OSError:
        return None


KERNEL = _loaded()
