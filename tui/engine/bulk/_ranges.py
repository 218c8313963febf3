"""A large local file read past its source: in ranges that begin with a record, understood by two processes.

The source is told what was read, so that it goes on behind it and notices, as ever, if the file was emptied.
"""

import asyncio
import os
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, closing, nullcontext
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from tui.engine.bulk._apart import Helper
from tui.engine.bulk._block_reader import BlockReader, Understood
from tui.engine.bulk._columns import Series
from tui.engine.bulk._listing import Listed, Lister
from tui.engine.bulk._reader import CONTEXT, Parsed, Reader
from tui.engine.bulk._rebuilt import rebuilt
from tui.engine.bulk._records import begins_record, ends_whole, last_cut
from tui.engine.bulk._wire import Log, Part, Task
from tui.engine.bulk._words import Places
from tui.engine.dialects._dialect import own_dialects
from tui.engine.event_lines import EventLines
from tui.engine.lines import cut
from tui.engine.metrics.samples import Calls, Samples
from tui.engine.model import LineBlock, LogEvent
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._follow import Unread
from tui.engine.worker import take_worker

BLOCK_SIZE = 2 * 1024**2
"""Bytes understood at once."""

WINDOW = 64 * 1024
"""Bytes before the end of a block in which a record has to begin."""

_WITH_HELPER = 3
"""Blocks that the other process has at once."""

_IN_ORDER = 8
"""Blocks that are understood or on their way while an earlier one is waited for."""


_Events = Callable[[], list[LogEvent]]


class Range(NamedTuple):
    """Lines of the file that can be understood by themselves."""

    offset: int
    size: int
    context: list[bytes]
    """The lines above."""
    ending: list[bytes]
    """The last lines of it."""


class _Waiting(NamedTuple):
    """A range on its way."""

    part: Range
    first_line: int
    found: Understood | Listed | None
    """What it means, where that was found out here and the file is what it was."""
    given: bool
    """The other process has it."""


class OpenFile:
    """The file for as long as anybody may want to read in it again."""

    def __init__(self, unread: Unread) -> None:
        self.descriptor = os.dup(unread.descriptor)
        self._head = unread.head
        weakref.finalize(self, os.close, self.descriptor)

    def read(self, part: Range) -> bytes | None:
        """Return the bytes of a range, None if the file is not what it was."""
        data = os.pread(self.descriptor, part.size, part.offset)
        whole = len(data) == part.size and os.pread(self.descriptor, len(self._head), 0) == self._head
        return data if whole else None


class Ranges:
    """Cuts what is left of a file where records begin."""

    def __init__(self, file: OpenFile, unread: Unread, context: list[bytes]) -> None:
        self._file = file
        self._stop = unread.stop
        self.offset = unread.start
        self.context = context
        """The lines above the offset."""

    def skipped(self) -> list[bytes] | None:
        """Return the lines up to where the first record begins for sure, and begin there; None where none does."""
        data = os.pread(self._file.descriptor, WINDOW, self.offset)
        lines = data.split(b"\n")[:-1]
        above = len(self.context)
        whole = [*self.context, *lines]
        for index in range(len(lines)):
            if begins_record(lines[index]) and ends_whole(whole, above + index):
                self.offset += sum(len(line) + 1 for line in lines[:index])
                self.context = whole[: above + index][-CONTEXT:]
                return lines[:index]
        return None

    def next(self) -> Range | None:
        """Return the next range; None where no record begins before the end, or the rest is not worth it."""
        for end in range(self.offset + BLOCK_SIZE, self.offset + 2 * BLOCK_SIZE, WINDOW):
            last = min(end, self._stop)
            if last - self.offset < 2 * WINDOW:
                break
            data = os.pread(self._file.descriptor, WINDOW, last - WINDOW)
            first = data.find(b"\n") + 1
            lines = data[first:].split(b"\n")[:-1]
            cut = last_cut(lines) if first else None
            if cut:
                size = last - WINDOW + first + sum(len(line) + 1 for line in lines[:cut]) - self.offset
                part = Range(self.offset, size, self.context, lines[:cut][-CONTEXT:])
                self.offset, self.context = self.offset + size, part.ending
                return part
        return None


