"""Understands whole blocks of lines: what is surely nothing or surely a latency at once, all else line by line."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import NamedTuple

import numpy as np

from tui.engine.bulk import _call_layout, _sample_layout
from tui.engine.bulk._clock import StampReader
from tui.engine.bulk._columns import Columns, Series, doubtful, is_column, joined, of_events, of_hits
from tui.engine.bulk._familiar import UNKNOWN, UNRECOGNISED, FamiliarLines
from tui.engine.bulk._reader import CONTEXT, SIGNS, last_time
from tui.engine.bulk._sample_layout import Hits, SampleLayout
from tui.engine.bulk._words import Places, Text
from tui.engine.bulk.forms import FORMS
from tui.engine.bulk.forms._pieces import Layout
from tui.engine.clock import ManualClock
from tui.engine.dialects._dialect import own_dialects
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser
from tui.engine.sources._lines import LINE_CAP, cut

_LAYOUTS_KEPT = 64
_DIRT = (b"\x1b", b"\x00", b"\r")
"""What has to be taken off a line before anybody looks at it."""

_LAID_OUT = {"ttfb", "call_opened", "call_closed"}

_FIRST_STEP = 32
"""Lines read one by one before anything is looked for that is laid out like one of them."""


class Understood(NamedTuple):
    """What a block means; lines are counted from 1."""

    lines: int
    truncated: int
    """Lines longer than a source keeps of any."""
    series: tuple[LogEvent, ...]
    """What the samples of each code have in common."""
    events: list[LogEvent]
    """All but the samples in columns."""
    above: dict[int, float]
    """See ``Parsed``."""
    columns: Columns
    understood: int
    unrecognised: int
    bad_samples: int


class BlockReader:
    """Understands blocks that begin and end between records; what it learns from one helps with the next."""

    def __init__(self, source: str, tz: tzinfo | None, now: float) -> None:
        """``now`` completes times without a year."""
        self.series = Series()
        """What the samples found so far have in common."""
        self._source, self._tz, self._now = source, tz, now
        self._parser = Parser(source, tz, clock=ManualClock(now))
        self._again = Parser(source, tz, clock=ManualClock(now))
        self._clock = StampReader(tz, now)
        self._familiar = FamiliarLines()
        self._layouts: dict[Layout, int] = {}

    def read(self, data: bytes, context: list[bytes]) -> Understood:
        """Return what lines mean, every one of them with its newline; ``context`` are those above them."""
        parser = self._parser
        parser.forget()
        before = parser.events, parser.unrecognised, parser.bad_samples
        block = _Block(data)
        truncated = int(np.count_nonzero(block.text.ends - block.text.starts > LINE_CAP))
        if truncated or any(dirt in data for dirt in _DIRT):
            events = parser.feed(LineBlock(self._source, 1, cut(data).lines, 0, None))
            block.plain[:] = True
        else:
            events = self._understand(block)
        events += parser.flush()
        found = joined([*of_hits(block.hits, block.text), of_events(filter(is_column, events), self.series)])
        events = [event for event in events if not is_column(event)]
        events = sorted([*events, *block.calls], key=_line) if block.calls else events
        doubts = doubtful(found, self.series.leveled, block.text.ends.size)
        if doubts.any():
            events = sorted([*events, *self._once_more(block.text, found.kept(doubts))], key=_line)
            found = found.kept(~doubts)
        at_once = sum(hits.lines.size for _, hits in block.hits) + len(block.calls)
        return Understood(
            block.text.ends.size,
            truncated,
            tuple(self.series.events),
            events,
            self._look_above(events, block.text, context),
            found,
            parser.events - before[0] + at_once,
            parser.unrecognised - before[1] + int(np.count_nonzero((block.codes == UNRECOGNISED) & ~block.plain)),
            parser.bad_samples - before[2],
        )

    def _understand(self, block: "_Block") -> list[LogEvent]:
        """Find what is surely nothing or surely a sample; read the rest line by line, and learn from that."""
        text = block.text
        folded, block.codes = self._familiar.codes(text.data, text.ends.size)
        left = self._match(block, np.flatnonzero(block.codes == UNKNOWN), self._layouts)
        self._familiar.learn(folded[index] for index in left.tolist())
        block.codes[left] = self._familiar.of([folded[index] for index in left.tolist()])
        left = left[block.codes[left] == UNKNOWN]
        events: list[LogEvent] = []
        step = _FIRST_STEP
        while left.size:
            found = self._line_by_line(block, left[:step])
            events += found
            left = left[step:]
            left = left[~block.plain[left]]
            new = [layout for event in found if event.kind in _LAID_OUT and (layout := self._learn(text, event))]
            left = self._match(block, left, new)
            step = _FIRST_STEP if new else 2 * step
        return events

    def _match(self, block: "_Block", lines: Places, layouts: Iterable[Layout]) -> Places:
        """Look for lines of these layouts among some; return the others."""
        for layout in layouts:
            if not lines.size:
                break
            if isinstance(layout, SampleLayout):
                hits = _sample_layout.find(layout, block.text, lines, self._clock)
                block.hits.append((self._layouts[layout], hits))
                found = hits.lines
            else:
                found, events = _call_layout.find(layout, block.text, lines, self._clock)
                block.calls += events
            block.found[found] = True
            lines = lines[~block.found[lines]]
        return lines

    def _learn(self, text: Text, event: LogEvent) -> Layout | None:
        """Learn how the line of an event is laid out; return that if it is new."""
        if len(self._layouts) >= _LAYOUTS_KEPT or own_dialects():
            return None
        raw = text.line(event.line - 1)
        layout = next((found for learn in FORMS if (found := learn(raw, event))), None)
        if layout is None or layout in self._layouts:
            return None
        if not self._fits(layout, Text(raw + b"\n"), event):
            return None
        self._layouts[layout] = self.series.code(event) if isinstance(layout, SampleLayout) else 0
        return layout

    def _fits(self, layout: Layout, text: Text, event: LogEvent) -> bool:
        """Tell whether a layout reads out of the line it was learned from what the plain way did."""
        line = np.zeros(1, np.int64)
        if isinstance(layout, SampleLayout):
            hits = _sample_layout.find(layout, text, line, self._clock)
            return (hits.times.tolist(), hits.ms.tolist()) == ([event.time], [event.ms])
        return _call_layout.find(layout, text, line, self._clock)[1] == [event._replace(line=1)]

    def _line_by_line(self, block: "_Block", lines: Places) -> list[LogEvent]:
        """Read some lines, and below each those that may belong to its record."""
        events: list[LogEvent] = []
        parser, count = self._parser, block.text.ends.size
        stop = -1
        for first, end in _runs(lines.tolist()):
            begin = max(first, stop)
            if begin >= end:
                continue
            if begin > stop:
                parser.passed(block.previous(begin))
            events += self._feed(block.text, begin, end)
            stop = end
            while stop < count and parser.is_open:
                events += self._feed(block.text, stop, stop + 1)
                stop += 1
            block.plain[begin:stop] = True
        block.drop_plain()
        return events

    def _feed(self, text: Text, first: int, stop: int) -> list[LogEvent]:
        return self._parser.feed(LineBlock(self._source, first + 1, text.lines(first, stop), 0, None))

    def _once_more(self, text: Text, columns: Columns) -> list[LogEvent]:
        """Read samples as events."""
        parser = self._again
        return [
            event
            for line in columns.lines.tolist()
            for event in parser.feed(LineBlock(self._source, line, cut(text.line(line - 1) + b"\n").lines, 0, None))
        ]

    def _look_above(self, events: Sequence[LogEvent], text: Text, context: list[bytes]) -> dict[int, float]:
        above: dict[int, float] = {}
        for event in events:
            if event.kind in SIGNS:
                index = event.line - 1
                lines = [*context, *text.lines(max(0, index - CONTEXT), index)][-CONTEXT:]
                time = last_time(lines, self._tz, self._now)
                if time is not None:
                    above[event.line] = time
        return above


class _Block:
    """Lines and what was found out about them so far."""

    def __init__(self, data: bytes) -> None:
        self.text = Text(data)
        count = self.text.ends.size
        self.codes = np.zeros(count, np.int8)
        """What is remembered of lines like each."""
        self.found = np.zeros(count, np.bool_)
        """It is of a known layout."""
        self.plain = np.zeros(count, np.bool_)
        """It was read line by line, and that counts."""
        self.hits: list[tuple[int, Hits]] = []
        """Latencies, by the code of their series."""
        self.calls: list[LogEvent] = []

    def previous(self, index: int) -> bytes:
        """Return the line above if it gave no event, as the parser remembers it."""
        return self.text.line(index - 1) if index and self.codes[index - 1] != UNKNOWN else b""

    def drop_plain(self) -> None:
        """Take back what was found in lines that turned out to belong to a record."""
        self.hits = [(code, Hits._make(column[~self.plain[hits.lines]] for column in hits)) for code, hits in self.hits]
        self.calls = [event for event in self.calls if not self.plain[event.line - 1]]


def _line(event: LogEvent) -> int:
    return event.line


def _runs(lines: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Yield first line and stop of lines in a row."""
    begin = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index] != lines[index - 1] + 1:
            yield lines[begin], lines[index - 1] + 1
            begin = index
