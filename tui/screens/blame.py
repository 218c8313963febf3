"""The evidence of what changed, over whatever was there; Esc goes back."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from tui.engine.model import Blame
from tui.engine.text import t
from tui.screens._bindings import translated
from widgets import BlameEvidence, KeyFooter, glyphs_in_use


class BlameScreen(ModalScreen[None]):
    """Shows what was known when it was opened: it stands still while it is read."""

    CSS = """
    BlameScreen { align: center middle; }
    BlameScreen > VerticalScroll {
        width: 100%; max-width: 140; height: 1fr;
        background: $background; border: round $border; padding: 0 1;
        border-title-color: $foreground; border-title-style: bold;
        &.-ascii { border: ascii $border; }
    }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("escape,q,b", "dismiss", id="back"),
        Binding("j", "scroll(1)", id="blame_down", show=False),
        Binding("k", "scroll(-1)", id="blame_up", show=False),
    ]

    def __init__(self, blame: Sequence[Blame]) -> None:
        super().__init__()
        self._blame = blame
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the evidence."""
        with VerticalScroll(classes="-ascii" if glyphs_in_use().ascii else "") as page:
            page.border_title = Content(glyphs_in_use().plain(t("blame.title")))
            yield BlameEvidence(self._blame)
        yield KeyFooter()

    def action_scroll(self, rows: int) -> None:
        """Move the text."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
