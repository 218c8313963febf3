"""What a user does with alerts: look at them, take them on, silence them, try the channels."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding

from tui import screens
from tui.engine.clock import Clock
from tui.engine.errors import VoxtopError
from tui.engine.model import EMPTY_SNAPSHOT, AlertBoard, AlertState, ErrorGroup, Playbook, Snapshot
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._watching import Remember, Watched, WatchingScreen
from widgets import AlertsPanel

if TYPE_CHECKING:
    from tui.engine.model import Alert
    from tui.screens.alerts import AlertDesk, Asked
    from tui.screens.drill import Way


class AlertingScreen(WatchingScreen):
    """Knows the keys for alerts."""

    ALERT_KEYS: ClassVar[list[Binding]] = [
        Binding("a", "acknowledge", id="acknowledge", show=False),
        Binding("s", "silence", id="silence", show=False),
        Binding("t", "test_channels", id="test_channels", show=False),
    ]

    def __init__(self, monitor: Watched, remember: Remember | None, alerts: "AlertDesk | None", clock: Clock) -> None:
        """``alerts`` is where alerts are judged, if they are."""
        super().__init__(monitor, remember)
        self._alerts = alerts
        self._clock = clock
        self._shown = EMPTY_SNAPSHOT
        self._present = EMPTY_SNAPSHOT
        self._news = News()

    def _open(self, playbook: Playbook | None, group: ErrorGroup | None = None) -> None:
        raise NotImplementedError

    def calls_of_alert(self, alert: "Alert") -> None:
        """Go to the calls of the time in which an alert's condition holds."""
        raise NotImplementedError

    def _now(self) -> float:
        raise NotImplementedError

    def _past(self, present: Snapshot) -> str:
        raise NotImplementedError

    def _way(self, *steps: str) -> "Way":
        """Return the way further in, from the verdict of this moment."""
        word = t(f"status.{self._shown.verdict.status.value}")
        return screens.drill.Way(self._monitor, self._clock, (word, *steps), self._badge)

    def _badge(self) -> str:
        """Return what the screens further in say of the moment shown, if it is not now."""
        return self._past(self._present)

    def _board(self, seen: Snapshot) -> AlertBoard:
        """Return the alerts of this moment; tell of those that are over."""
        board = self._alerts.board() if self._alerts else seen.alerts
        if board is not self._present.alerts:
            for alert in self._news.over(board):
                self.notify(t("screen.alert_over", summary=safe_text(alert.summary, 200)), markup=False)
        return board

    @on(AlertsPanel.Drilled)
    def open_alerts(self) -> None:
        """Drill from the panel into everything about the alerts."""
        first = self.query_one(AlertsPanel).selected
        self.app.push_screen(screens.alerts.AlertsScreen(self, lambda: self._shown, self._now, self._badge, first))

    def open_for(self, alert: "Alert | None") -> None:
        """Open the playbook of an alert."""
        self._open(self._alerts.playbook(alert) if self._alerts and alert else None)

    def chosen_alert(self) -> "Alert | None":
        """Return the alert that a key is about."""
        return screens.alerts.chosen(self._shown.alerts, self.query_one(AlertsPanel))

    async def action_acknowledge(self) -> None:
        """Take the selected alert on, or the worst that nobody has."""
        await self.acknowledge(self.chosen_alert())

    async def acknowledge(self, alert: "Alert | None") -> None:
        """Take an alert on, if there is one."""
        if self._alerts is None or alert is None:
            self.notify(t("screen.no_alert"), markup=False)
        elif await self._done(self._alerts.acknowledge(alert)):
            self.notify(t("screen.acknowledged", id=alert.id), markup=False)

    def action_silence(self) -> None:
        """Ask what to silence, for how long and why."""
        self.silence(self.chosen_alert())

    def silence(self, alert: "Alert | None") -> None:
        """Ask about a silence, beginning with one for this alert."""
        match = screens.alerts.match_of(alert) if alert else ""
        self.app.push_screen(screens.alerts.SilenceScreen(match, self._silence))

    async def _silence(self, asked: "Asked") -> str:
        """Silence what was asked; return what prevents it."""
        if self._alerts:
            try:
                await self._alerts.silence(*asked)
            except VoxtopError as error:
                return safe_text(str(error))
            self.notify(t("screen.silenced", match=safe_text(asked.match, 200)), markup=False)
        return ""

    def action_test_channels(self) -> None:
        """Send a test through every channel."""
        self.run_worker(self._test(), group="test")

    async def _test(self) -> None:
        results = await self._alerts.test() if self._alerts else []
        for name, problem in results:
            text = t("screen.test_failed" if problem else "screen.test_sent", name=name, reason=problem)
            self.notify(text, severity="error" if problem else "information", markup=False)
        if not results:
            self.notify(t("screen.no_channels"), markup=False)

    async def _done(self, saying: Awaitable[None]) -> bool:
        """Do what was asked for; tell what prevents it."""
        try:
            await saying
        except VoxtopError as error:
            self.notify(safe_text(str(error)), severity="error", markup=False)
            return False
        return True


class News:
    """What is new among the alerts since the last look."""

    def __init__(self) -> None:
        self._firing: set[tuple[str, int]] = set()

    def over(self, board: AlertBoard) -> "list[Alert]":
        """Return the alerts that fired at the last look and are over now."""
        found = [one for one in board.alerts if one.state is AlertState.RESOLVED and _episode(one) in self._firing]
        self._firing = {_episode(one) for one in board.firing}
        return found


def _episode(alert: "Alert") -> tuple[str, int]:
    return alert.id, alert.episode
