"""Latencies found in a block of lines, as columns, and which of them have to be looked at one by one."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk import _kernel
from tui.engine.bulk._call_layout import Hits as CallHits
from tui.engine.bulk._sample_layout import Hits as SampleHits
from tui.engine.bulk._words import Flags, Places, Text, Words, fingerprints
from tui.engine.metrics.plausible import is_sample
from tui.engine.model import LogEvent

TWIN_LINES = 20
"""Lines between twins at most, and the seconds that they are apart (semantics R71), with some to spare."""

TWIN_S = 0.0051


class Columns(NamedTuple):
    """Samples, or begins and ends of calls, in the order of their lines."""

    lines: NDArray[np.int64]
    """1-based within the block."""
    times: NDArray[np.float64]
    """Not a number where a latency has none; a begin or end of a call without a time is an event of its own."""
    values: NDArray[np.float64]
    """Latencies in ms; or seconds that a call lasted, where the line tells them, else not a number."""
    codes: NDArray[np.int64]
    """Numbers of their series."""
    marks: Words
    """Equal where the texts are, of those with a level."""

    def kept(self, which: Flags | Places) -> "Columns":
        """Return some of them, or all in another order; they hold no memory of others."""
        if which.dtype == np.bool_ and which.all():
            return Columns._make(column.copy() for column in self)
        return Columns._make(column[which] for column in self)


NONE = Columns(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, np.uint64))


class Series:
    """Numbers for what events have in common."""

    def __init__(self) -> None:
        self.events: list[LogEvent] = []
        self.told: tuple[LogEvent, ...] = ()
        """The same; another object only if there are more."""
        self._codes: dict[LogEvent, int] = {}

    def code(self, event: LogEvent, text: str = "") -> int:
        """Return the number of the series that an event belongs to; ``text`` is what their texts have in common."""
        common = event._replace(line=0, time=None, ms=None, trace=None, id=None, duration_s=None, text=text)
        code = self._codes.get(common)
        if code is None:
            code = self._codes[common] = len(self.events)
            self.events.append(common)
            self.told = tuple(self.events)
        return code

    @property
    def leveled(self) -> Flags:
        """Which of them have a level: only these have twins."""
        return np.array([event.level is not None for event in self.events], np.bool_)


def frame(event: LogEvent) -> str:
    """Return what texts laid out as this one have in common: what stands before its tag or id, and behind the words."""
    if event.id is None:
        return event.text.partition("[")[0] + "\n"
    before, mark, rest = event.text.partition("ID: ")
    return f"{before}{mark}\n{rest.removeprefix(event.id) if event.duration_s is None else ''}"


def is_sample_column(event: LogEvent) -> bool:
    """Tell whether an event is a latency that a column can hold."""
    if event.kind not in {"ttfb", "turn"} or event.id is not None or event.part:
        return False
    return is_sample(event.ms) and (event.kind == "turn" or event.stage is not None)


def is_call_column(event: LogEvent) -> bool:
    """Tell whether an event is the begin or end of a call that a column can hold."""
    if event.kind not in {"call_opened", "call_closed"} or event.time is None or event.part:
        return False
    return bool(event.id)


def is_column(event: LogEvent) -> bool:
    """Tell whether any column can hold an event."""
    return is_sample_column(event) or is_call_column(event)


def of_samples(found: Iterable[SampleHits], text: Text, leveled: Flags) -> list[Columns]:
    """Return the columns of latencies that were found."""
    return [
        Columns(
            hits.lines + 1,
            hits.times,
            hits.ms,
            hits.codes,
            _marks(hits.codes, hits.messages, hits.stops, text, leveled),
        )
        for hits in found
    ]


def of_calls(found: Iterable[CallHits], text: Text, leveled: Flags) -> list[Columns]:
    """Return the columns of calls that were found."""
    return [
        Columns(
            hits.lines + 1,
            hits.times,
            hits.durations,
            hits.codes,
            _marks(hits.codes, hits.begins, hits.ends, text, leveled),
        )
        for hits in found
    ]


def _marks(codes: Places, begins: Places, ends: Places, text: Text, leveled: Flags) -> Words:
    wanted = leveled.any() and leveled[codes].any()
    return fingerprints(text, begins, ends) if wanted else np.zeros(begins.size, np.uint64)


def of_events(events: Sequence[LogEvent], series: Series) -> Columns:
    """Return the columns of events that were understood line by line."""
    if not events:
        return NONE
    texts = [_marked(event).encode("utf-8", "replace").replace(b"\n", b" ") for event in events]
    text = Text(b"".join(each + b"\n" for each in texts))
    values = [event.ms if event.ms is not None else event.duration_s for event in events]
    return Columns(
        np.array([event.line for event in events], np.int64),
        np.array([event.time for event in events], np.float64),
        np.array(values, np.float64),
        np.array([series.code(event) for event in events], np.int64),
        fingerprints(text, text.starts, text.ends),
    )


def _marked(event: LogEvent) -> str:
    """Return the text that ``marks`` are made of: that of a latency from its tag on, see ``frame``."""
    return event.id or "".join(event.text.partition("[")[1:]) or event.text


def joined(parts: Sequence[Columns]) -> tuple[Columns, Places | None]:
    """Return everything in the order of its lines, and where each was in the parts; None is right there."""
    filled = [part for part in parts if part.lines.size]
    if len(filled) < 2:
        return filled[0] if filled else parts[0], None
    whole = Columns._make(np.concatenate(column) for column in zip(*filled, strict=True))
    order = np.argsort(whole.lines, kind="stable")
    return whole.kept(order), order


def twins(columns: Columns, leveled: Flags) -> Flags:
    """Tell which of them may have a twin in the block (semantics R71), and which stand between two that may be twins.

    A record is compared with the last one before it that says the same.
    """
    found = np.zeros(columns.lines.size, np.bool_)
    if not leveled.any():
        return found
    if _kernel.KERNEL is not None:
        some = columns.lines, columns.times, columns.marks, columns.codes
        return _kernel.KERNEL.twins(some, leveled, TWIN_LINES, TWIN_S)
    may = leveled[columns.codes].nonzero()[0]
    lines, times, marks = columns.lines[may], columns.times[may], columns.marks[may]
    for step in range(1, min(TWIN_LINES + 1, may.size)):
        pairs = (marks[step:] == marks[:-step]).nonzero()[0]
        if pairs.size:
            near = lines[pairs + step] - lines[pairs] <= TWIN_LINES
            near &= np.abs(times[pairs + step] - times[pairs]) <= TWIN_S
            for pair in pairs[near].tolist():
                alike = marks[pair : pair + step + 1] == marks[pair]
                found[may[pair : pair + step + 1][alike]] = True
    return found
