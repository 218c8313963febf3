"""What a user does with time: step back and on, seek, return to what is live."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui import screens
from tui.engine.errors import UsageError, VoxtopError
from tui.engine.metrics.windows import SLICE_S
from tui.engine.model import Snapshot
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.engine.when import parse_seek
from tui.screens._alerting import AlertingScreen
from widgets import clock_time

if TYPE_CHECKING:
    from tui.engine.model import AlertNote
    from tui.engine.monitor import TimeMachine

SAID_S = 86_400.0
"""What was said about alerts longer ago is over."""
SEEKS = ("-10m", "-1h", "yesterday")
"""Answers offered while a moment is typed."""


class TravellingScreen(AlertingScreen):
    """Knows the keys for time."""

    TIME_KEYS: ClassVar[list[Binding]] = [
        Binding("left_square_bracket", "step(-60)", id="step_back", show=False),
        Binding("right_square_bracket", "step(60)", id="step_on", show=False),
        Binding("left_curly_bracket", "step(-600)", id="leap_back", show=False),
        Binding("right_curly_bracket", "step(600)", id="leap_on", show=False),
        Binding("S", "seek", id="seek", show=False),
        Binding("L", "live", id="live", show=False),
        Binding("d", "compare", id="compare", show=False),
    ]

    _said: "Sequence[AlertNote]" = ()
    _then: tuple[Snapshot, Snapshot] | None = None
    _left: Snapshot | None = None
    """What was live when the user left for the past."""

    def _now(self) -> float:
        """Return the moment shown, for ages."""
        return self._clock.now() if self._monitor.moment is None else self._monitor.moment

    def _thaw(self) -> float | None:
        """Let the view go on; return the moment at which it was held, if it was."""
        raise NotImplementedError

    def action_step(self, seconds: int) -> None:
        """Go back or on by so much, in the steps in which figures move."""
        machine = self._machine()
        if machine is not None:
            held = self._thaw()
            shown = next((at for at in (machine.heading, machine.moment, held) if at is not None), self._clock.now())
            self._go(machine, (shown + seconds) // SLICE_S * SLICE_S)

    def action_seek(self) -> None:
        """Ask for a moment and go there."""
        if self._machine() is not None:
            self.app.push_screen(screens.ask.AskScreen(t("time.seek"), t("time.seek_hint"), SEEKS), self._seek)

    def _seek(self, answer: str | None) -> None:
        machine = self._machine()
        if answer is None or machine is None:
            return
        held = self._thaw()
        now = self._clock.now()
        shown = next((at for at in (machine.moment, held) if at is not None), now)
        try:
            self._go(machine, parse_seek(answer, shown, now, machine.tz))
        except UsageError as error:
            self._notes(safe_text(str(error)), bad=True)

    def action_live(self) -> None:
        """Return to what is live, at once."""
        self._thaw()
        self.workers.cancel_group(self, "time")
        if self._monitor.travels:
            self._monitor.travels.live()
        self._pull()

    def action_compare(self) -> None:
        """Compare the hour that ends at the moment shown with one before."""
        from tui.engine.comparing import Comparing  # noqa: PLC0415 - reports are no part of a start
        from tui.screens.compare import CompareScreen  # noqa: PLC0415 - as above

        machine = self._machine()
        if machine is not None:
            limits = machine.present().thresholds
            comparing = Comparing(
                machine.events, self._clock, limits, archive=machine.archive, tz=machine.tz, clean=redact
            )
            self.app.push_screen(CompareScreen(comparing, self._now()))

    def _show_all(self) -> None:
        super()._show_all()
        machine = self._monitor.travels
        if machine and machine.moment is not None:
            self._go(machine, machine.moment)

    def _machine(self) -> "TimeMachine | None":
        if self._monitor.travels is None:
            self._notes(t("time.no_history"))
        return self._monitor.travels

    def _go(self, machine: "TimeMachine", moment: float) -> None:
        if machine.moment is None:
            self._left = machine.present()
        self.run_worker(self._gone(machine, moment), group="time", exclusive=True)

    async def _gone(self, machine: "TimeMachine", moment: float) -> None:
        try:
            await machine.go(moment)
            self._said = await self._alerts.notes(moment - SAID_S, moment) if self._alerts else []
            self._then = None
        except VoxtopError as error:
            self._notes(safe_text(str(error)), bad=True)
        self._pull()

    def _as_of_then(self) -> Snapshot:
        """Return what the past shows, with who had taken its alerts on; the same object while nothing changed."""
        from tui.engine.alerts.log import as_said  # noqa: PLC0415 - as above

        seen = self._monitor.snapshot()
        if self._then is None or self._then[0] is not seen:
            self._then = seen, replace(seen, alerts=as_said(seen.alerts, self._said))
        return self._then[1]

    def _past(self, present: Snapshot) -> str:
        """Return what the badge says: which moment is shown, and what is new since; empty while live."""
        machine = self._monitor.travels
        if machine is None:
            return ""
        now = self._clock.now()
        if machine.outdated and machine.moment is not None and machine.heading is None:
            self._go(machine, machine.moment)
        if machine.heading is not None and machine.progress:
            going = clock_time(machine.heading, now, seconds=True)
            return t("time.going", time=going, percent=f"{100 * machine.progress:.0f}")
        if machine.moment is None:
            return ""
        left = self._left or present
        new, errors = events_of(present) - events_of(left), _errors(present) - _errors(left)
        return t(
            "time.badge", time=clock_time(machine.moment, now, seconds=True), events=max(0, new), errors=max(0, errors)
        )


def events_of(snapshot: Snapshot) -> int:
    """Return how many events all sources have given."""
    return sum(source.events for source in snapshot.sources)


def _errors(snapshot: Snapshot) -> int:
    """Return how many errors the rows hold."""
    return sum(group.count for group in snapshot.recent if group.kind == "error")
