"""What a user does about what changed: open its evidence."""

from typing import ClassVar

from textual import on
from textual.binding import Binding

from tui.engine.text import t
from tui.screens._alerting import AlertingScreen
from tui.screens.blame import BlameScreen
from widgets import BlameBar


class BlamingScreen(AlertingScreen):
    """Knows the key for the evidence."""

    BLAME_KEYS: ClassVar[list[Binding]] = [Binding("b", "open_blame", id="blame", show=False)]

    @on(BlameBar.Opened)
    def action_open_blame(self) -> None:
        """Show what the sentence under the strip stands on."""
        blame = self.query_one(BlameBar).blame
        if blame:
            self.app.push_screen(BlameScreen(blame))
        else:
            self.notify(t("blame.none"), markup=False)
