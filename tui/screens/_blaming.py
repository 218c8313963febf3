"""What a user does about what changed: open its evidence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding

from tui import screens
from tui.engine.text import t
from tui.screens._alerting import AlertingScreen
from widgets import BlameBar

if TYPE_CHECKING:
    from tui.engine.model import Blame


class BlamingScreen(AlertingScreen):
    """Knows the key for the evidence."""

    BLAME_KEYS: ClassVar[list[Binding]] = [Binding("b", "open_blame", id="blame", show=False)]

    @on(BlameBar.Opened)
    def action_open_blame(self) -> None:
        """Show what the sentence under the strip stands on."""
        blame = self.query_one(BlameBar).blame
        if blame:
            self.open_evidence(blame)
        else:
            self.notify(t("blame.none"), markup=False)

    def open_evidence(self, blame: "Sequence[Blame]") -> None:
        """Show what sentences stand on."""
        self.app.push_screen(screens.blame.BlameScreen(self._way(t("blame.step")), blame))
