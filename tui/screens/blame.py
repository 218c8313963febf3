"""What changed: the evidence of the sentence under the strip, and the way on to the calls of it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll

from tui.engine.model import Blame, Bucket
from tui.engine.text import t
from tui.screens.calls import PANEL_OF, CallsScreen
from tui.screens.drill import DrillScreen, Way
from widgets import BlameEvidence


class BlameScreen(DrillScreen):
    """Shows what was known when it was opened: it stands still while it is read."""

    KEYS: ClassVar[list[Binding]] = [
        Binding("c", "calls", id="calls"),
        Binding("b", "back", id="blame_back", show=False),
        Binding("j", "scroll(1)", id="blame_down", show=False),
        Binding("k", "scroll(-1)", id="blame_up", show=False),
    ]

    def __init__(self, way: Way, blame: Sequence[Blame]) -> None:
        """``blame`` has at least one, that of the worst finding first."""
        super().__init__(way)
        self._blame = blame

    def body(self) -> ComposeResult:
        """Show the evidence."""
        with VerticalScroll(id="evidence"):
            yield BlameEvidence(self._blame)

    async def renew(self) -> None:
        """Leave it as it is."""

    def action_calls(self) -> None:
        """Go on to the calls since it began."""
        worst = self._blame[0]
        bucket = Bucket(PANEL_OF.get(worst.kpi, 0), worst.at, worst.until, worst.stage)
        self.app.push_screen(CallsScreen(self._way.on(t("calls.step")), bucket))

    def action_scroll(self, rows: int) -> None:
        """Move the text."""
        self.query_one("#evidence").scroll_relative(y=rows, animate=False)
