"""What lies over every screen while no figure moves although it should; it goes by itself."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tui.screens._bindings import translated
from tui.screens._resizing import SizedDialog
from widgets import FrozenCover


class FrozenScreen(SizedDialog[None]):
    """Covers what was there; nothing can be done but leave (reliability §5)."""

    CSS = """
    FrozenScreen { align: center middle; background: $background 70%; }
    FrozenScreen > FrozenCover { width: 90%; max-width: 90; height: 8; border: thick $error; }
    """
    KEYS: ClassVar[list[Binding]] = [Binding("q", "app.leave(0)", id="quit")]

    def __init__(self) -> None:
        super().__init__()
        self._words = FrozenCover()
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the words."""
        yield self._words

    def show(self, since: float, now: float) -> None:
        """Say since when nothing moves; both in seconds since the epoch."""
        self._words.show(since, now)
