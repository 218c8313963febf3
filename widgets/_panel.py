"""The base of the numbered panels: one slice of the snapshot, redrawn only when it is another object."""

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tui.engine.model import EMPTY_SNAPSHOT, ErrorGroup, Playbook, Snapshot
from tui.engine.text import t
from widgets import _format
from widgets._lines_view import LinesView

WHEEL = 3
"""Rows that a notch of the wheel moves the cursor by."""


class Panel(LinesView, can_focus=True):
    """A bordered, focusable view of one part of a snapshot."""

    NUMBER: ClassVar[int]
    """The key that focuses the panel, shown in its title."""
    TITLE: ClassVar[str]
    """Catalogue key of the title."""
    KPIS: ClassVar[frozenset[str]] = frozenset()
    """Findings of the verdict that belong here."""

    ENTER: ClassVar[str] = "open"
    """The action of Enter and of a second click."""

    SCREEN_KEYS: ClassVar[tuple[str, ...]] = ()
    """Ids of bindings of the screen that are about what is shown here; the footer tells them while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "panel.key_open", tooltip="panel.tip_open", id="panel.open"),
    ]

    DEFAULT_CSS = """
    Panel {
        border: round $border-blurred;
        border-title-color: $foreground-muted;
        border-subtitle-color: $foreground-muted;
        padding: 0 1;
        &:focus {
            border: round $border;
            border-title-color: $foreground;
            border-title-style: bold;
        }
        &.-ascii { border: ascii $border-blurred; }
        &.-ascii:focus { border: ascii $border; }
    }
    """

    class Opened(Message):
        """Enter was pressed."""

        def __init__(self, panel: "Panel", playbook: Playbook | None, group: ErrorGroup | None = None) -> None:
            super().__init__()
            self.panel = panel
            """Where."""
            self.playbook = playbook
            """Of the selected row or of the worst finding of the panel; ``None`` if there is none."""
            self.group = group
            """The selected row, if the panel has rows."""

        @property
        def control(self) -> "Panel":
            """The panel that sent it."""
            return self.panel

    snapshot: Snapshot = EMPTY_SNAPSHOT
    """The snapshot on show."""
    _part: tuple[object, ...] = ()
    _titles: tuple[str, str] = ("", "")

    def on_mount(self) -> None:
        """Write the title."""
        self.set_class(self._view.glyphs.ascii, "-ascii")
        self._write_titles()

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show a snapshot; cheap when nothing that is on show changed.

        Args:
            snapshot: What to show.
            now: Seconds since the epoch, for the ages.
        """
        part = self.part(snapshot)
        live = snapshot.verdict.freshness == "live"
        same = len(part) == len(self._part) and all(a is b for a, b in zip(part, self._part, strict=True))
        self.snapshot, self._part = snapshot, part
        if not same or live is not self._view.live or self._view.aged(now) or self.is_due(now):
            self.redraw(now, live=live)
            self.set_class(self._view.glyphs.ascii, "-ascii")
        self._view.now = now
        self._write_titles()

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the values of the snapshot that the panel draws."""
        raise NotImplementedError

    @property
    def due(self) -> float:
        """The moment before which nothing on show reads differently, the age of the data in the border included."""
        verdict = self.snapshot.verdict
        if verdict.freshness == "live" or verdict.newest_at is None:
            return super().due
        return min(super().due, _format.age_changes(verdict.newest_at, self._view.now))

    def is_due(self, now: float) -> bool:  # noqa: ARG002 - some panels put off costly drawing
        """Tell whether something put off earlier should be drawn now."""
        return False

    def copied(self) -> str:
        """Return what copying takes: the row under the cursor where there is one, else what is on show."""
        return "\n".join(row.rstrip() for row in self.rows).strip("\n")

    def move(self, step: int) -> bool:  # noqa: ARG002 - most panels have no rows
        """Move the cursor, if there is one; tell whether there is."""
        return False

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down the rows of the panel that has the focus."""
        if self.has_focus and self.move(WHEEL):
            event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up the rows of the panel that has the focus."""
        if self.has_focus and self.move(-WHEEL):
            event.stop()

    @on(events.Click)
    async def open_clicked(self, event: events.Click) -> None:
        """Do at the second click what Enter does."""
        if event.chain == 2:
            await self.run_action(self.ENTER)

    def subtitle(self) -> str:
        """Return what stands in the lower border while the data is fresh; safe text."""
        return ""

    def playbook(self) -> Playbook | None:
        """Return what Enter opens: by default the playbook of the worst finding of the panel."""
        mine = (f.playbook for f in self.snapshot.verdict.findings if f.kpi in self.KPIS)
        return next((book for book in mine if book), None)

    def action_open(self) -> None:
        """Ask for the playbook to be opened."""
        self.post_message(self.Opened(self, self.playbook()))

    def age_of_data(self) -> str:
        """Return what is said about data that is not fresh."""
        verdict = self.snapshot.verdict
        if verdict.freshness == "live":
            return ""
        if verdict.freshness == "none" or verdict.newest_at is None:
            return t("panel.no_data_yet")
        return t("panel.stale", age=_format.age(verdict.newest_at, self._view.now))

    def coverage(self) -> str:
        """Return how many sources the figures stand on, if that is not all of them."""
        verdict = self.snapshot.verdict
        if not verdict.sources_down:
            return ""
        readable = verdict.sources_total - verdict.sources_down
        return t("panel.coverage", readable=readable, total=verdict.sources_total)

    def _write_titles(self) -> None:
        plain = self._view.glyphs.plain
        told = self.age_of_data() or " · ".join(filter(None, (self.coverage(), self.subtitle())))
        titles = plain(f"{self.NUMBER} {t(self.TITLE)}"), plain(told)
        if titles == self._titles:
            return
        before, self._titles = self._titles, titles
        if titles[0] != before[0]:
            self.border_title, self.border_subtitle = Content(titles[0]), Content(titles[1])
        else:
            self.say_below(titles[1])
