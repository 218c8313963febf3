"""A cursor over many rows of which only those in sight are drawn."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from widgets._lines import Line
from widgets._lines_view import LinesView
from widgets._view import View

_FAR = 10**9

CHOOSE = Binding("enter", "choose", "rows.key_choose", tooltip="rows.tip_choose", id="rows.choose")
"""For rows that lead further in."""


class RowsView(LinesView, can_focus=True):
    """Some lines that stay, and below them rows with a cursor."""

    FADES = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "panel.key_up", tooltip="panel.tip_up", id="rows.up", show=False),
        Binding("down,j", "move(1)", "panel.key_down", tooltip="panel.tip_down", id="rows.down", show=False),
        Binding("home,g", f"move(-{_FAR})", "rows.key_first", tooltip="rows.tip_first", id="rows.first", show=False),
        Binding("end,G", f"move({_FAR})", "rows.key_last", tooltip="rows.tip_last", id="rows.last", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "panel.key_page_up", tooltip="panel.tip_page", id="rows.back", show=False),
        Binding(
            "pagedown,ctrl+d", "page(1)", "panel.key_page_down", tooltip="panel.tip_page", id="rows.on", show=False
        ),
    ]

    class Chosen(Message):
        """Enter was pressed on a row."""

    at = 0
    """The row of the cursor."""
    _first = 0
    """The row in the first line below those that stay."""
    _centred = True
    """The next drawing puts the cursor into the middle."""
    _room = 1
    """Rows in sight."""
    _above = 0
    """Lines that stay."""

    def count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def head(self, width: int, height: int, view: View) -> list[Line]:
        """Return the lines that stay above the rows."""
        raise NotImplementedError

    def foot(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - most have none
        """Return the lines that stay below the rows."""
        return []

    def body(self, first: int, last: int, width: int, view: View) -> list[Line]:
        """Return rows from one place to before another, a line each."""
        raise NotImplementedError

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return what stays, and between it the rows around the cursor."""
        self.at = max(0, min(self.count() - 1, self.at))
        head = self.head(width, height, view)[: height - 1]
        foot = self.foot(width, height - len(head), view)
        self._above, self._room = len(head), max(1, height - len(head) - len(foot))
        most = max(0, self.count() - self._room)
        if self._centred:
            self._first, self._centred = max(0, self.at - self._room // 2), False
        self._first = min(most, max(self.at - self._room + 1, min(self._first, self.at)))
        rows = self.body(self._first, min(self.count(), self._first + self._room), width, view)
        return [*head, *rows, *[()] * (self._room - len(rows) if foot else 0), *foot]

    def cursor_row(self) -> int | None:
        """Return the line under the cursor."""
        return self._above + self.at - self._first if self.count() else None

    def go_to(self, place: int) -> None:
        """Put the cursor on a row."""
        self.at = max(0, min(self.count() - 1, place))
        self.redraw(self._view.now)

    def jump_to(self, place: int) -> None:
        """Put the cursor on a row, in the middle where it was out of sight."""
        self._centred = self._centred or not self._first <= place < self._first + self._room
        self.go_to(place)

    def action_move(self, step: int) -> None:
        """Move the cursor and stop at either end."""
        self.go_to(self.at + step)

    def action_page(self, pages: int) -> None:
        """Move by as many rows as are in sight."""
        step = pages * max(1, self._room - 1)
        self._first = max(0, self._first + step)
        self.go_to(self.at + step)

    def action_choose(self) -> None:
        """Ask for the row under the cursor to be opened."""
        if self.count():
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; a second click opens it."""
        offset = event.get_content_offset(self)
        place = -1 if offset is None else self._first + offset.y - self._above
        if offset is not None and offset.y >= self._above and 0 <= place < self.count():
            if place == self.at and event.chain > 1:
                self.action_choose()
            self.go_to(place)

    def on_mouse_scroll_down(self) -> None:
        """Go on."""
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        """Go back."""
        self.action_move(-3)
