"""Understands whole blocks of lines: what is surely nothing or surely a latency at once, all else line by line."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

import numpy as np

from tui.engine.bulk import _kernel
from tui.engine.bulk._block import Block
from tui.engine.bulk._cleaned import cleaned
from tui.engine.bulk._clock import StampReader
from tui.engine.bulk._columns import (
    Columns,
    Series,
    frame,
    joined,
    of_calls,
    of_samples,
    twins,
)
from tui.engine.bulk._failures import Failures
from tui.engine.bulk._familiar import KNOWN, UNKNOWN, UNRECOGNISED, FamiliarLines
from tui.engine.bulk._kernel_matching import KernelMatching
from tui.engine.bulk._late import Late
from tui.engine.bulk._layouts import Layout
from tui.engine.bulk._matching import ArrayMatching, Matching
from tui.engine.bulk._nothings import new_nothings
from tui.engine.bulk._packed import packed
from tui.engine.bulk._reader import CONTEXT, SIGNS, last_time
from tui.engine.bulk._rebuilt import at_once
from tui.engine.bulk._records import begins_record
from tui.engine.bulk._seams import Edges, edges
from tui.engine.bulk._understood import Found, TooMuchError, Understood
from tui.engine.bulk._verdicts import Verdict, Verdicts
from tui.engine.bulk._words import Places, Room, Text
from tui.engine.bulk.forms import FORMS
from tui.engine.bulk.forms._pieces import layout
from tui.engine.clock import ManualClock
from tui.engine.dialects._dialect import own_dialects
from tui.engine.lines import LINE_CAP, cut
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser

_LAYOUTS_KEPT = 64
_LONGEST_LAYOUT = 512
_FAILURES = {"error", "warning"}
_LEARNED = {"ttfb", "turn", "call_opened", "call_closed", *_FAILURES}

_FEW = 4
"""Unknown lines in a row that are read without looking first whether they may mean anything."""

_PLAINLY = 500
"""Lines given to the parser at once where all of them are."""

_FIRST_STEP = 32
"""Lines read one by one before anything is looked for that is laid out like one of them."""


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
        self._matching = self._new_matching()
        self._nothings = new_nothings()
        self._familiar = FamiliarLines(self._matching.add_nothings)
        self._verdicts = Verdicts(self._clock, self._ask, self._matching.add_nothing)
        self._failures = Failures(self._clock)
        self.room = Room()
        """Where ranges of a file may be loaded that are to be read next."""
        self._at_once = _FIRST_STEP
        self._late: Late | None = None
        """Takes latencies and calls that are to be in columns from what is understood line by line."""
        self._most: int | None = None

    def read(self, data: bytes | memoryview, context: list[bytes], most: int | None = None) -> Understood:
        """Return what lines mean, every one of them with its newline; ``context`` are those above them.

        Raises:
            TooMuchError: more than ``most`` of them say something, or may; nothing was counted.
        """
        late = self._late = Late(self.series)
        self._most = most
        try:
            found = self.find(data)
        finally:
            self._late = self._most = None
        block, events = found.block, late.take(found.events)
        samples, calls, ids, near, doubts = self._columns(block, late)
        single = len(events) + late.count + sum(event.time is None for event in doubts)
        events = sorted([*events, *doubts], key=_line)
        return Understood(
            block.text.ends.size,
            block.truncated,
            self.series.told,
            packed(events),
            self._look_above(events, block.text, context),
            samples,
            calls,
            ids,
            near,
            found.understood,
            found.unrecognised,
            found.bad_samples,
            single,
        )

    def find(self, data: bytes | memoryview) -> Found:
        """Return the latencies and calls that are in some lines, and every other event of them."""
        parser = self._parser
        parser.forget()
        before = parser.events, parser.unrecognised, parser.bad_samples
        block, unsure = self._block(data)
        if unsure is None:
            events = self._understand(block)
        else:
            if self._most is not None:
                raise TooMuchError
            events = self._plainly(unsure)
            block.plain[:] = True
        events += parser.flush()
        return Found(
            block,
            events,
            parser.events - before[0] + block.at_once,
            parser.unrecognised - before[1] + block.unrecognised,
            parser.bad_samples - before[2],
        )

    def _columns(self, block: Block, late: Late) -> tuple[Columns, Columns, list[str], Edges, list[LogEvent]]:
        """Return samples, calls and their ids as columns, those at the edges, and all others as events.

        These are such as may have a twin, and calls without a time.
        """
        late_samples, late_calls = late.columns()
        text, leveled = block.text, self.series.leveled
        samples, _ = joined([*of_samples(block.samples, text, leveled), *late_samples])
        calls, order = joined([*of_calls(block.calls, text, leveled), *late_calls])
        ids = [*block.ids(), *late.ids]
        near = edges((samples, calls), leveled, text.ends.size)
        unsure, sure = twins(samples, leveled), ~(twins(calls, leveled) | np.isnan(calls.times))
        doubts = self._events(block, samples.lines[unsure], calls.lines[~sure])
        if order is not None or not sure.all():
            ids = [ids[index] for index in (np.arange(len(ids)) if order is None else order)[sure].tolist()]
        return samples.kept(~unsure), calls.kept(sure), ids, near, doubts

    def _block(self, data: bytes | memoryview) -> tuple[Block, bytes | None]:
        """Return the lines as the parser looks at them; where it is not sure how it does, also as they are."""
        text = Text(data, self.room)
        sizes = text.ends - text.starts
        truncated = int(np.count_nonzero(sizes > LINE_CAP)) if sizes.max(initial=0) > LINE_CAP else 0
        if not (text.is_dirty or truncated):
            return Block(text), None
        clean = cleaned(text.data)
        if clean is None:
            return Block(text, truncated), text.data
        return Block(Text(clean, self.room), truncated), None

    def _plainly(self, data: bytes) -> list[LogEvent]:
        """Read lines one by one, some of them at once: what the parser needs beside them is much."""
        lines, events = cut(data).lines, list[LogEvent]()
        for begin in range(0, len(lines), _PLAINLY):
            some = lines[begin : begin + _PLAINLY]
            events += self._kept(self._parser.feed(LineBlock(self._source, begin + 1, some, 0, None)))
        return events

    def _kept(self, events: list[LogEvent]) -> list[LogEvent]:
        """Return events that were understood line by line, without those that will be in columns."""
        return self._late.take(events) if self._late else events

    def _understand(self, block: Block) -> list[LogEvent]:
        """Find what is surely nothing or surely a sample; read the rest line by line, and learn from that.

        Of the first lines of a log, all of which are new, few are looked at in one go: what is learned from these tells
        what the next ones are.
        """
        lines, events = np.arange(block.text.ends.size), list[LogEvent]()
        while lines.size:
            some, lines = lines[: self._at_once], lines[self._at_once :]
            self._at_once *= 4 if lines.size else 1
            events += self._understand_some(block, some[~block.plain[some]] if block.plain.any() else some)
        return sorted([*events, *block.same.values()], key=_line)

    def _understand_some(self, block: Block, lines: Places) -> list[LogEvent]:
        left, events, step = self._look(block, lines), list[LogEvent](), _FIRST_STEP
        while left.size:
            found = self._line_by_line(block, left[:step])
            events += self._kept(found)
            self._verdicts.learn(block.text, left[:step].tolist())
            left = left[step:]
            left = left[~block.plain[left]]
            new = [event for event in found if self._learn(block.text, event)]
            left = self._look(block, left) if new else left
            step = _FIRST_STEP if new else 2 * step
        return events

    def _look(self, block: Block, lines: Places) -> Places:
        """Find what is known among some lines; return the others."""
        left = self._matching.look(block, lines)
        codes = block.codes[left] = self._nothings.codes(block.text, left)
        told = codes != UNKNOWN
        self._familiar.learn(block.text, left[told], codes[told])
        left = left[~told]
        if self._most is not None and left.size + len(block.failing) + block.at_once > self._most:
            raise TooMuchError
        return self._look_for_the_same(block, left)

    def _look_for_the_same(self, block: Block, lines: Places) -> Places:
        """Look among some lines for what came before, and which failures found are alone; return the other lines."""
        told = {one.line: self._failures.event(one.layout, one.line + 1, one.time, one.trace) for one in block.failing}
        block.failing = []
        for line in lines.tolist():
            raw = block.text.line(line)
            said: Verdict | None = self._verdicts.read(raw, line + 1) or self._failures.read(raw, line + 1)
            if isinstance(said, LogEvent):
                told[line] = said
                block.found[line] = True
            else:
                block.codes[line] = said or UNKNOWN
        left: Places = lines[(block.codes[lines] == UNKNOWN) & ~block.found[lines]]
        failing = [line for line, event in told.items() if event.kind in _FAILURES and line + 1 < block.found.size]
        others = [line for line in failing if not self._begins_record(block, line + 1)]
        block.found[others] = False
        block.same |= {line: event for line, event in told.items() if block.found[line]}
        return np.array(sorted({*left.tolist(), *others}), np.int64) if others else left

    def _new_matching(self) -> Matching:
        """Return what looks with the kernel, or with numpy where there is none."""
        return KernelMatching(_kernel.KERNEL, self._clock) if _kernel.KERNEL else ArrayMatching(self._clock)

    def _learn(self, text: Text, event: LogEvent) -> bool:
        """Learn how the line of an event is laid out, or what it says; tell whether others may now be found so."""
        if own_dialects() or event.kind not in _LEARNED:
            return False
        raw = text.line(event.line - 1)
        place = next((found for form in FORMS if (found := form(raw, event))), None)
        if place is None or not begins_record(raw):
            return False
        if event.kind in _FAILURES:
            if not self._failures.is_worth_it(raw, place.stamp):
                return False
            for alone in self._once_more(text, [event.line]):
                failure = self._failures.learn(raw, alone, place)
                if failure is not None:
                    self._matching.add_failure(failure)
            return False
        learned = layout(raw, event, place)
        if learned is None or learned in self._matching.layouts or learned.least > _LONGEST_LAYOUT:
            return False
        if len(self._matching.layouts) >= _LAYOUTS_KEPT or not self._fits(learned, Text(raw + b"\n"), event):
            return False
        self._matching.add_layout(learned, self.series.code(event, frame(event)))
        return True

    def _fits(self, layout: Layout, text: Text, event: LogEvent) -> bool:
        """Tell whether a layout reads out of the line it was learned from what the plain way did."""
        alone, block = self._new_matching(), Block(text)
        alone.add_layout(layout, 0)
        alone.look(block, np.zeros(1, np.int64))
        return list(at_once(block, [event._replace(text=frame(event))])) == [event._replace(line=1)]

    def _line_by_line(self, block: Block, lines: Places) -> list[LogEvent]:
        """Read some lines, and below each those that may belong to its record."""
        events: list[LogEvent] = []
        parser, count = self._parser, block.text.ends.size
        stop = -1
        for first, end in _runs(lines.tolist()):
            begin = max(first, stop)
            if begin >= end:
                continue
            previous = block.previous(begin) if begin > stop else None
            if previous is not None:
                parser.passed(previous)
            events += self._feed(block.text, begin, end)
            stop = end
            while stop < count and parser.is_open:
                if not parser.is_split and self._begins_record(block, stop):
                    events += parser.end_record()
                    break
                events += self._feed(block.text, stop, stop + 1)
                stop += 1
            block.plain[begin:stop] = True
        block.drop_plain()
        return events

    def _feed(self, text: Text, first: int, stop: int) -> list[LogEvent]:
        few = stop - first <= _FEW
        return self._parser.feed(LineBlock(self._source, first + 1, text.lines(first, stop), 0, None), every=few)

    def _begins_record(self, block: Block, index: int) -> bool:
        """Tell whether a line that was understood otherwise belongs to nothing above it."""
        if block.found[index]:
            return True  # only of such lines layouts are learned
        return block.codes[index] != UNKNOWN and begins_record(block.text.line(index))

    def _events(self, block: Block, *columns: Places) -> list[LogEvent]:
        """Return latencies and calls in some lines, numbered from 1, as events."""
        lines = np.concatenate(columns)
        if not lines.size:
            return []
        wanted = np.zeros(block.text.ends.size, np.bool_)
        wanted[lines - 1] = True
        events = list(at_once(block, self.series.events, wanted=wanted))
        rest = set(lines.tolist()) - {event.line for event in events}
        return events + self._once_more(block.text, sorted(rest))

    def _once_more(self, text: Text, lines: Iterable[int]) -> list[LogEvent]:
        """Read single lines, numbered from 1, as events."""
        parser = self._again
        events: list[LogEvent] = []
        for line in lines:
            parser.forget()
            events += parser.feed(LineBlock(self._source, line, cut(text.line(line - 1) + b"\n").lines, 0, None))
            events += parser.flush()
        return events

    def _ask(self, raw: bytes) -> Verdict:
        """Return what a single line says: an event, or the code of a line that means nothing."""
        parser = self._again
        parser.forget()
        bad, unrecognised = parser.bad_samples, parser.unrecognised
        events = parser.feed(LineBlock(self._source, 1, [raw], 0, None), every=True)
        is_alone = not parser.is_open
        events += parser.flush()
        if len(events) == 1 and not parser.is_split:
            return events[0]
        if events or not is_alone or parser.bad_samples > bad:
            return UNKNOWN
        return UNRECOGNISED if parser.unrecognised > unrecognised else KNOWN

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


def _line(event: LogEvent) -> int:
    return event.line


def _runs(lines: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Yield first line and stop of lines in a row."""
    begin = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index] != lines[index - 1] + 1:
            yield lines[begin], lines[index - 1] + 1
            begin = index
