"""The kernel in C that looks at whole blocks of lines: ``kernel.c``, compiled where voxtop was installed if possible.

It finds what numpy finds, sooner. Whether it is used is decided here and nowhere else: it is where it was built of the
very ``kernel.c`` beside it, for this processor, and ``VOXTOP_KERNEL`` is not ``off``. It was built twice if it may find
AVX2, which takes twice as many bytes in one step.
"""

import ctypes
import os
import sys
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SOURCES = tuple(Path(__file__).with_name(name) for name in ("kernel.c", "kernel.h"))
BUILT = Path(__file__).with_name("kernel.bin")
BUILT_AVX2 = Path(__file__).with_name("kernel-avx2.bin")

KINDS = LATENCY, CALL, FAILURE = range(3)
"""Of layouts; each has columns of its own."""

NONE = -1
NEW_MINUTE = 1
"""``scan_lines`` returned since it wants to know when a minute begins; 0 when all lines are done."""

STEP = 64
"""Bytes that are looked at in one step at most: so many have to be there behind whatever is looked at."""

Places = NDArray[np.int64]
_COUNT = ctypes.POINTER(ctypes.c_int64)


class Columns(ctypes.Structure):
    """Addresses of columns, and how many rows there are."""

    _fields_ = (
        ("count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("lines", "codes", "times", "values")),
        *((name, ctypes.c_void_p) for name in ("messages", "stops", "tokens", "token_ends")),
    )


class Scan(ctypes.Structure):
    """What ``scan_lines`` works on; addresses are of memory that somebody else keeps alive."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("text", "literals", "folded", "starts", "ends", "lines")),
        *((name, ctypes.c_int64) for name in ("line_count", "next")),
        *((name, ctypes.c_void_p) for name in ("found", "codes", "left")),
        ("left_count", ctypes.c_int64),
        ("columns", Columns * len(KINDS)),
        ("heads", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("heads_count", "heads_tried", "tried")),
        *((name, ctypes.c_void_p) for name in ("layouts", "pieces", "mix", "known")),
        ("known_bits", ctypes.c_int64),
        ("minutes", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("minute_place", "minute_slot", "minute_zone")),
    )


class Kernel:
    """The functions of a library that was built of ``SOURCES``."""

    def __init__(self, library: Path) -> None:
        """Raise ``OSError`` if it cannot be loaded here, or was built of another source."""
        loaded = ctypes.CDLL(str(library))
        try:
            built_of, size_of_scan, self.has_avx2 = loaded.built_of, loaded.size_of_scan, loaded.has_avx2
            self.scan_lines, self.find_lines, self.fold_line = loaded.scan_lines, loaded.find_lines, loaded.fold_line
        except AttributeError as error:
            raise OSError(f"{library} is another library") from error
        self.scan_lines.argtypes = (ctypes.POINTER(Scan),)
        self.find_lines.argtypes = (ctypes.c_void_p, *2 * [ctypes.c_int64], *2 * [ctypes.c_void_p], _COUNT)
        self.fold_line.argtypes = (ctypes.c_char_p, ctypes.c_int64, *2 * [ctypes.c_void_p])
        for function in (built_of, size_of_scan, self.has_avx2, self.scan_lines, self.find_lines):
            function.restype = ctypes.c_int64
        self.fold_line.restype = ctypes.c_uint64
        sources = b"".join(source.read_bytes() for source in SOURCES)
        if (built_of(), size_of_scan()) != (zlib.crc32(sources), ctypes.sizeof(Scan)):
            raise OSError(f"{library} was built of another source")

    def lines(self, address: int, size: int) -> tuple[Places, Places, bool]:
        """Return where the lines of a text start and end, and whether anything has to be taken off (``cleaned``)."""
        dirt = ctypes.c_int64()
        for room in (size // 32 + 66, size + 66):  # seldom are lines that short
            places = np.empty((2, room), np.int64)
            begins, ends = places.ctypes.data, places.ctypes.data + 8 * room
            count = self.find_lines(address, size, room, begins, ends, dirt)
            if count >= 0:
                break
        return places[0, :count], places[1, :count], bool(dirt.value)


def _loaded() -> Kernel | None:
    if os.environ.get("VOXTOP_KERNEL") == "off" or sys.byteorder != "little":
        return None
    try:
        kernel = Kernel(BUILT)
        return Kernel(BUILT_AVX2) if kernel.has_avx2() and BUILT_AVX2.exists() else kernel
    except OSError:
        return None


KERNEL = _loaded()
