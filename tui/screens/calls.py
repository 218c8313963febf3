"""The calls of a bucket, those that need attention first."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from tui.engine.model import Bucket, CallRow, Story
from tui.engine.safe_text import safe_text
from tui.engine.stories import attention
from tui.engine.text import t
from tui.screens.call import CallScreen
from tui.screens.drill import DrillScreen, Way
from widgets import CallsTable, RowsView

Wanted = Callable[[Story], bool]
"""Tells whether a story belongs to what was chosen: an error group, a source."""


PANEL_OF = {
    "ttfb": 3,
    "fallback": 2,
    "fallback_spike": 2,
    "errors": 5,
    "errors_per_minute": 5,
    "all_failed": 5,
    "calls": 4,
}
"""The panel whose figure a finding or an alert is about; the others are about whole calls."""


class CallsScreen(DrillScreen):
    """Where a panel's bucket leads; Enter goes on to one call."""

    KEYS: ClassVar[list[Binding]] = [
        Binding("P", "playbook", id="playbook"),
        Binding("y", "copy_call", id="copy_call"),
    ]

    def __init__(
        self, way: Way, bucket: Bucket, wanted: Wanted | None = None, book: Callable[[], None] | None = None
    ) -> None:
        """``wanted`` narrows the bucket; ``book`` opens the playbook of what led here."""
        super().__init__(way)
        self._bucket = bucket
        self._wanted = wanted
        self._book = book

    def body(self) -> ComposeResult:
        """Show the calls."""
        yield CallsTable()

    async def renew(self) -> None:
        """Tell the calls again."""
        limits = self._monitor.snapshot().thresholds
        stories = await self.stories(self._bucket.since)
        rows = attention(stories, self._bucket, limits, self.now)
        if self._wanted is not None:
            rows = tuple(row for row in rows if self._wanted(row.story))
        why = self._why_empty(stories)
        self.query_one(CallsTable).show(rows, self._bucket, limits, now=self.now, why_empty=why)

    def _why_empty(self, stories: Sequence[Story]) -> str:
        """Say why there is nothing to choose, never leaving it blank."""
        if self._bucket.n and not stories:
            return t("calls.not_kept", n=self._bucket.n)
        if self._bucket.panel == 4 and not any(story.key.call for story in stories):
            return t("calls.unnamed")
        return t("calls.none")

    @property
    def _chosen(self) -> CallRow | None:
        return self.query_one(CallsTable).selected

    @on(RowsView.Chosen)
    def open_call(self) -> None:
        """Go on to the call under the cursor."""
        if row := self._chosen:
            step = safe_text(row.story.name, 80) if row.story.tied else t("calls.untied")
            self.app.push_screen(CallScreen(self._way.on(step), row.story, self._bucket))

    def action_playbook(self) -> None:
        """Open what is to be done about what led here."""
        if self._book is not None:
            self._book()

    def action_copy_call(self) -> None:
        """Copy the id of the call."""
        if (row := self._chosen) and row.story.name:
            self.copy(row.story.name)
