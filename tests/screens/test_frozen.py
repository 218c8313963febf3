import asyncio
from collections.abc import Callable
from dataclasses import replace

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor, app_over
from tui.engine.clock import ManualClock
from tui.engine.model import Snapshot
from tui.screens.frozen import FrozenScreen
from tui.terminal_app import VoxtopApp
from widgets import Panel, VerdictStrip
from widgets._lines_view import LinesView


def roles(app: VoxtopApp) -> set[str]:
    """Return the roles of everything that the dashboard draws."""
    views = [*app.screen_stack[0].query(Panel), *app.screen_stack[0].query(VerdictStrip)]
    return {run.role for view in views if isinstance(view, LinesView) for row in view._rows for run in row}


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - Textual has no event for it
            await asyncio.sleep(0.02)


def frozen() -> Snapshot:
    return replace(samples.stale(), frozen_since=samples.NOW - 7)


def test_fault_94_data_frozen_lies_over_the_dashboard(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_over(frozen()), terminal_size=(120, 40))


async def test_fault_94_the_cover_comes_over_any_screen_and_goes_by_itself() -> None:
    monitor = FixedMonitor(samples.typical())
    app = VoxtopApp(monitor, ManualClock(samples.NOW), "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        monitor.show(frozen())
        await until(lambda: isinstance(app.screen, FrozenScreen))
        await until(lambda: not {role for role in roles(app) if role.endswith("ok")})

        monitor.show(samples.typical())
        await until(lambda: not isinstance(app.screen, FrozenScreen))
        await until(lambda: "ok" in roles(app))


async def test_fault_94_a_screen_that_gets_no_snapshot_any_more_takes_its_green_back() -> None:
    monitor, clock = FixedMonitor(samples.typical()), ManualClock(samples.NOW)
    app = VoxtopApp(monitor, clock, "dark")
    async with app.run_test(size=(120, 40)):
        await until(lambda: "ok" in roles(app))
        await until(lambda: any(worker.group == "suspect" for worker in app.workers))
        clock.advance(6)  # and the monitor has no news for ever
        await until(lambda: isinstance(app.screen, FrozenScreen))
        await until(lambda: not {role for role in roles(app) if role.endswith("ok")})

        monitor.show(samples.typical())
        await until(lambda: not isinstance(app.screen, FrozenScreen))


async def test_while_the_monitor_gives_what_is_on_show_it_is_believed_and_nothing_is_drawn() -> None:
    monitor, clock = FixedMonitor(samples.typical()), ManualClock(samples.NOW)
    app = VoxtopApp(monitor, clock, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: "ok" in roles(app))
        await pilot.pause()  # what runs beside the screen has begun
        front = app._front
        front._due = samples.NOW + 3600  # no age on show changes meanwhile
        for _ in range(3):
            clock.advance(3)
            assert not front._is_in_doubt()
        assert front._unasked_s == 0


async def test_what_the_monitor_gives_without_telling_is_shown_a_second_after_it_was_asked() -> None:
    monitor, clock = FixedMonitor(samples.typical()), ManualClock(samples.NOW)
    app = VoxtopApp(monitor, clock, "dark")
    async with app.run_test(size=(120, 40)):
        await until(lambda: "ok" in roles(app))
        monitor.showing = replace(samples.typical(), frozen_since=samples.NOW - 7)
        clock.advance(3)
        assert not app._front._is_in_doubt()  # it may be just about to tell
        clock.advance(1)
        await until(lambda: isinstance(app.screen, FrozenScreen))
