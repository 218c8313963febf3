"""Looks at lines with the kernel in C, all at one go."""

from collections.abc import Sequence

import numpy as np

from tui.engine.bulk._block import Block, Failing
from tui.engine.bulk._call_layout import Hits as CallHits
from tui.engine.bulk._clock import StampReader, Times, told
from tui.engine.bulk._failures import FailureLayout
from tui.engine.bulk._kernel import KINDS, NEW_MINUTE, NONE, Kernel, Scan
from tui.engine.bulk._kernel_tables import KnownLines, LayoutTables
from tui.engine.bulk._layouts import Layout
from tui.engine.bulk._matching import Matching
from tui.engine.bulk._sample_layout import Hits as SampleHits
from tui.engine.bulk._templates import LONGEST
from tui.engine.bulk._words import MIX, Places, Text

_MINUTE = np.dtype([("written", "V16"), ("zone", "<i8"), ("begin", "<f8")])
_MINUTES = 256

_COLUMNS = 8
"""Of each kind of layouts: line, code, time, value, begins and ends of the message and of a token."""

_FAILURES, _SHORTEST = 64, 24
"""How many failures the kernel looks for, and the bytes behind their times that tell them from others at first; what
it does not look for is looked for one by one."""


class KernelMatching(Matching):
    """Looks with the kernel; when minutes begin it asks ``StampReader``, once for each."""

    def __init__(self, kernel: Kernel, clock: StampReader) -> None:
        super().__init__(clock)
        self._kernel = kernel
        self._scan = Scan()
        self._failures: dict[FailureLayout, int] = {}
        self._tables: LayoutTables | None = None
        self._known = KnownLines()
        self._minutes = np.zeros(_MINUTES, _MINUTE)
        self._mix = MIX
        self._scan.mix, self._scan.minutes = self._mix.ctypes.data, self._minutes.ctypes.data
        self._known.show(self._scan)

    def add_layout(self, layout: Layout, code: int) -> None:
        """See there."""
        self.layouts[layout] = code
        self._tables = None

    def add_failure(self, layout: FailureLayout) -> None:
        """See there."""
        if len(self._failures) < _FAILURES and len(layout.head) >= _SHORTEST:
            self._failures.setdefault(layout, len(self._failures))
            self._tables = None

    def add_nothings(self, lines: Sequence[bytes], codes: Sequence[int]) -> None:
        """See there."""
        for line, code in zip(lines, codes, strict=True):
            if len(line) <= LONGEST:
                self._known.add(line, code)
        self._known.show(self._scan)

    def add_nothing(self, line: bytes, free: int, code: int) -> None:
        """See there."""
        if len(line) <= LONGEST:
            self._known.add(line, code, len(line) - free)
            self._known.show(self._scan)

    def _shown(self) -> LayoutTables:
        """Return the tables of all layouts, which the kernel has then."""
        if self._tables is None:
            self._tables = LayoutTables(self.layouts, self._failures)
            self._tables.show(self._scan)
            self._minutes["zone"] = -1  # their numbers may be others
        return self._tables

    def look(self, block: Block, lines: Places) -> Places:
        """See there."""
        scan, text = self._scan, block.text
        lines, left = np.ascontiguousarray(lines), np.empty(lines.size, np.int64)
        found, zones = np.empty((len(KINDS), _COLUMNS, lines.size), np.int64), self._shown().zones
        scan.text, scan.starts, scan.ends = text.address, text.starts.ctypes.data, text.ends.ctypes.data
        scan.heads_tried, scan.tried = 0, NONE
        scan.lines, scan.line_count, scan.next = lines.ctypes.data, lines.size, 0
        scan.found, scan.codes = block.found.ctypes.data, block.codes.ctypes.data
        scan.left, scan.left_count = left.ctypes.data, 0
        scan.columns, scan.rows, scan.counts[:] = found.ctypes.data, lines.size, (0, 0, 0)
        while self._kernel.scan_lines(scan) == NEW_MINUTE:
            self._ask(text, zones)
        self._note(block, *(found[kind, :, :count] for kind, count in enumerate(scan.counts)))
        return left[: scan.left_count]

    def _note(self, block: Block, samples: Places, calls: Places, failures: Places) -> None:
        if samples.size:
            rows, codes, times, values, messages, stops, tokens, ends = samples
            block.samples.append(SampleHits(rows, codes, _times(times), _times(values), messages, stops, tokens, ends))
        if calls.size:
            rows, codes, times, values, _, _, begins, ends = calls
            block.calls.append(CallHits(rows, codes, _times(times), _times(values), begins, ends))
        if failures.size:
            rows, codes, times, _, _, _, begins, ends = failures
            layouts, piece = list(self._failures), block.text.piece
            columns = rows.tolist(), codes.tolist(), told(_times(times)), begins.tolist(), (ends - begins).tolist()
            block.failing += [
                Failing(layouts[code], row, time, piece(begin, size).decode())
                for row, code, time, begin, size in zip(*columns, strict=True)
            ]

    def _ask(self, text: Text, zones: Sequence[str]) -> None:
        """Tell when a minute begins."""
        scan = self._scan
        written, zone = text.piece(scan.minute_place, 16), scan.minute_zone
        self._minutes[scan.minute_slot] = (written, zone, self._clock.minute(written, zones[zone]))


def _times(column: Places) -> Times:
    return column.view(np.float64)
