"""What the process that understands ranges of a log answers."""

import marshal

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._block_reader import Understood
from tui.engine.bulk._columns import Columns
from tui.engine.bulk._listing import Listed
from tui.engine.bulk._packed import Packed
from tui.engine.model import LogEvent

_DTYPES = (np.int32, np.float64, np.float64, np.uint16)
"""Of lines, times, values and codes on their way; marks stay behind."""

_NO_MARKS: NDArray[np.uint64] = np.zeros(0, np.uint64)


def sent(found: Understood | Listed) -> bytes:
    """Return an answer as bytes; plain tuples travel fastest."""
    if isinstance(found, Listed):
        return marshal.dumps(tuple(found))
    samples, calls = (_packed(each) for each in (found.samples, found.calls))
    series, events = [tuple(event) for event in found.series], (found.events.number, found.events.parts)
    counts = found.understood, found.unrecognised, found.bad_samples, found.single
    return marshal.dumps(
        (found.lines, found.truncated, series, events, found.above, samples, calls, found.ids, *counts)
    )


def received(data: bytes) -> Understood | Listed:
    """Return the answer that came."""
    lines, *rest = marshal.loads(data)  # noqa: S302 - of our own child
    if len(rest) == 1:
        return Listed(lines, *rest)
    truncated, series, events, above, samples, calls, ids, *counts = rest
    common = tuple(map(LogEvent._make, series))
    columns = _unpacked(samples), _unpacked(calls)
    return Understood(lines, truncated, common, Packed(*events), above, *columns, ids, *counts)


def _packed(columns: Columns) -> list[bytes]:
    return [column.astype(dtype).tobytes() for column, dtype in zip(columns, _DTYPES, strict=False)]


def _unpacked(columns: list[bytes]) -> Columns:
    lines, times, values, codes = (np.frombuffer(column, dtype) for column, dtype in zip(columns, _DTYPES, strict=True))
    return Columns(lines.astype(np.int64), times, values, codes.astype(np.int64), _NO_MARKS)
