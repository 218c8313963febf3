"""The wallboard: for everybody in the room and nobody's hands; it turns its pages and never stands quite still."""

from collections.abc import Callable, Iterable
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding

from tui.engine.clock import Clock
from tui.engine.model import Snapshot, Status
from tui.screens._alerting import AlertingScreen
from tui.screens._bindings import translated
from tui.screens._incident import Incident
from tui.screens._resizing import SizedScreen
from tui.screens.command_line import Verb
from tui.screens.help import HelpScreen
from tui.screens.layouts import Layout
from widgets import KeyFooter, Wallboard
from widgets.wallboard import Board, burning_page

RENEW_S = 1.0

SHIFT_EVERY_S = 180.0
"""Everything moves a little this often, so that nothing burns into the glass."""

SHIFTS = ((0, 0), (0, 2), (1, 3), (1, 1), (0, 1), (0, 3), (1, 2), (1, 0))
"""Rows and columns by which it is moved, one after the other."""


def shift(now: float) -> tuple[int, int]:
    """Return by how many rows and columns everything stands further down and to the right now."""
    return SHIFTS[int(now // SHIFT_EVERY_S) % len(SHIFTS)]


class Behind(Protocol):
    """The screen behind, which goes on pulling figures."""

    def leave_wall(self) -> None:
        """Show the panels again."""

    def action_next_layout(self) -> None:
        """Go on to the next layout."""

    def verbs(self) -> Iterable[Verb]:
        """Return what is done with a word."""


class WallboardScreen(SizedScreen[None]):
    """Pages over the snapshots of the screen behind; whatever changes anything is refused."""

    CSS = """
    WallboardScreen > KeyFooter { background: $background; }
    WallboardScreen FooterKey, WallboardScreen FooterKey > .footer-key--key,
    WallboardScreen FooterKey > .footer-key--description {
        background: $background; color: $foreground-disabled; text-style: none;
    }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("space", "stay", id="wall_pause"),
        Binding("left,h", "turn(-1)", id="wall_left", show=False),
        Binding("right,l", "turn(1)", id="wall_right"),
        Binding("p", "next_layout", id="next_layout"),
        Binding("question_mark", "help", id="help"),
        Binding("colon", "app.command_palette", id="palette", show=False),
        Binding("escape", "back", id="back"),
        Binding("q", "app.leave(0)", id="quit"),
        *AlertingScreen.ALERT_KEYS,
        *AlertingScreen.SOURCE_KEYS[1:],
    ]

    def __init__(
        self, behind: Behind, layout: Layout, snapshot: Callable[[], Snapshot], incident: Incident, clock: Clock
    ) -> None:
        super().__init__()
        self.wall = layout
        """What is shown for how long."""
        self._behind = behind
        self._snapshot = snapshot
        self._incident = incident
        self._clock = clock
        self._page = 0
        self._stays = False
        self._turned = clock.monotonic()
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the picture and, in grey, what few keys there are."""
        yield Wallboard()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin to show."""
        self._renew()
        self.set_interval(RENEW_S, self._renew)

    def _renew(self) -> None:
        now, snapshot = self._clock.now(), self._snapshot()
        down, right = shift(now)
        self.styles.padding = (down, SHIFTS[2][1] - right, 1 - down, right)
        self.query_one(Wallboard).show(snapshot, self._board(snapshot), now)

    def _board(self, snapshot: Snapshot) -> Board:
        """Return the page to show: the one that burns while something is critical, else one after the other."""
        pages = self.wall.pages
        burning = burning_page(snapshot, pages) if snapshot.verdict.status is Status.CRITICAL else None
        if self._stays:
            return Board(pages[self._page % len(pages)], pages, "paused", self._incident.since)
        if burning is not None:
            self._page = pages.index(burning)
            return Board(burning, pages, "pinned", self._incident.since)
        if self._clock.monotonic() - self._turned >= self.wall.every_s:
            self._turn_to(self._page + 1)
        return Board(pages[self._page % len(pages)], pages, "on", self._incident.since)

    def _turn_to(self, page: int) -> None:
        self._page, self._turned = page % len(self.wall.pages), self._clock.monotonic()

    def action_turn(self, step: int) -> None:
        """Turn to the next page or the one before; it stays if something critical would turn back at once."""
        self._stays = self._stays or self._snapshot().verdict.status is Status.CRITICAL
        self._turn_to(self._page + step)
        self._renew()

    def action_stay(self) -> None:
        """Stay on this page, or go on turning."""
        self._stays = not self._stays
        self._turned = self._clock.monotonic()
        self._renew()

    def action_back(self) -> None:
        """Go back to the panels."""
        self._behind.leave_wall()

    def action_next_layout(self) -> None:
        """Go on to the layout after the wallboard."""
        self._behind.action_next_layout()

    def verbs(self) -> Iterable[Verb]:
        """Return what is done with the name of a layout."""
        return [each for each in self._behind.verbs() if each.name == "layout"]

    def action_help(self) -> None:
        """Open the page of keys and figures."""
        self.app.push_screen(HelpScreen(active.binding for active in self.active_bindings.values()))
