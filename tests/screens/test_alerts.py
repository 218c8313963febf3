"""Keys and news about alerts on the dashboard, with a desk that only remembers what it was told."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests import samples
from tests.samples import NOW
from tests.screens.fixed_monitor import FixedMonitor
from tests.widgets.showing import screen_text
from tui.engine.clock import ManualClock
from tui.engine.errors import UsageError
from tui.engine.model import NO_BOARD, Alert, AlertBoard, AlertState, Playbook
from tui.screens.alerts import AlertsScreen, SilenceScreen, match_of
from tui.screens.calls import CallsScreen
from tui.screens.command_line import CommandLine
from tui.screens.help import HelpScreen
from tui.screens.playbook import PlaybookScreen
from tui.terminal_app import VoxtopApp
from widgets import AlertsPanel


class Desk:
    """Remembers what it was told."""

    def __init__(self, board: AlertBoard) -> None:
        self.shown = board
        self.trouble = ""
        self.acked: list[str] = []
        self.silenced: list[tuple[str, float, str]] = []
        self.tested = [("ops", ""), ("pager", "550 no")]

    async def run(self) -> None:
        await asyncio.Event().wait()

    def board(self) -> AlertBoard:
        return self.shown

    async def settled(self) -> None:
        """Nothing is judged here."""

    def playbook(self, alert: Alert) -> Playbook | None:
        return samples.KEY_BOOK if alert.rule == "config_warning" else None

    async def acknowledge(self, alert: Alert) -> None:
        self.acked.append(alert.id)

    async def silence(self, match: str, seconds: float, comment: str) -> None:
        if "(" in match:
            raise UsageError("'(' is no pattern")
        self.silenced.append((match, seconds, comment))

    async def test(self) -> list[tuple[str, str]]:
        return self.tested


def app_with(desk: Desk, *, read_only: bool = False) -> tuple[VoxtopApp, FixedMonitor]:
    monitor = FixedMonitor(samples.typical())
    app = VoxtopApp(monitor, ManualClock(NOW), "dark", alerts=desk, read_only=read_only)  # type: ignore[arg-type]
    return app, monitor


def toasts(app: VoxtopApp) -> list[str]:
    return [toast.message for toast in app._notifications]


async def renewed(pilot: Pilot[int], monitor: FixedMonitor) -> None:
    """Wait until the dashboard has looked again."""
    monitor.changed.set()
    await pilot.pause(0.3)


async def test_a_takes_on_the_worst_alert_that_nobody_has() -> None:
    app, _ = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await pilot.pause()

        assert desk.acked == ["7f46b9"]
        assert toasts(app) == ["alert 7f46b9 is yours"]


async def test_in_the_panel_a_is_about_the_selected_alert() -> None:
    app, _ = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("8", "down", "a")
        await pilot.pause()

        assert desk.acked == ["18c0de"]


async def test_s_asks_for_how_long_and_why_and_insists_on_both() -> None:
    app, _ = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("s")
        await pilot.pause()
        app.screen.query_one("#span", Input).value = "two hours"
        app.screen.query_one("#comment", Input).focus()
        await pilot.press("enter")
        assert "'two hours' is not a span" in screen_text(pilot)  # type: ignore[arg-type] # of another result
        app.screen.query_one("#span", Input).value = "2h"
        await pilot.press("enter")
        assert desk.silenced == []
        await pilot.press(*"known", "enter")
        await pilot.pause()

        assert desk.silenced == [("rule=config_warning,field=AZURE_SPEECH_KEY", 7200, "known")]


async def test_tab_goes_through_the_questions_of_a_silence_back_to_what_it_matches() -> None:
    app, _ = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("s")
        await pilot.pause()
        await pilot.press("shift+tab", "ctrl+u", *"rule=x", "tab", "tab", *"known", "enter")
        await pilot.pause()

        assert desk.silenced == [("rule=x", 3600, "known")]


async def test_a_silence_that_is_refused_is_told_and_can_be_mended() -> None:
    app, _ = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("s")
        await pilot.pause()
        app.screen.query_one("#match", Input).value = "stage=~("
        comment = app.screen.query_one("#comment", Input).focus()
        await pilot.press("x", "enter")
        await pilot.pause()

        assert desk.silenced == []
        assert "'(' is no pattern" in screen_text(pilot)  # type: ignore[arg-type] # of another result
        assert toasts(app) == []

        await pilot.press("tab", "end", "backspace", "tab", "tab")
        for _ in range(2):  # whoever hits Enter twice asks for one silence
            comment.post_message(Input.Submitted(comment, "x"))
        await pilot.pause()

        assert desk.silenced == [("stage=~", 3600, "x")]
        assert toasts(app) == ["silenced: stage=~"]
        assert not isinstance(app.screen, SilenceScreen)


async def test_t_tries_every_channel_and_tells_each_result() -> None:
    app, _ = app_with(Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await pilot.pause()

        assert toasts(app) == ["ops: arrived", "pager: did not arrive: 550 no"]


async def test_a_read_only_monitor_takes_nothing_on_and_silences_nothing() -> None:
    app, _ = app_with(desk := Desk(samples.board()), read_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", "s", "t", "8", "enter", "a")
        await pilot.pause()

        assert (desk.acked, desk.silenced) == ([], [])
        assert len(app.screen_stack) == 2  # dashboard and alerts; nothing was asked


async def test_a_critical_alert_that_nobody_has_stays_in_a_red_line_until_somebody_takes_it_on() -> None:
    app, monitor = app_with(desk := Desk(NO_BOARD))
    async with app.run_test(size=(120, 40)) as pilot:
        desk.shown = samples.board()
        await renewed(pilot, monitor)
        assert "NEW CRITICAL ALERT: AZURE_SPEECH_KEY: ∅" in screen_text(pilot)  # type: ignore[arg-type]

        first, *others = samples.board().alerts
        desk.shown = replace(samples.board(), alerts=(replace(first, acked_by="ana", acked_at=NOW), *others))
        await renewed(pilot, monitor)
        assert "NEW CRITICAL" not in screen_text(pilot)  # type: ignore[arg-type]


async def test_an_alert_that_is_over_is_told_once() -> None:
    app, monitor = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await renewed(pilot, monitor)
        first, *others = samples.board().alerts
        over = replace(first, state=AlertState.RESOLVED, resolved_at=NOW)
        desk.shown = replace(samples.board(), alerts=(*others, over))
        await renewed(pilot, monitor)
        await renewed(pilot, monitor)

        assert toasts(app) == ["over: AZURE_SPEECH_KEY: ∅"]


async def test_enter_drills_from_the_panel_to_the_alerts_to_the_playbook_and_escape_goes_back() -> None:
    app, _ = app_with(Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("8", "enter")
        await pilot.pause()
        assert isinstance(app.screen, AlertsScreen)
        assert "1804 ms / 1000 ms  n 211" in screen_text(pilot)  # type: ignore[arg-type]
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, PlaybookScreen)

        await pilot.press("escape", "escape")
        await pilot.pause()

        assert app.screen.query_one(AlertsPanel).has_focus


def many(count: int) -> AlertBoard:
    """Return a board of that many alerts that fire."""
    first = samples.board().alerts[0]
    return replace(samples.board(), alerts=tuple(replace(first, id=f"{place:06}") for place in range(count)))


async def test_the_cursor_stays_on_its_alert_when_a_worse_one_comes_above_it() -> None:
    app, monitor = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("8")
        await renewed(pilot, monitor)
        desk.shown = replace(desk.shown, alerts=(replace(desk.shown.alerts[0], id="newone"), *desk.shown.alerts))
        await renewed(pilot, monitor)
        await pilot.press("a")
        await pilot.pause()
        assert desk.acked == ["7f46b9"]

        await pilot.press("enter")
        await pilot.pause()
        desk.shown = replace(desk.shown, alerts=(replace(desk.shown.alerts[0], id="newest"), *desk.shown.alerts))
        await renewed(pilot, monitor)
        await pilot.pause(0.6)  # the page looks twice a second
        await pilot.press("a")
        await pilot.pause()

        assert desk.acked == ["7f46b9", "7f46b9"]


@pytest.mark.parametrize("keys", [["8"], ["8", "enter"]], ids=["panel", "page"])
async def test_alerts_below_the_last_row_are_scrolled_to(keys: list[str]) -> None:
    app, _ = app_with(desk := Desk(many(60)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys, "G")
        await pilot.pause()
        panel = app.screen.query_one(AlertsPanel)
        row = panel.cursor_row()
        assert row is not None
        assert row < panel.size.height
        assert "000059" in panel.rows[row] or panel.size.width < 80

        await pilot.press("up", "a", "g", "a", "pagedown", "a")
        await pilot.pause()

        assert desk.acked[:2] == ["000058", "000000"]
        assert 0 < int(desk.acked[2]) < 60


async def test_the_page_of_alerts_opens_on_the_alert_that_was_selected() -> None:
    app, _ = app_with(desk := Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("8", "down", "enter")
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()

        assert desk.acked == ["18c0de"]


async def test_the_page_of_alerts_leads_to_calls_copies_an_id_and_has_help_and_the_command_line() -> None:
    app, _ = app_with(Desk(samples.board()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("8", "enter")
        await pilot.pause()
        await pilot.press("y")
        assert (app.clipboard, toasts(app)) == ("7f46b9", ["copied: 7f46b9"])
        for key, opened in (("question_mark", HelpScreen), ("colon", CommandLine), ("c", CallsScreen)):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, opened)
            await pilot.press("escape")
            await pilot.pause()
            assert isinstance(app.screen, AlertsScreen)


def test_a_match_of_an_alert_names_its_rule_and_labels_and_quotes_what_would_split_it() -> None:
    alert = replace(samples.board().alerts[0], labels=(("source", "a,b"), ("stage", "TTS")))

    assert match_of(alert) == 'rule=config_warning,source="a,b",stage=TTS'


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["column", "grid"])
def test_the_alerts_screen(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    app, _ = app_with(Desk(samples.board()))

    assert snap_compare(app, terminal_size=size, press=["8", "enter"])


async def test_a_channel_that_cannot_be_opened_is_told_and_keeps_nobody_from_looking() -> None:
    desk = Desk(NO_BOARD)
    desk.trouble = "'notify.ops.password_env' names the variable X, which is empty or not set"
    app, _ = app_with(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

        assert toasts(app) == [desk.trouble]
