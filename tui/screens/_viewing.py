"""What is looked at: told so that it can be opened again, and copied."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui import screens
from tui.engine.model import Snapshot, SourceState
from tui.engine.text import t
from tui.screens._arranging import ArrangingScreen
from tui.screens._panels import name_of
from tui.screens._travelling import SEEKS, TravellingScreen
from tui.screens.viewed import View
from widgets import Panel, RecentPanel, SourcesPanel, VerdictStrip
from widgets._lines import crop

if TYPE_CHECKING:
    from tui.screens.command_line import Verb

TOLD = 60
"""Cells of what was copied that are told."""


class ViewingScreen(TravellingScreen, ArrangingScreen):
    """Begins with a view, tells which one is shown, and copies from it."""

    VIEW_KEYS: ClassVar[list[Binding]] = [Binding("y", "copy", id="copy", show=False)]

    first: View
    """What to begin with."""
    _at = ""
    """The moment to go to as soon as history is read."""

    def begin_with(self, view: View) -> None:
        """Show a view, as far as it can be had."""
        super().begin_with(view)
        self._at = view.at
        if view.filter:
            self._filter_by(view.filter)

    def choose_first(self) -> None:
        """Choose the source or host of the first view, now that they are known."""
        if self.first.scope:
            self._scope_to(self.first.scope)

    def seek_when_read(self, present: Snapshot) -> None:
        """Go to the moment of the first view once there is history to look at."""
        begun = (source.state is not SourceState.CONNECTING and source.progress is None for source in present.sources)
        if self._at and present.sources and all(begun):
            at, self._at = self._at, ""
            self._seek(at)

    def view(self) -> View:
        """Return what is looked at now, colours apart."""
        panel, moment = self.maximised, self._monitor.moment
        return View(
            layout=self.chosen_layout,
            scope=self.scope,
            filter=self.query_one(RecentPanel).filter_text if self.is_mounted else self.first.filter,
            panel=name_of(panel) if panel else "",
            at="" if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}",
        )

    def verbs(self) -> "Iterable[Verb]":
        """Return everything that is done with a word here."""
        yield from super().verbs()
        run, verb = screens.command_line.Run, screens.command_line.Verb
        yield verb("filter", run(self, "filter_by"), free=True)
        yield verb("seek", run(self, "seek_to"), lambda: SEEKS, free=True)

    def action_filter_by(self, pattern: str) -> None:
        """Keep the recent errors that match, and go there."""
        panel = self._filter_by(pattern)
        if not panel.display:
            self._fill_with(panel)
        self.set_focus(panel)

    def _filter_by(self, pattern: str) -> RecentPanel:
        panel = self.query_one(RecentPanel)
        if problem := panel.set_filter(pattern):
            self._notes(problem, bad=True)
        return panel

    def action_seek_to(self, moment: str) -> None:
        """Go to a moment."""
        self._seek(moment)

    def action_copy(self) -> None:
        """Copy what is under the cursor, else what the panel says, else the verdict."""
        focused = self.focused if isinstance(self.focused, Panel) else None
        if isinstance(focused, SourcesPanel):
            text = self.spec_of(focused.selected)
        else:
            text = focused.copied() if focused else self.query_one(VerdictStrip).told()
        if text:
            self.app.copy_to_clipboard(text)
        first = crop(text.strip().partition("\n")[0], TOLD)
        self._notes(t("view.copied", text=first) if text else t("view.nothing_to_copy"))
