"""Everything about the alerts, and what is asked before they are silenced."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, NamedTuple, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui.engine.errors import UsageError
from tui.engine.model import Alert, AlertBoard, AlertNote, Playbook, Snapshot
from tui.engine.text import t
from tui.engine.when import parse_span
from tui.screens._bindings import translated
from tui.screens._resizing import SizedScreen
from tui.screens.ask import Question
from tui.screens.help import HelpScreen
from widgets import AlertsPage, AlertsPanel, KeyFooter, VerdictStrip

USUAL_SPAN = "1h"
RENEW_S = 0.5


class AlertDesk(Protocol):
    """Where alerts are judged or read, and where people say something about them."""

    def board(self) -> AlertBoard:
        """Return the alerts; the same object while nothing changed."""

    async def settled(self) -> None:
        """Return once the figures of this moment are judged, if they are just being, or a moment later."""

    def playbook(self, alert: Alert) -> Playbook | None:
        """Return what to do about an alert, if that is known."""

    async def notes(self, since: float, until: float) -> list[AlertNote]:
        """Return what became of alerts in a span, and what people said; raises ``VoxtopError``."""

    async def acknowledge(self, alert: Alert) -> None:
        """Take an alert on; raises ``VoxtopError``."""

    async def silence(self, match: str, seconds: float, comment: str) -> None:
        """Mute what matches, for a time; raises ``VoxtopError``."""

    async def test(self) -> list[tuple[str, str]]:
        """Try every channel; return its name and why nothing arrived, empty if it did."""


class Asked(NamedTuple):
    """What was answered about a silence."""

    match: str
    seconds: float
    comment: str


def match_of(alert: Alert) -> str:
    """Return what silences this alert and no other."""
    labels = (f'{name}="{value}"' if set(value) & set(',"') else f"{name}={value}" for name, value in alert.labels)
    return ",".join((f"rule={alert.rule}", *labels))


def chosen(board: AlertBoard, panel: AlertsPanel | None) -> Alert | None:
    """Return the alert that a key is about: the selected one, else the worst that fires and nobody has."""
    if panel is not None and panel.has_focus:
        return panel.selected
    return next((one for one in board.firing if not one.acknowledged and not one.muted_by), None)


class Actions(Protocol):
    """What the screen behind this one can do."""

    async def acknowledge(self, alert: Alert | None) -> None:
        """Take an alert on, if there is one."""

    def silence(self, alert: Alert | None) -> None:
        """Ask about a silence."""

    def action_test_channels(self) -> None:
        """Send a test through every channel."""

    def open_for(self, alert: Alert | None) -> None:
        """Open the playbook of an alert."""

    def calls_of_alert(self, alert: Alert) -> None:
        """Go to the calls of the time in which an alert's condition holds."""


class SilenceScreen(Question[None]):
    """Asks for how long and why, until that is taken; Esc silences nothing."""

    CSS = """
    SilenceScreen { align: center middle; }
    SilenceScreen > Vertical {
        width: 80%; max-width: 90; height: auto; padding: 0 1;
        border: round $border; background: $surface;
    }
    SilenceScreen Label { width: 100%; }
    """
    KEYS: ClassVar[list[Binding]] = [Binding("escape", "dismiss", id="back")]

    def __init__(self, match: str, take: Callable[[Asked], Awaitable[str]]) -> None:
        """``take`` carries out what was answered; it returns why it could not, in safe text, empty if it could."""
        super().__init__()
        self._match, self._take = match, take
        self._bindings = translated(self.KEYS)
        self._bindings.bind("tab", "app.focus_next", show=False)
        self._bindings.bind("shift+tab", "app.focus_previous", show=False)

    def compose(self) -> ComposeResult:
        """Lay out the questions."""
        with Vertical():
            yield Label(t("screen.silence_title"), markup=False)
            yield Input(self._match, id="match", placeholder=t("alerts.match_remedy"))
            yield Input(USUAL_SPAN, id="span", placeholder=t("screen.silence_span"))
            yield Input(id="comment", placeholder=t("screen.silence_comment"))
            yield Label("", id="problem", markup=False)

    def on_mount(self) -> None:
        """Begin with what is mostly changed."""
        self.query_one("#span").focus()

    @on(Input.Submitted)
    async def answer(self, message: Input.Submitted) -> None:
        """Go to the next question; after the last one the answers are taken, or all stays and says why not."""
        if message.input.id != "comment":
            self.focus_next()
        elif self.is_current:  # a second Enter may wait while the first one is carried out
            if problem := await self._refused():
                self.query_one("#problem", Label).update(problem)
            elif self.is_current:
                self.dismiss()

    async def _refused(self) -> str:
        """Carry out what was answered; return what prevents that."""
        match, span, comment = (
            self.query_one(f"#{name}", Input).value.strip() for name in ("match", "span", "comment")
        )
        try:
            seconds = parse_span(span)
        except UsageError as error:
            return str(error)
        return await self._take(Asked(match, seconds, comment)) if comment else t("screen.silence_why")


