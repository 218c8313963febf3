"""Keys for time: back, on, seek, live; what is refused in the past."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.engine.monitor.scripted import NOW, Scripted, stamped
from tests.screens.fixed_monitor import app_over
from tests.screens.test_watching import NotingApp, told
from tui.engine.alerts.rule import read_rules
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import EMPTY_SNAPSHOT, Thresholds
from tui.engine.monitor import Monitor, ScopedMonitor, TimeMachine, Watchlist
from tui.screens.alerts import AlertsScreen
from tui.screens.ask import AskScreen
from tui.screens.call import CallScreen
from tui.screens.calls import CallsScreen
from tui.screens.compare import CompareScreen
from tui.screens.desk import Desk
from tui.terminal_app import VoxtopApp
from widgets import CallsPanel, CallsTable, ComparisonView, NoticeBar, VerdictStrip


def store() -> MetricsStore:
    return MetricsStore(Thresholds())


def opened(call: str, at: float) -> str:
    return stamped(f"🔌 WS CONNECTION | Client: twilio, ID: {call}", at)


@asynccontextmanager
async def travelling(desk: Desk | None = None) -> AsyncIterator[tuple[Scripted, ManualClock, Pilot[int]]]:
    """Open a dashboard on a log with a call half an hour ago, another ten minutes ago and one now."""
    clock = ManualClock(NOW)
    source = Scripted("app.log", clock)
    monitor = Monitor([source], store(), clock, UTC)
    scoped = ScopedMonitor(monitor, Watchlist(monitor, str, clock), store, clock)
    machine = TimeMachine(scoped, store, lambda: read_rules({}, str), clock, UTC)
    app = NotingApp(machine, clock, "dark", desk=desk)
    async with app.run_test(size=(120, 40)) as pilot:
        source.put(opened("a", NOW - 1800), opened("b", NOW - 600), opened("c", NOW), live=False)
        await source.all_taken()
        yield source, clock, pilot


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await pilot.pause(0.01)


def strip(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one(VerdictStrip).rows[0]


def notice(pilot: Pilot[int]) -> str:
    return " ".join(bar.rows[0] for bar in pilot.app.screen.query(NoticeBar) if bar.display)


def active(pilot: Pilot[int]) -> bool:
    return "3 active" in "\n".join(pilot.app.screen.query_one(CallsPanel).rows)


async def test_back_on_and_live_show_the_figures_of_each_moment_under_a_badge() -> None:
    async with travelling() as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        assert "REPLAY" not in strip(pilot)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "REPLAY 11:59:00" in strip(pilot))
        assert not active(pilot)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "REPLAY" not in strip(pilot))
        await pilot.press("left_curly_bracket")
        await until(pilot, lambda: "REPLAY 11:50:00" in strip(pilot))
        await pilot.press("L")
        await until(pilot, lambda: active(pilot) and "REPLAY" not in strip(pilot))


async def test_screens_further_in_say_that_the_past_is_looked_at() -> None:
    async with travelling() as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "REPLAY 11:59:00" in strip(pilot))
        await pilot.press("4", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallsScreen))
        await until(pilot, lambda: "REPLAY 11:59:00" in strip(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one(CallsTable).count() > 0)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallScreen))
        await until(pilot, lambda: "REPLAY 11:59:00" in strip(pilot))


async def test_the_page_of_alerts_says_that_the_past_is_looked_at() -> None:
    async with travelling() as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("8", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AlertsScreen))
        assert "REPLAY" not in strip(pilot)
        await pilot.press("escape", "left_square_bracket")
        await until(pilot, lambda: "REPLAY 11:59:00" in strip(pilot))
        await pilot.press("8", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AlertsScreen))
        await until(pilot, lambda: "REPLAY 11:59:00" in strip(pilot))


async def test_the_past_is_told_in_the_language_that_is_chosen_meanwhile() -> None:
    async with travelling() as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "as it was then" in notice(pilot))
        assert isinstance(pilot.app, VoxtopApp)
        await pilot.app.action_speak("es")
        await until(pilot, lambda: "como era entonces" in notice(pilot))
        assert "REPETICIÓN 11:59:00" in strip(pilot)


async def test_the_badge_counts_what_is_new_while_the_past_is_looked_at() -> None:
    async with travelling() as (source, clock, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "REPLAY 11:59:00 · 0 new · errors: 0" in strip(pilot))
        clock.advance(1)
        source.put(opened("d", NOW + 1), stamped("❌ [TTS Azure] Error: 401 Unauthorized", NOW + 1))
        await source.all_taken()
        await until(pilot, lambda: "REPLAY 11:59:00 · 2 new · errors: 1" in strip(pilot))


async def test_seek_takes_a_time_of_day_or_a_span_and_tells_in_one_line_what_is_no_moment() -> None:
    async with travelling() as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("S", *"11:55", "enter")
        await until(pilot, lambda: "REPLAY 11:55:00" in strip(pilot))
        await pilot.press("S", "minus", *"5m", "enter")
        await until(pilot, lambda: "REPLAY 11:50:00" in strip(pilot))
        await pilot.press("S", *"soon", "enter")
        await until(pilot, lambda: any("'soon' is neither a span nor a time" in each for each in told(pilot)))
        assert told(pilot)[-1].count("yesterday") == 1  # what to do is said, and once
        assert "REPLAY 11:50:00" in strip(pilot)


async def test_nothing_is_changed_in_the_past_and_the_past_is_not_frozen() -> None:
    async with travelling() as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "REPLAY" in strip(pilot))
        await pilot.press("a", "space")
        await until(pilot, lambda: len(told(pilot)) == 2)

        assert "this is the past" in told(pilot)[0]
        assert "stands still already" in told(pilot)[1]
        assert "PAUSED" not in strip(pilot)


async def test_stepping_back_from_a_frozen_view_begins_where_it_was_held() -> None:
    async with travelling() as (source, clock, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "PAUSED" in strip(pilot))
        clock.advance(300)
        source.put()
        await source.all_taken()
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "REPLAY 11:59:00" in strip(pilot))


async def test_a_monitor_without_recorded_events_says_so() -> None:
    app = app_over(EMPTY_SNAPSHOT)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("left_square_bracket", "S", "L")
        await pilot.pause()

        assert any("nothing is recorded here" in note.message for note in app._notifications)


def table(pilot: Pilot[int]) -> str:
    return "\n".join(pilot.app.screen.query_one(ComparisonView).rows)


async def test_d_compares_two_windows_and_says_where_nothing_is_recorded() -> None:
    async with travelling() as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await until(pilot, lambda: "calls opened" in table(pilot))
        assert "11:00 – 12:00  recorded from 11:30 on" in table(pilot)
        assert "NO DATA: nothing is recorded" in table(pilot)
        await pilot.press("w", "w")
        await until(pilot, lambda: "11:50 – 12:00" in table(pilot) and "calls opened" in table(pilot))
        await pilot.press("b", "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, CompareScreen))


async def test_b_writes_a_bundle_of_the_span_that_is_typed_and_tells_where(tmp_path: Path) -> None:
    desk = Desk(bundles=tmp_path / "bundles")
    async with travelling(desk=desk) as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "REPLAY" in strip(pilot))
        await pilot.press("B")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("enter")
        await until(pilot, lambda: any("incident bundle written" in each for each in told(pilot)))
        (path,) = (tmp_path / "bundles").iterdir()
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            screen = archive.read("screens/01-dashboard.svg").decode()

    assert "post-mortem.md" in names
    assert "events/01.jsonl" in names
    assert "https://cdn" not in screen


def says_at_least(calls: int, pilot: Pilot[int]) -> bool:
    """Look for so many calls in sight; figures that seem to stand still are covered until the next picture."""
    strips = pilot.app.screen.query(VerdictStrip)
    return any(f"≥ {calls}" in each.rows[0] or f"≥{calls}" in each.told() for each in strips)


async def test_the_newest_lines_of_a_log_whose_clock_runs_ahead_are_in_a_bundle_that_ends_now(tmp_path: Path) -> None:
    async with travelling(desk=Desk(bundles=tmp_path / "bundles")) as (source, clock, pilot):
        await until(pilot, lambda: active(pilot))
        for second in range(60):
            clock.advance(1)
            source.put(opened(f"ahead{second}", clock.now() + 40))
            await source.all_taken()
        await until(pilot, lambda: says_at_least(63, pilot))  # the minute may have gone by in less than one picture
        await pilot.press("B")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("enter")
        await until(pilot, lambda: any("incident bundle written" in each for each in told(pilot)))
        with zipfile.ZipFile(next((tmp_path / "bundles").iterdir())) as archive:
            events = archive.read("events/01.jsonl").decode()

    assert '"ahead59"' in events


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("soon", "'soon' is neither a span nor a time"),
        ("12:00 11:00", "would end before it begins"),
        ("2026-01-01T00:00:00Z 2026-01-01T01:00:00Z", "nothing is recorded between"),
    ],
)
async def test_a_span_that_cannot_be_bundled_is_told_in_one_line(tmp_path: Path, answer: str, says: str) -> None:
    async with travelling(desk=Desk(bundles=tmp_path / "bundles")) as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("B")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        pilot.app.screen.query_one(Input).value = answer
        await pilot.press("enter")
        await until(pilot, lambda: any(says in each for each in told(pilot)))

    assert not (tmp_path / "bundles").exists()


async def test_a_folder_that_cannot_be_written_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "bundles").write_text("a file", encoding="utf-8")
    async with travelling(desk=Desk(bundles=tmp_path / "bundles")) as (_, _, pilot):
        await until(pilot, lambda: active(pilot))
        await pilot.press("B", "enter")
        await until(pilot, lambda: any("cannot write an incident bundle" in each for each in told(pilot)))
