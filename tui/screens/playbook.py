"""A playbook over the dashboard: read it, tick its steps off, copy its commands."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from tui.engine.errors import StateError
from tui.engine.model import Blame, ErrorGroup, Playbook
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._resizing import SizedDialog
from tui.screens.desk import Desk
from tui.screens.help import HELP, help_over
from widgets import KeyFooter, PlaybookCard


@dataclass(frozen=True, slots=True)
class Case:
    """Why a card is opened."""

    playbook: Playbook | None
    """None where nobody has written one yet."""
    evidence: Sequence[str] = ()
    """Raw outside text."""
    group: ErrorGroup | None = None
    """The row of the recent errors that it is about."""
    commands: Sequence[str] = ()
    """Filled in."""
    since: float = 0.0
    """When the trouble began: steps done before belong to another one."""
    blame: tuple[Blame, ...] = ()
    """What changed, where that is known."""
    changed: Callable[[], None] | None = None
    """Leads on to the evidence of that."""
    calls: Callable[[], None] | None = None
    """Leads on to the calls or lines that it is about."""


class PlaybookScreen(SizedDialog[None]):
    """Holds one card; Esc goes back. Nothing here runs a command."""

    CSS = """
    PlaybookScreen { align: center middle; }
    PlaybookScreen > PlaybookCard { width: 90%; max-width: 110; height: 90%; }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("c", "calls", id="calls"),
        Binding("escape,q", "dismiss", id="back"),
        Binding("b", "open_blame", id="blame"),
        HELP,
    ]

    def __init__(self, case: Case, desk: Desk) -> None:
        super().__init__()
        self._case = case
        self._desk = desk
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the card."""
        case = self._case
        yield PlaybookCard(case.playbook, case.evidence, commands=case.commands, clock=self._desk.clock)
        yield KeyFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the evidence of what changed only where there is some."""
        del parameters
        return action != "open_blame" or self._case.changed is not None

    def action_open_blame(self) -> None:
        """Show what the sentence about the change stands on."""
        if self._case.changed is not None:
            self._case.changed()

    async def on_mount(self) -> None:
        """Show which steps somebody has done already."""
        if self._case.playbook:
            with self._told():
                done = await self._desk.ticks.ticks(self._case.playbook.id, self._case.since)
                self.query_one(PlaybookCard).show_ticks(done)

    def action_help(self) -> None:
        """Open the page of keys and figures."""
        self.app.push_screen(help_over(self))

    def action_calls(self) -> None:
        """Go to the calls or lines that it is about."""
        if self._case.calls is not None:
            self._case.calls()

    @on(PlaybookCard.Ticked)
    async def keep(self, message: PlaybookCard.Ticked) -> None:
        """Keep a tick with the incident."""
        if self._case.playbook:
            with self._told():
                await self._desk.ticks.tick(self._case.playbook.id, message.step, message.at)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what is wrong with the place where ticks are kept; the card goes on without it."""
        try:
            yield
        except StateError as error:
            self.notify(t("screen.ticks_not_kept", reason=safe_text(str(error))), severity="warning", markup=False)

    @on(PlaybookCard.Copied)
    def copy(self, message: PlaybookCard.Copied) -> None:
        """Put a command on the clipboard through the terminal (OSC 52)."""
        self.app.copy_to_clipboard(message.text)
        self.notify(t("screen.copied"), markup=False)

    @on(PlaybookCard.DraftWanted)
    def begin(self) -> None:
        """Show a first version of a playbook for this."""
        from tui.screens.draft import DraftScreen  # noqa: PLC0415 - a writer of TOML, loaded where one is wanted

        if self._case.group:
            self.app.switch_screen(DraftScreen(self._case.group, self._desk.folder))
