"""A large local file in ranges that begin with a record, each of which can be understood by itself."""

import os
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.engine.bulk._reader import CONTEXT
from tui.engine.bulk._records import begins_record, ends_whole, last_cut
from tui.engine.bulk._task import Range

if TYPE_CHECKING:
    from tui.engine.bulk._words import Room  # loads numpy, which is not to be waited for here
    from tui.engine.sources._follow import Unread  # loads sources, of which the other process opens none

BLOCK_SIZE = 2 * 1024**2
"""Bytes understood at once; twice as many where few events are among them, for what a block takes beside its lines."""

WRITTEN_SIZE = BLOCK_SIZE // 4
"""The same where what the lines say is written: each event is a text then, and many texts wait for their turn."""

PART_SIZE = BLOCK_SIZE // 8
"""The same where much is an event that is an object then."""

_MANY = 2000
"""Events understood line by line: where a block has more, what follows is cut smaller, for each is an object then."""

_MOST = 10_000
"""Events of any kind, and lines that nobody knows, that twice a block may have: if it has more it is cut."""

WINDOW = 64 * 1024
"""Bytes before the end of a block in which a record has to begin."""

_USUALLY = 8 * 1024
"""Bytes before the end in which one nearly always does."""


class OpenFile:
    """The file for as long as anybody may want to read in it again."""

    def __init__(self, unread: "Unread") -> None:
        self.descriptor = os.dup(unread.descriptor)
        self._head = unread.head
        weakref.finalize(self, os.close, self.descriptor)

    def read(self, part: Range) -> bytes | None:
        """Return the bytes of a range, None if the file is not what it was."""
        data = os.pread(self.descriptor, part.size, part.offset)
        return data if len(data) == part.size and self._is_same() else None

    def load(self, part: Range, room: "Room") -> memoryview | None:
        """Read a range as ``read`` does, to where it is looked at."""
        data = room.load(self.descriptor, part.size, part.offset)
        return data if self._is_same() else None

    def _is_same(self) -> bool:
        return os.pread(self.descriptor, len(self._head), 0) == self._head


class Ranges:
    """Cuts what is left of a file where records begin."""

    def __init__(self, descriptor: int, start: int, stop: int, context: list[bytes], size: int | None = None) -> None:
        """``size`` is how many bytes each shall have, about; a block's unless told."""
        self._descriptor = descriptor
        self._size = size or BLOCK_SIZE
        self._large = True
        """Large ranges never said too much so far."""
        self._stop = stop
        self.offset = start
        self.context = context
        """The lines above the offset."""

    def skipped(self) -> list[bytes] | None:
        """Return the lines up to where the first record begins for sure, and begin there; None where none does."""
        data = os.pread(self._descriptor, WINDOW, self.offset)
        lines = data.split(b"\n")[:-1]
        above = len(self.context)
        whole = [*self.context, *lines]
        for index in range(len(lines)):
            if begins_record(lines[index]) and ends_whole(whole, above + index):
                self.offset += sum(len(line) + 1 for line in lines[:index])
                self.context = whole[: above + index][-CONTEXT:]
                return lines[:index]
        return None

    def suit(self, size: int, rows: int, single: int) -> None:
        """Cut what comes so that its events are not too many: so many there were, some of them found line by line."""
        if single * BLOCK_SIZE > _MANY * size:
            self._size = PART_SIZE
        else:
            quiet = self._large and rows * 2 * BLOCK_SIZE <= _MOST * size
            self._size = 2 * BLOCK_SIZE if quiet else BLOCK_SIZE

    def keep_small(self) -> None:
        """Cut no more large ranges: one said too much, and what is like it would be looked at twice."""
        self._large = False

    @property
    def left(self) -> int:
        """Return how many more ranges there will be, about."""
        return (self._stop - self.offset) // self._size

    def stretch(self, size: int) -> Range | None:
        """Return so many bytes that whoever understands them shall cut; None where they would be a range or two."""
        found = self.next(size) if size > 2 * self._size else None
        return found and found._replace(most=None, step=self._size)

    def next(self, size: int | None = None) -> Range | None:
        """Return the next range; None where no record begins before the end, or the rest is not worth it."""
        size = size or self._size
        for end in range(self.offset + size, self.offset + 2 * size, WINDOW):
            last = min(end, self._stop)
            if last - self.offset < 2 * WINDOW:
                break
            found = self._cut(last, min(_USUALLY, WINDOW)) or self._cut(last, WINDOW)
            if found is not None:
                self.offset, self.context = self.offset + found.size, found.ending
                return found
        return None

    def _cut(self, last: int, window: int) -> Range | None:
        """Return what begins here and ends before a record in the window before an offset."""
        data = os.pread(self._descriptor, window, last - window)
        first = data.find(b"\n") + 1
        lines = data[first:].split(b"\n")[:-1]
        cut = last_cut(lines) if first else None
        if not cut or (cut < CONTEXT and window < WINDOW):
            return None
        size = last - window + first + len(b"\n".join(lines[:cut])) + 1 - self.offset
        return Range(self.offset, size, self.context, lines[:cut][-CONTEXT:], _MOST if size > BLOCK_SIZE else None)


def parts(descriptor: int, whole: Range, size: int) -> Iterator[Range]:
    """Yield parts of a range, of so many bytes about and each with a record at its begin, in their order."""
    stop = whole.offset + whole.size
    ranges = Ranges(descriptor, whole.offset, stop, whole.context, size)
    while (part := ranges.next()) is not None:
        yield part._replace(most=None)
    if ranges.offset < stop:
        yield Range(ranges.offset, stop - ranges.offset, ranges.context, whole.ending)
