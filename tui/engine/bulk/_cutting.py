"""A large local file in ranges that begin with a record, each of which can be understood by itself."""

import os
import weakref
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.bulk._reader import CONTEXT
from tui.engine.bulk._records import begins_record, ends_whole, last_cut
from tui.engine.sources._follow import Unread

if TYPE_CHECKING:
    from tui.engine.bulk._words import Room  # loads numpy, which is not to be waited for here

BLOCK_SIZE = 2 * 1024**2
"""Bytes understood at once."""

WRITTEN_SIZE = BLOCK_SIZE // 4
"""The same where what the lines say is written: each event is a text then, and many texts wait for their turn."""

_MANY = 2000
"""Events understood line by line: where a block has more, what follows is cut smaller, for each is an object then."""

WINDOW = 64 * 1024
"""Bytes before the end of a block in which a record has to begin."""

_USUALLY = 8 * 1024
"""Bytes before the end in which one nearly always does."""


class Range(NamedTuple):
    """Lines of the file that can be understood by themselves."""

    offset: int
    size: int
    context: list[bytes]
    """The lines above."""
    ending: list[bytes]
    """The last lines of it."""


class OpenFile:
    """The file for as long as anybody may want to read in it again."""

    def __init__(self, unread: Unread) -> None:
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

    def __init__(self, file: OpenFile, unread: Unread, context: list[bytes], size: int | None = None) -> None:
        """``size`` is how many bytes each shall have, about; a block's unless told."""
        self._file = file
        self._size = size or BLOCK_SIZE
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

    def suit(self, size: int, single: int) -> None:
        """Cut what comes so that its events are not too many: of so many bytes so many were understood line by line."""
        self._size = BLOCK_SIZE // 8 if single * BLOCK_SIZE > _MANY * size else BLOCK_SIZE

    @property
    def left(self) -> int:
        """Return how many more ranges there will be, about."""
        return (self._stop - self.offset) // self._size

    def next(self) -> Range | None:
        """Return the next range; None where no record begins before the end, or the rest is not worth it."""
        for end in range(self.offset + self._size, self.offset + 2 * self._size, WINDOW):
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
        data = os.pread(self._file.descriptor, window, last - window)
        first = data.find(b"\n") + 1
        lines = data[first:].split(b"\n")[:-1]
        cut = last_cut(lines) if first else None
        if not cut or (cut < CONTEXT and window < WINDOW):
            return None
        size = last - window + first + len(b"\n".join(lines[:cut])) + 1 - self.offset
        return Range(self.offset, size, self.context, lines[:cut][-CONTEXT:])
