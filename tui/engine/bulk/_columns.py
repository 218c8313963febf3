"""Latencies found in a block of lines, as columns, and which of them have to be looked at one by one."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._sample_layout import Hits
from tui.engine.bulk._words import Flags, Places, Text, Words, fingerprints
from tui.engine.metrics.latency import is_sample
from tui.engine.model import LogEvent

TWIN_LINES = 20
"""Lines between twins at most, and before or behind a block that nobody sees here (semantics R71)."""

_TWIN_S = 0.0051


class Columns(NamedTuple):
    """Samples in the order of their lines."""

    lines: NDArray[np.int64]
    """1-based within the block."""
    times: NDArray[np.float64]
    ms: NDArray[np.float64]
    codes: NDArray[np.int64]
    marks: Words
    """Equal where the texts are equal."""

    def kept(self, flags: Flags | Places) -> "Columns":
        """Return some of them, or all in another order."""
        return Columns._make(column[flags] for column in self)


class Series:
    """Numbers for what samples have in common."""

    def __init__(self) -> None:
        self.events: list[LogEvent] = []
        self._codes: dict[LogEvent, int] = {}

    def code(self, event: LogEvent) -> int:
        """Return the number of the series that an event belongs to."""
        common = event._replace(line=0, time=None, ms=None, trace=None, text="")
        code = self._codes.get(common)
        if code is None:
            code = self._codes[common] = len(self.events)
            self.events.append(common)
        return code

    @property
    def leveled(self) -> Flags:
        """Which of them have a level: only these have twins."""
        return np.array([event.level is not None for event in self.events], np.bool_)


def is_column(event: LogEvent) -> bool:
    """Tell whether an event is a sample that a column can hold."""
    if event.kind not in {"ttfb", "turn"} or event.time is None or event.id is not None or event.part:
        return False
    return is_sample(event.ms) and (event.kind == "turn" or event.stage is not None)


def of_hits(found: Sequence[tuple[int, Hits]], text: Text) -> list[Columns]:
    """Return the columns of what was found, by the code of its series."""
    return [
        Columns(
            hits.lines + 1,
            hits.times,
            hits.ms,
            np.full(hits.lines.size, code),
            fingerprints(text, hits.messages, hits.stops),
        )
        for code, hits in found
    ]


def of_events(events: Iterable[LogEvent], series: Series) -> Columns:
    """Return the columns of samples that were understood line by line."""
    every = list(events)
    texts = [event.text.encode("utf-8", "replace").replace(b"\n", b" ") for event in every]
    text = Text(b"".join(each + b"\n" for each in texts))
    return Columns(
        np.array([event.line for event in every], np.int64),
        np.array([event.time for event in every], np.float64),
        np.array([event.ms for event in every], np.float64),
        np.array([series.code(event) for event in every], np.int64),
        fingerprints(text, text.starts, text.ends),
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """Return all samples in the order of their lines."""
    whole = Columns._make(np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(whole.lines, kind="stable")
    return whole.kept(order)


def doubtful(columns: Columns, leveled: Flags, last_line: int) -> Flags:
    """Tell which samples may have a twin, in the block or beyond its ends (semantics R71)."""
    found = (columns.lines <= TWIN_LINES) | (columns.lines > last_line - TWIN_LINES)
    found &= leveled[columns.codes]
    may = np.flatnonzero(leveled[columns.codes])
    lines, times, marks = columns.lines[may], columns.times[may], columns.marks[may]
    for step in range(1, TWIN_LINES + 1):
        near = lines[step:] - lines[:-step] <= TWIN_LINES
        if not near.any():
            break
        alike = near & (marks[step:] == marks[:-step]) & (np.abs(times[step:] - times[:-step]) <= _TWIN_S)
        pairs = np.flatnonzero(alike)
        found[may[pairs]] = found[may[pairs + step]] = True
    return found