class Pass:
    """Reads a file past its source."""

    def __init__(
        self, source: FileSource, unread: Unread, reader: Reader, *, helped: bool, lines: EventLines | None = None
    ) -> None:
        """``reader`` has read everything before; what it waits for is ended here. ``lines``: see ``Parsed.text``."""
        self._source, self._reader = source, reader
        self._file = OpenFile(unread)
        self._ranges = Ranges(self._file, unread, reader.context)
        log = Log(source.name, reader.tz, reader.now)
        self._here = BlockReader(*log)
        self._series = Series()
        self._lister = Lister(self._here, lines) if lines else None
        self._line = self._given = source.status().lines
        self._ending: list[bytes] = []
        worker = take_worker() if helped else None
        task = Task(log, lines, own_dialects())
        self._helper = Helper(worker, self._file.descriptor, task) if worker else None

    async def parsed(self) -> AsyncGenerator[Parsed, None]:
        """Yield what the file means up to somewhere near its end."""
        with closing(self._helper) if self._helper else nullcontext():
            skipped = self._ranges.skipped()
            if skipped is None:
                return
            if skipped:
                lines = cut(b"\n".join([*skipped, b""])).lines
                yield self._reader.read(LineBlock(self._source.name, self._line + 1, lines, 0, None))
                self._passed(len(skipped), sum(len(line) + 1 for line in skipped), skipped)
            self._ending, self._given = self._ranges.context, self._line
            yield self._reader.finish()._replace(ending=self._ending)
            async with aclosing(self._understood()) as understood:
                async for each in understood:
                    yield each
            self._reader.begin_anew(self._ending)

    async def _understood(self) -> AsyncGenerator[Parsed, None]:
        waiting: deque[_Waiting] = deque()
        helper, more = self._helper, True
        while more or waiting:
            part = self._ranges.next() if more else None
            more = part is not None
            if part is not None:
                number = self._first_line(part)
                given = helper is not None and helper.waiting < _WITH_HELPER
                if helper is not None and given:
                    helper.give(Part(part.offset, part.size, part.context, number))
                waiting.append(_Waiting(part, number, None if given else self._read(part, number), given=given))
            while waiting and (not more or len(waiting) > _IN_ORDER or self._is_ready(waiting[0])):
                done = waiting.popleft()
                found = done.found
                if helper is not None and done.given:
                    found = helper.take() or self._read(done.part, done.first_line)
                if found is None:
                    return
                yield self._parsed(done.part, found)
                await asyncio.sleep(0)

    def _read(self, part: Range, first_line: int) -> Understood | Listed | None:
        """Understand a range here; None if the file is not what it was."""
        data = self._file.read(part)
        if data is None or self._lister is None:
            return None if data is None else self._here.read(data, part.context)
        return self._lister.read(data, first_line)

    def _first_line(self, part: Range) -> int:
        """Return the number of the first line of a range, where it is to be written."""
        first = self._given + 1
        if self._lister is not None:
            self._given += (self._file.read(part) or b"").count(b"\n")
        return first

    def _is_ready(self, first: "_Waiting") -> bool:
        return not first.given or (self._helper is not None and self._helper.is_ready())

    def _parsed(self, part: Range, found: Understood | Listed) -> Parsed:
        """Count the lines of a range, and number them as the source does."""
        above = self._line
        if isinstance(found, Listed):
            self._passed(found.lines, part.size, part.ending)
            return Parsed([], {}, ending=part.ending, text=found.text)
        self._passed(found.lines, part.size, part.ending, found.truncated)
        make = LogEvent._make
        events = [make((kind, source, line + above, *rest)) for kind, source, line, *rest in found.events]
        signs = {line + above: time for line, time in found.above.items()}
        counts = found.understood, found.unrecognised, found.bad_samples
        again = cache(partial(self._again, part, above))
        samples, calls = self._samples(found, above, again), self._calls(found, above, again)
        return Parsed(events, signs, *counts, samples, calls, part.ending)

    def _samples(self, found: Understood, above: int, again: _Events) -> Samples | None:
        lines, times, values, codes, _ = found.samples
        if not lines.size:
            return None
        lines = lines + above
        codes, series = self._numbered(codes, found)
        return Samples(series, lines, times, values, codes, partial(_some, again, lines))

    def _calls(self, found: Understood, above: int, again: _Events) -> Calls | None:
        lines, times, values, codes, _ = found.calls
        if not lines.size:
            return None
        lines = lines + above
        codes, series = self._numbered(codes, found)
        return Calls(series, lines, times, values, codes, found.ids, partial(_some, again, lines))

    def _numbered(self, codes: Places, found: Understood) -> tuple[Places, tuple[LogEvent, ...]]:
        """Return codes that are the same whichever process gave them, and what they stand for."""
        known = np.array([self._series.code(event) for event in found.series], np.int64)
        return known[codes], tuple(self._series.events)

    def _again(self, part: Range, above: int) -> list[LogEvent]:
        """Read a range once more, for its events."""
        data = self._file.read(part)
        return [] if data is None else rebuilt(self._here.find(data), self._here.series.events, above)

    def _passed(self, lines: int, size: int, ending: list[bytes], truncated: int = 0) -> None:
        self._line += lines
        self._ending = ending
        self._source.passed(lines, size, b"\n".join([*ending, b""]), truncated)


def _some(events: _Events, lines: Places) -> list[LogEvent]:
    """Return the events of some lines."""
    wanted = set(lines.tolist())
    return [event for event in events() if event.line in wanted]
