"""Looks at lines with the kernel in C, all at one go."""

from collections.abc import Sequence

import numpy as np

from tui.engine.bulk._block import Block
from tui.engine.bulk._call_layout import Hits as CallHits
from tui.engine.bulk._clock import StampReader, Times
from tui.engine.bulk._kernel import NEW_MINUTE, UNTRIED, Columns, Kernel, Scan
from tui.engine.bulk._kernel_tables import KnownLines, LayoutTables
from tui.engine.bulk._layouts import Layout
from tui.engine.bulk._matching import Matching
from tui.engine.bulk._sample_layout import Hits as SampleHits
from tui.engine.bulk._templates import LONGEST
from tui.engine.bulk._words import MIX, Places, Text

_MINUTE = np.dtype([("written", "V16"), ("zone", "<i8"), ("begin", "<f8")])
_MINUTES = 256


class KernelMatching(Matching):
    """Looks with the kernel; when minutes begin it asks ``StampReader``, once for each."""

    def __init__(self, kernel: Kernel, clock: StampReader) -> None:
        super().__init__(clock)
        self._kernel = kernel
        self._scan = Scan()
        self._tables = LayoutTables({})
        self._known = KnownLines()
        self._minutes = np.zeros(_MINUTES, _MINUTE)
        self._minutes["zone"] = -1
        self._mix = MIX
        self._scan.mix, self._scan.minutes = self._mix.ctypes.data, self._minutes.ctypes.data
        self._show()

    def _show(self) -> None:
        self._tables.show(self._scan)
        self._known.show(self._scan)

    def add_layout(self, layout: Layout, code: int) -> None:
        """See there."""
        self.layouts[layout] = code
        self._tables = LayoutTables(self.layouts)
        self._minutes["zone"] = -1  # their numbers may be others
        self._show()

    def add_nothings(self, lines: Sequence[bytes], codes: Sequence[int]) -> None:
        """See there."""
        for line, code in zip(lines, codes, strict=True):
            if len(line) <= LONGEST:
                self._known.add(line, code)
        self._show()

    def look(self, block: Block, lines: Places) -> Places:
        """See there."""
        scan, text = self._scan, block.text
        lines, left = np.ascontiguousarray(lines), np.empty(lines.size, np.int64)
        found = np.empty((2, 8, lines.size), np.int64)
        scan.text, scan.starts, scan.ends = text.address, text.starts.ctypes.data, text.ends.ctypes.data
        scan.heads_tried, scan.tried = 0, UNTRIED
        scan.lines, scan.line_count, scan.next = lines.ctypes.data, lines.size, 0
        scan.found, scan.codes = block.found.ctypes.data, block.codes.ctypes.data
        scan.left, scan.left_count = left.ctypes.data, 0
        scan.columns[0], scan.columns[1] = (_columns(each.ctypes.data, lines.size) for each in found)
        while self._kernel.scan_lines(scan) == NEW_MINUTE:
            self._ask(text)
        samples, calls = (each[:, : columns.count] for each, columns in zip(found, scan.columns, strict=True))
        if samples.size:
            rows, codes, times, values, messages, stops, tokens, ends = samples
            block.samples.append(SampleHits(rows, codes, _times(times), _times(values), messages, stops, tokens, ends))
        if calls.size:
            rows, codes, times, values, _, _, begins, ends = calls
            block.calls.append(CallHits(rows, codes, _times(times), _times(values), begins, ends))
        return left[: scan.left_count]

    def _ask(self, text: Text) -> None:
        """Tell when a minute begins."""
        scan = self._scan
        written, zone = text.piece(scan.minute_place, 16), scan.minute_zone
        self._minutes[scan.minute_slot] = (written, zone, self._clock.minute(written, self._tables.zones[zone]))


def _columns(address: int, rows: int) -> Columns:
    return Columns(0, *range(address, address + 8 * 8 * rows, 8 * rows) if rows else 8 * [address])


def _times(column: Places) -> Times:
    return column.view(np.float64)
