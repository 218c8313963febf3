"""The ranges of a file shared out: the other process is at work before this one has loaded what it needs itself."""

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.bulk._apart import Helper
from tui.engine.bulk._cutting import WRITTEN_SIZE, OpenFile, Ranges
from tui.engine.bulk._task import Cut, Part, Range, Task
from tui.engine.sources._follow import Unread
from tui.engine.worker import take_worker

if TYPE_CHECKING:
    from tui.engine.bulk._listing import Listed
    from tui.engine.bulk._understood import Understood

_WITH_HELPER = 6
"""Ranges that the other process has at once; fewer near the end, so that both end at once."""

_AT_FIRST = 64 * 1024**2
"""Bytes that it is given at first, so that it has something to do until this process gives the next ones."""


class Waiting(NamedTuple):
    """A range on its way."""

    part: Range
    first_line: int
    given: bool
    """The other process has it."""
    found: "Understood | Listed | Cut | None" = None
    """What it means, where that was found out here and the file is what it was."""


class Ahead:
    """Cuts a file and gives ranges to the other process, if there is one; ``close`` ends that."""

    def __init__(self, unread: Unread, context: list[bytes], line: int, task: Task, *, helped: bool) -> None:
        """``context`` are the last lines above, ``line`` is the number of the last of them."""
        self.file = OpenFile(unread)
        size = WRITTEN_SIZE if task.lines else None
        self.ranges = Ranges(self.file.descriptor, unread.start, unread.stop, context, size)
        self.skipped = self.ranges.skipped()
        """The lines above the first range; None where there is none."""
        self.context = self.ranges.context
        """The last lines above it."""
        self._written = task.lines is not None
        self._line = line + len(self.skipped or ())
        worker = take_worker() if helped and self.skipped is not None else None
        self.helper = Helper(worker, self.file.descriptor, task) if worker else None
        self.waiting: deque[Waiting] = deque()
        """In the order of the file."""
        if self.helper is not None and not self._written:
            self._deal_at_first((unread.stop - self.ranges.offset) // 2)
        while self._helper_has_room() and (dealt := self.deal()):
            self.waiting.append(dealt)

    def deal(self) -> Waiting | None:
        """Return the next range, given to the other process if that has room for it; None where none is left."""
        given = self._helper_has_room()
        part = self.ranges.next()
        if part is None:
            return None
        number = self._first_line(part)
        if self.helper is not None and given:
            self.helper.give(Part(part, number))
        return Waiting(part, number, given)

    def _deal_at_first(self, most: int) -> None:
        """Give the other process as much as it understands while this one loads what it needs, which it is to cut."""
        part = self.ranges.stretch(min(_AT_FIRST, most))
        if part is not None and self.helper is not None:
            self.helper.give(Part(part, 0))
            self.waiting.append(Waiting(part, 0, given=True))

    def _helper_has_room(self) -> bool:
        if self.helper is None:
            return False
        return self.helper.waiting < max(1, min(_WITH_HELPER, self.ranges.left // 3))

    def _first_line(self, part: Range) -> int:
        """Return the number of the first line of a range, where it is to be written."""
        first = self._line + 1
        if self._written:
            self._line += (self.file.read(part) or b"").count(b"\n")
        return first

    def close(self) -> None:
        """End the other process."""
        if self.helper is not None:
            self.helper.close()
