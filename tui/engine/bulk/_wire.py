"""What the process that understands ranges of a log answers."""

import marshal

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._columns import Columns
from tui.engine.bulk._listing import Listed
from tui.engine.bulk._packed import Packed
from tui.engine.bulk._seams import Edges
from tui.engine.bulk._task import Cut, Range
from tui.engine.bulk._understood import Understood
from tui.engine.model import LogEvent

_DTYPES = (np.int32, np.float64, np.float64, np.uint16)
"""Of lines, times, values and codes on their way; marks stay behind."""

_NO_MARKS: NDArray[np.uint64] = np.zeros(0, np.uint64)


class Sender:
    """Writes the answers of a process; a series is told once, with the first answer that has it."""

    def __init__(self) -> None:
        self._told = 0

    def sent(self, found: Understood | Listed | Cut) -> bytes:
        """Return an answer as bytes; plain tuples travel fastest."""
        if isinstance(found, Listed):
            return marshal.dumps(tuple(found))
        if isinstance(found, Cut):
            return marshal.dumps([tuple(part) for part in found.parts])
        new, self._told = found.series[self._told :], len(found.series)
        samples, calls = (_packed(each) for each in (found.samples, found.calls))
        series, events = [tuple(event) for event in new], (found.events.number, found.events.parts)
        counts = found.understood, found.unrecognised, found.bad_samples, found.single
        return marshal.dumps(
            (
                *(found.lines, found.truncated, series, events, found.above),
                *(samples, calls, found.ids, tuple(found.edges)),
                *counts,
            )
        )


class Receiver:
    """Reads the answers of a process, all of them in their order."""

    def __init__(self) -> None:
        self._series: tuple[LogEvent, ...] = ()

    def received(self, data: bytes) -> Understood | Listed | Cut:
        """Return the answer that came."""
        answer = marshal.loads(data)  # noqa: S302 - of our own child
        if isinstance(answer, list):
            return Cut([Range._make(part) for part in answer])
        lines, *rest = answer
        if len(rest) == 1:
            return Listed(lines, *rest)
        truncated, series, events, above, samples, calls, ids, edges, *counts = rest
        if series:
            self._series = (*self._series, *map(LogEvent._make, series))
        columns = _unpacked(samples), _unpacked(calls)
        return Understood(
            *(lines, truncated, self._series, Packed(*events), above),
            *(*columns, ids, Edges(*edges)),
            *counts,
        )


def _packed(columns: Columns) -> list[bytes]:
    return [column.astype(dtype).tobytes() for column, dtype in zip(columns, _DTYPES, strict=False)]


def _unpacked(columns: list[bytes]) -> Columns:
    lines, times, values, codes = (np.frombuffer(column, dtype) for column, dtype in zip(columns, _DTYPES, strict=True))
    return Columns(lines.astype(np.int64), times, values, codes.astype(np.int64), _NO_MARKS)
