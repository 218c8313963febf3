"""A large local file read past its source: in ranges that begin with a record, understood by two processes.

The source is told what was read, so that it goes on behind it and notices, as ever, if the file was emptied.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.engine.bulk._ahead import Ahead, Waiting
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._cutting import PART_SIZE, parts
from tui.engine.bulk._listing import Listed, Lister
from tui.engine.bulk._reader import Parsed, Reader
from tui.engine.bulk._seams import Batch, Gathered
from tui.engine.bulk._task import Cut, Range, Task
from tui.engine.bulk._together import Together, are_enough
from tui.engine.bulk._understood import TooMuchError, Understood
from tui.engine.lines import cut
from tui.engine.model import LineBlock
from tui.engine.sources._file_source import FileSource

_IN_ORDER = 12
"""Ranges that are understood here while an earlier one is waited for."""

_HELD = 4 * 1024**2
"""Bytes of what was understood here that wait for an earlier range."""


class Pass:
    """Reads a file past its source."""

    def __init__(self, source: FileSource, reader: Reader, ahead: Ahead, task: Task) -> None:
        """``reader`` has read everything before; what it waits for is ended here."""
        self._source, self._reader, self._ahead = source, reader, ahead
        self._here = BlockReader(*task.log)
        self._lister = Lister(self._here, task.lines) if task.lines else None
        self._together = Together(self._here, ahead.file)
        self._line = source.status().lines
        self._ending: list[bytes] = []

    async def parsed(self) -> AsyncGenerator[Parsed, None]:
        """Yield what the file means up to somewhere near its end."""
        skipped = self._ahead.skipped
        if skipped is None:
            return
        if skipped:
            lines = cut(b"\n".join([*skipped, b""])).lines
            yield self._reader.read(LineBlock(self._source.name, self._line + 1, lines, 0, None))
            self._passed(len(skipped), sum(len(line) + 1 for line in skipped), skipped)
        self._ending = self._ahead.context
        yield self._reader.finish()._replace(ending=self._ending)
        gathered = Gathered(self._line)
        async with aclosing(self._understood()) as understood:
            async for part, found in understood:
                if isinstance(found, Listed):
                    self._passed(found.lines, part.size, part.ending)
                    yield Parsed([], {}, ending=part.ending, text=found.text)
                else:
                    gathered.add(part, found)
                    self._ahead.ranges.suit(part.size, found.rows, found.single)
                    if are_enough(gathered.settled):
                        yield self._counted(gathered.take())
        if (rest := gathered.rest()).ranges:
            yield self._counted(rest)
        self._reader.begin_anew(self._ending)

    async def _understood(self) -> AsyncGenerator[tuple[Range, Understood | Listed], None]:
        """Yield ranges and what they mean, in their order; end before one in which the file is not what it was."""
        ahead, more = self._ahead, True
        waiting = ahead.waiting
        while more or waiting:
            dealt = ahead.deal() if more else None
            more = dealt is not None
            if dealt is not None:
                waiting.append(dealt if dealt.given else dealt._replace(found=self._read(dealt)))
            while waiting and (not more or self._waits_for_much() or self._is_ready(waiting[0])):
                done = waiting.popleft()
                taken = self._taken(done)
                found = done.found or taken or self._read(done)
                if found is None:
                    return
                if isinstance(found, Cut):
                    if done.part.step is None:
                        ahead.ranges.keep_small()
                    cut = done._replace(found=None, given=taken is not None)  # whoever cut it understands its parts
                    waiting.extendleft(cut._replace(part=part) for part in reversed(found.parts))
                else:
                    yield done.part, found
                    await asyncio.sleep(0)
        if ahead.helper is not None:
            ahead.helper.dismiss()

    def _taken(self, one: Waiting) -> Understood | Listed | Cut | None:
        """Return what the other process says of a range, None if that did not get it or has no answer."""
        helper = self._ahead.helper
        return helper.take() if helper is not None and one.given else None

    def _read(self, one: Waiting) -> Understood | Listed | Cut | None:
        """Understand a range here; None if the file is not what it was."""
        file, part = self._ahead.file, one.part
        if part.step is not None:
            return Cut([*parts(file.descriptor, part, part.step)])
        data = file.load(part, self._here.room)
        if data is None or self._lister is not None:
            return self._lister.read(data, one.first_line) if data is not None and self._lister else None
        try:
            return self._here.read(data, part.context, part.most)
        except TooMuchError:
            return Cut([*parts(file.descriptor, part, PART_SIZE)])

    def _waits_for_much(self) -> bool:
        held = [each.found.held for each in self._ahead.waiting if each.found]
        return len(held) > _IN_ORDER or sum(held) > _HELD

    def _is_ready(self, first: Waiting) -> bool:
        helper = self._ahead.helper
        return not first.given or (helper is not None and helper.is_ready())

    def _counted(self, batch: Batch) -> Parsed:
        """Return what some ranges mean, of which the source is told."""
        for part, _, found in batch.ranges:
            self._passed(found.lines, part.size, part.ending, found.truncated)
        return self._together.parsed(batch)

    def _passed(self, lines: int, size: int, ending: list[bytes], truncated: int = 0) -> None:
        self._line += lines
        self._ending = ending
        self._source.passed(lines, size, b"\n".join([*ending, b""]), truncated)
