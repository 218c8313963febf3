"""Raw lines of one source around an event: numbers, times, levels; only those in sight are read."""

import re
import time
from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence

from tui.engine.model import Level, RawLine
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._lines import Line, Role, Run, wrap
from widgets._rows import RowsView
from widgets._view import View

Read = Callable[[int, int], Sequence[RawLine]]
"""Returns the lines from one number to another, as far as they are there."""

LONGEST = 4_000
"""Characters of a line that are shown in full below the rows."""

MARKED = 400
"""Characters of a row in which what is searched for is marked."""
MARKING_S = 0.1
"""A picture whose marks take longer goes without, and so does each one after it until another pattern is typed."""

_LEVELS: dict[Level | None, tuple[int | None, Role]] = {
    "critical": (3, "critical"),
    "error": (3, "critical"),
    "warning": (2, "warning"),
    "info": (None, "text"),
    "debug": (None, "dim"),
    None: (None, "text"),
}


class RawLinesView(RowsView):
    """A long log of which only a window is ever read; below it the line under the cursor in full."""

    raw = False
    """Show lines as the log has them, not only what is inside their wrapping."""
    pattern: re.Pattern[str] | None = None
    """What a search looks for, marked where it stands."""
    _read: Read | None = None
    _numbers: Sequence[int] = ()
    _own: Collection[int] = ()
    _note = ""
    _seen: tuple[tuple[int, int], dict[int, RawLine]] = ((0, 0), {})
    _marking_s = 0.0
    """For how long marks were looked for in this picture."""

    @property
    def number(self) -> int:
        """The number of the line under the cursor."""
        return self._numbers[self.at] if self._numbers else 0

    @property
    def selected(self) -> RawLine | None:
        """The line under the cursor, if it is there."""
        return self._lines(self.number, self.number).get(self.number) if self._read else None

    def show(self, read: Read, numbers: Sequence[int], own: Collection[int], note: str, now: float) -> None:
        """Show lines; the cursor stays on its number, and at the end on the newest.

        Args:
            read: where lines come from.
            numbers: those there are, in order.
            own: those of the call that somebody follows.
            note: what is to be said about them as a whole.
            now: seconds since the epoch.
        """
        at_end = bool(self._numbers) and self.at == len(self._numbers) - 1
        number = self.number
        self._read, self._numbers, self._own, self._note = read, numbers, own, note
        self._seen = ((0, 0), {})
        place = max(0, len(numbers) - 1) if at_end else bisect_left(numbers, number)
        self._first += place - self.at
        self.at = place
        self.redraw(now)

    def go_to_number(self, number: int) -> None:
        """Put the cursor on a line, or on the nearest one that is there."""
        if self._numbers:
            self.jump_to(bisect_left(self._numbers, number))

    def count(self) -> int:
        """Return how many lines there are."""
        return len(self._numbers)

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the lines in sight, and the one under the cursor in full."""
        self._marking_s = 0.0
        return super().draw(width, height, view)

    def head(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - as its base has it
        """Return what is to be said about the lines as a whole."""
        text = self._note or ("" if self._numbers else t("lines.none"))
        return [(Run(f" {row}", "label"),) for row in wrap(text, max(1, width - 2))] if text else []

    def foot(self, width: int, height: int, view: View) -> list[Line]:
        """Return the line under the cursor in full, as far as there is room."""
        rows = max(2, min(8, height // 4))
        line = self.selected
        if line is None or height < 8:
            return []
        shown = wrap(safe_text(line.text, LONGEST), max(1, width - 2))
        title = t("lines.in_full", number=line.number)
        rule = Run(f"{view.glyphs.rest * 2} {title} ", "limit"), Run(view.glyphs.rest * width, "limit")
        return [rule, *((Run(" "), *self._marked(row, "text")) for row in shown[:rows])] + [()] * (rows - len(shown))

    def body(self, first: int, last: int, width: int, view: View) -> list[Line]:  # noqa: ARG002 - whoever shows it cuts
        """Return the lines in sight; one that is missing says so."""
        if not self._numbers[first:last]:
            return []
        lines = self._lines(self._numbers[first], self._numbers[last - 1])
        digits = len(str(self._numbers[-1]))
        return [self._row(number, lines.get(number), digits, view) for number in self._numbers[first:last]]

    def _lines(self, first: int, last: int) -> dict[int, RawLine]:
        (low, high), seen = self._seen
        if not (low <= first and last <= high) and self._read is not None:
            seen = {line.number: line for line in self._read(first, last)}
            self._seen = ((first, last), seen)
        return seen

    def _row(self, number: int, line: RawLine | None, digits: int, view: View) -> Line:
        own = Run(view.glyphs.pointer if number in self._own else " ", "hint")
        place = Run(f"{number:>{digits}} ", "dim")
        if line is None:
            return own, place, Run(t("lines.missing"), "dim")
        rank, role = _LEVELS[line.level]
        sign = Run(f"{' ' if rank is None else view.glyphs.status[rank]} ", role)
        time = Run(f"{fmt.moment_ms(line.time) if line.time is not None else ' ' * 12} ", "label")
        text = safe_text(line.text if self.raw else line.message)
        return own, place, time, sign, *self._marked(text, role)

    def _marked(self, text: str, role: Role) -> Line:
        """Return a text with what is searched for set off."""
        if self.pattern is None:
            return (Run(text, role),)
        runs, end, began = [], 0, time.perf_counter()
        for found in self.pattern.finditer(text[:MARKED]):
            if found.end() > found.start():
                runs += [Run(text[end : found.start()], role), Run(found.group(), "badge-paused")]
                end = found.end()
        self._marking_s += time.perf_counter() - began
        if self._marking_s > MARKING_S:
            self.pattern = None
        return tuple(run for run in (*runs, Run(text[end:], role)) if run.text)
