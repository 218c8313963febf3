"""What changed, under the strip: one sentence while something is wrong and the data says where that comes from."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from tui.engine.blame_sentence import blame_sentence
from tui.engine.model import Snapshot
from tui.engine.text import t
from widgets._lines import Line, Run, crop, wrap
from widgets._lines_view import LinesView
from widgets._view import View

if TYPE_CHECKING:
    from tui.engine.model import Blame

ROWS_MOST = 2


class BlameBar(LinesView, can_focus=True):
    """Says the sentence of the worst finding that has one; takes no room without."""

    DEFAULT_CSS = """
    BlameBar { height: auto; max-height: 2; width: 1fr; display: none; background: $surface; }
    BlameBar:focus { text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "blame.key_open", tooltip="blame.tip_open", id="blame.open", show=False),
    ]

    class Opened(Message):
        """The evidence is to be shown."""

    blame: "tuple[Blame, ...]" = ()
    """What is known, worst finding first."""
    _text = ""

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show what a snapshot says."""
        if snapshot.blame is self.blame:
            return
        self.blame = snapshot.blame
        text = blame_sentence(self.blame[0]) if self.blame else ""
        if text != self._text:
            self._text = text
            self.display = bool(text)
            self.refresh(layout=True)
            self.redraw(now)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual asks
        """Return the rows of the sentence at this width."""
        return len(self._wrapped(width))

    def _wrapped(self, width: int) -> list[str]:
        """Return the rows; what does not fit into two is cut with a mark."""
        rows = wrap(f"{self._text} ({t('blame.how')})", max(8, width - 3))
        return [*rows[: ROWS_MOST - 1], crop(" ".join(rows[ROWS_MOST - 1 :]), max(8, width - 3))][: len(rows)]

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - as high as it gets
        """Return the sentence."""
        leads = (f" {view.glyphs.pointer} ", "   ")
        return [(Run(leads[place > 0], "hint"), Run(row, "strong")) for place, row in enumerate(self._wrapped(width))]

    def action_open(self) -> None:
        """Ask for the evidence."""
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Ask for the evidence."""
        event.stop()
        self.action_open()