class AlertsScreen(SizedScreen[None]):
    """The alerts with all there is to know; Enter opens a playbook, Esc goes back."""

    CSS = """
    AlertsScreen > AlertsPanel { height: 1fr; }
    AlertsScreen.-low > VerdictStrip { display: none; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]  # noqa: RUF012 - declared an instance variable by its base
    KEYS: ClassVar[list[Binding]] = [
        Binding("c", "calls", id="calls"),
        Binding("a", "acknowledge", id="acknowledge"),
        Binding("s", "silence", id="silence"),
        Binding("t", "test_channels", id="test_channels"),
        Binding("escape,q", "dismiss", id="back"),
        Binding("y", "copy", id="copy", show=False),
        Binding("question_mark", "help", id="help"),
        Binding("colon", "app.command_palette", id="palette", show=False),
    ]

    def __init__(
        self,
        actions: Actions,
        snapshot: Callable[[], Snapshot],
        now: Callable[[], float],
        past: Callable[[], str],
        first: Alert | None = None,
    ) -> None:
        """``actions`` carries out what keys ask for; the cursor begins on ``first``.

        ``past`` returns what to say of the moment that is looked from if it is not now; safe text.
        """
        super().__init__()
        self._first = first
        self._actions = actions
        self._snapshot = snapshot
        self._now = now
        self._past = past
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the panel under the verdict, with everything."""
        yield VerdictStrip()
        panel = AlertsPage()
        panel.choose(self._first)
        yield panel
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin to show."""
        self._renew()
        self.query_one(AlertsPanel).focus()
        self.set_interval(RENEW_S, self._renew)

    def _chosen(self) -> Alert | None:
        return chosen(self._snapshot().alerts, self.query_one(AlertsPanel))

    def action_calls(self) -> None:
        """Go to the calls behind the selected alert."""
        if alert := self._chosen():
            self._actions.calls_of_alert(alert)

    def action_copy(self) -> None:
        """Copy the id of the selected alert."""
        text = self.query_one(AlertsPanel).copied()
        if text:
            self.app.copy_to_clipboard(text)
        self.notify(t("view.copied", text=text) if text else t("view.nothing_to_copy"), markup=False)

    def action_help(self) -> None:
        """Open the page of keys and figures."""
        self.app.push_screen(HelpScreen(active.binding for active in self.active_bindings.values()))

    async def action_acknowledge(self) -> None:
        """Take the selected alert on."""
        await self._actions.acknowledge(self._chosen())

    def action_silence(self) -> None:
        """Ask about a silence for the selected alert."""
        self._actions.silence(self._chosen())

    def action_test_channels(self) -> None:
        """Send a test through every channel."""
        self._actions.action_test_channels()

    @on(AlertsPanel.Drilled)
    def open_playbook(self) -> None:
        """Open what to do about the selected alert."""
        self._actions.open_for(self._chosen())

    def _renew(self) -> None:
        snapshot, now = self._snapshot(), self._now()
        self.query_one(VerdictStrip).show(snapshot, now, past=self._past())
        self.query_one(AlertsPanel).show(snapshot, now)
