"""One call: its turns on one scale, what went wrong between them, and the way on into its lines."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from tui.engine.model import Bucket, LogEvent, Story
from tui.engine.stories import impact_of
from tui.engine.text import t
from tui.screens.drill import ALONG_KEYS, DrillScreen, Way, next_place
from tui.screens.lines import LinesScreen
from widgets import CallView, RowsView
from widgets.call_view import Item


class CallScreen(DrillScreen):
    """Grows while the call is open."""

    KEYS: ClassVar[list[Binding]] = [
        Binding("y", "copy_call", id="copy_call"),
        *ALONG_KEYS,
    ]

    def __init__(self, way: Way, story: Story, bucket: Bucket) -> None:
        """``bucket`` is where it was chosen: what hurt in it is looked at first."""
        super().__init__(way)
        self._story = story
        self._bucket = bucket

    def body(self) -> ComposeResult:
        """Show the call."""
        yield CallView()

    async def on_mount(self) -> None:
        """Show what is known already, then look for more."""
        self._show()
        await super().on_mount()

    async def renew(self) -> None:
        """Tell the call again; one that nobody knows any more stays as it was."""
        since = self._story.opened_at or self._story.first_at
        stories = await self.stories(self._bucket.since if since is None else min(since, self._bucket.since))
        self._story = next((story for story in stories if story.key == self._story.key), self._story)
        self._show()

    def _show(self) -> None:
        limits = self._monitor.snapshot().thresholds
        impact = impact_of(self._story, self._bucket.since, self._bucket.until, limits, self.now)
        self.query_one(CallView).show(self._story, impact, limits, self.now)

    @on(RowsView.Chosen)
    def open_lines(self) -> None:
        """Go on to the lines around what is under the cursor."""
        item = self.query_one(CallView).selected
        event = self._event_of(item) if item else None
        if event is not None:
            self.app.push_screen(LinesScreen(self._way.on(t("lines.step")), event, self._story))

    def _event_of(self, item: Item) -> LogEvent | None:
        """Return the event that an item is about; a turn's last, for a turn nobody answered the one it began with."""
        events = self._story.events
        exact = next((event for event in events if event.line == item.line), None)
        if exact is not None or item.at is None:
            return exact
        return next((event for event in events if (event.time or 0.0) >= item.at), events[-1] if events else None)

    def action_along(self, what: str, step: int) -> None:
        """Go to the next or previous item, error or warning of the call."""
        view = self.query_one(CallView)
        kinds = {"error": {"error"}, "warning": {"warning", "fallback"}}.get(what)
        marks = [i for i, item in enumerate(view.items) if kinds is None or (item.mark and item.mark.kind in kinds)]
        place = next_place(marks, view.at, step)
        if place is None:
            self.say(f"lines.no_{what}")
        else:
            view.jump_to(place)

    def action_copy_call(self) -> None:
        """Copy the id of the call."""
        if self._story.name:
            self.copy(self._story.name)
