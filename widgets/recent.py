"""Panel 6: the latest errors, equal ones collapsed, each with the playbook that fits it."""

import re
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.engine.model import ErrorGroup, Playbook, Snapshot
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets._filter import FilterError, RowFilter
from widgets._language import localised
from widgets._lines import Column, Line, Role, Run, crop, table
from widgets._panel import Panel
from widgets._view import View

_HINT_SHARE = 0.28
_KINDS: dict[str, tuple[int, Role]] = {
    "error": (3, "critical"),
    "config_warning": (3, "critical"),
    "warning": (2, "warning"),
    "fallback": (2, "warning"),
}


_REPEATED = re.compile(
    r"^(?:[^\w\[(<\"'/.-]{1,6}\s*)?(?:\[(?:STT|LLM|TTS|Config) ?[\w .-]{0,30}\]\s*)?(?:trace=\S+\s*)?(?:(?i:error): )?"
)
"""The head of a message: its sign, stage and provider have columns of their own."""


def searched_text(group: ErrorGroup) -> str:
    """Return what a filter looks at."""
    parts = (group.kind, group.stage, group.provider, group.code, group.text)
    return " ".join(safe_text(part, 500) for part in parts if part)


def recent_lines(groups: Sequence[ErrorGroup], width: int, view: View) -> list[Line]:
    """Return one row per group: sign, age, count, where, code, text and ``→ playbook``."""
    hint_width = int(width * _HINT_SHARE) if width >= 60 else 0
    rows = [_row(group, hint_width, view) for group in groups]
    columns = [
        Column(),
        Column(right=True),
        Column(right=True),
        Column(rank=2),
        Column(rank=3),
        Column(rank=4),
        Column(least=24, stretch=True),
        Column(rank=1),
    ]
    return table(columns, rows, width, header=False)


def _row(group: ErrorGroup, hint_width: int, view: View) -> list[Run]:
    rank, role = _KINDS[group.kind]
    hint = safe_text(localised(group.playbook.title), 120) if group.playbook else t("panel_recent.no_playbook")
    return [
        Run(view.glyphs.status[rank], role),
        Run(view.age(group.last_at), "label"),
        Run(f"×{group.count}", "strong" if group.count > 1 else "label"),
        Run(group.stage or "", "strong"),
        Run(safe_text(group.provider or "", 14)),
        Run(safe_text(group.code or "", 10), role),
        Run(_REPEATED.sub("", safe_text(group.text, 300))),
        Run(crop(f"→ {hint}", hint_width) if hint_width else "", "hint" if group.playbook else "label"),
    ]


class RecentPanel(Panel):
    """A cursor over collapsed errors, newest first, with a filter."""

    NUMBER: ClassVar[int] = 6
    TITLE: ClassVar[str] = "panel_recent.title"
    SCREEN_KEYS: ClassVar[tuple[str, ...]] = ("calls", "filter")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "panel.key_up", tooltip="panel.tip_up", id="recent.up", show=False),
        Binding("down,j", "move(1)", "panel.key_down", tooltip="panel.tip_down", id="recent.down", show=False),
        Binding("home,g", "move(-100000)", "panel.key_first", tooltip="panel.tip_first", id="recent.first", show=False),
        Binding("end,G", "move(100000)", "panel.key_last", tooltip="panel.tip_last", id="recent.last", show=False),
        Binding(
            "pageup,ctrl+u", "page(-1)", "panel.key_page_up", tooltip="panel.tip_page", id="recent.pageup", show=False
        ),
        Binding(
            "pagedown,ctrl+d",
            "page(1)",
            "panel.key_page_down",
            tooltip="panel.tip_page",
            id="recent.pagedown",
            show=False,
        ),
    ]

    _filter: RowFilter | None = None
    _shown: tuple[ErrorGroup, ...] = ()
    _at = 0
    _first = 0
    """The group in the first row."""
    _key: str | None = None
    """The group that the cursor stays on; none at the top, where it follows the newest."""

    @property
    def selected(self) -> ErrorGroup | None:
        """The group under the cursor."""
        return self._shown[self._at] if self._at < len(self._shown) else None

    @property
    def filter_text(self) -> str:
        """The filter in force, empty if there is none."""
        return self._filter.text if self._filter else ""

    def set_filter(self, text: str) -> str | None:
        """Keep only groups that match; returns what is wrong with the pattern, and then changes nothing.

        Args:
            text: A regular expression; a leading ``!`` inverts it; empty shows everything again.
        """
        try:
            wanted = RowFilter(text) if text.strip("!") else None
            if wanted:
                wanted.keep([searched_text(group) for group in self.snapshot.recent])
        except FilterError as error:
            return safe_text(str(error), 200)
        self._filter = wanted
        self._at, self._key = 0, None
        self._choose()
        self.forget()
        self._write_titles()
        return None

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show a snapshot; the cursor stays on its group while newer ones arrive above it."""
        if snapshot.recent is not self.snapshot.recent:
            self.snapshot = snapshot
            self._choose()
        super().show(snapshot, now)

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the collapsed errors."""
        return (snapshot.recent,)

    def subtitle(self) -> str:
        """Return the filter and how much it lets through."""
        if self._filter is None:
            return ""
        counts = t("panel_recent.filtered", shown=len(self._shown), all=len(self.snapshot.recent))
        return f"/{safe_text(self._filter.text, 60)} · {counts}"

    def playbook(self) -> Playbook | None:
        """Return the playbook of the row under the cursor."""
        return self.selected.playbook if self.selected else None

    def action_open(self) -> None:
        """Ask for the playbook of the selected row to be opened, or for the row itself where none is known."""
        self.post_message(self.Opened(self, self.playbook(), self.selected))

    def copied(self) -> str:
        """Return the line of the selected row."""
        return safe_text(self.selected.text, 20_000) if self.selected else ""

    def move(self, step: int) -> bool:
        """Move the cursor."""
        self.action_move(step)
        return True

    def cursor_row(self) -> int | None:
        """Return the row under the cursor while the panel has the focus."""
        return self._at - self._first if self._shown and self.has_focus else None

    def on_focus(self) -> None:
        """Show the cursor."""
        self.forget()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.forget()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and self._first + offset.y < len(self._shown):
            self.action_move(self._first + offset.y - self._at)

    def action_move(self, step: int) -> None:
        """Move the cursor and stop at either end."""
        if not self._shown:
            return
        self._at = max(0, min(len(self._shown) - 1, self._at + step))
        # At the top the cursor follows whatever is newest; further down it stays on its group.
        self._key = self._shown[self._at].key if self._at else None
        self.redraw(self._view.now, live=self._view.live)

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many rows as the panel shows."""
        self.action_move(pages * max(1, self.size.height - 1))

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows around the cursor."""
        if not self._shown:
            key = "none" if not self.snapshot.recent else "none_match"
            return [(Run(t(f"panel_recent.{key}"), "label"),)]
        most = max(0, len(self._shown) - height)
        self._first = min(most, max(self._at - height + 1, min(self._first, self._at)))
        return recent_lines(self._shown[self._first : self._first + height], width, view)

    def _choose(self) -> None:
        groups = self.snapshot.recent
        if self._filter:
            try:
                kept = self._filter.keep([searched_text(group) for group in groups])
            except FilterError as error:
                self._filter = None
                self.notify(safe_text(str(error), 200), severity="warning", markup=False)
            else:
                groups = tuple(group for group, keep in zip(groups, kept, strict=True) if keep)
        self._shown = groups
        places = {group.key: place for place, group in enumerate(groups)}
        self._at = places.get(self._key, min(self._at, max(0, len(groups) - 1))) if self._key else 0
