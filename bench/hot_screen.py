"""Hot paths of the screen, walked between marks as those of ``bench/hot.py``."""
# ruff: noqa: SLF001 - draws by hand what the screen would draw in its own time, so that the same steps are counted

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace

from bench.hot import mark
from tests.samples import NOW, typical
from tests.screens.fixed_monitor import app_over
from tui.engine.model import Snapshot
from tui.screens.dashboard import DashboardScreen

TIMES = 5
SIZE = (120, 40)


async def walk_screen() -> None:
    """Draw a dashboard in which nothing happens, then one in which the calls change."""
    app = app_over(typical())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, DashboardScreen)  # noqa: S101 - for mypy
        app.workers.cancel_all()
        for timer in [*screen._timers, *(timer for each in screen.walk_children() for timer in each._timers)]:
            timer.stop()
        await pilot.pause()
        for name, change in (("redraw: nothing changed", _same), ("redraw: one slice changed", _other_calls)):
            await _draw(screen, change)
            gc.collect()
            gc.disable()
            mark()
            await _draw(screen, change)
            mark()
            gc.enable()
            print(name, flush=True)


async def _draw(screen: DashboardScreen, change: Callable[[Snapshot, int], Snapshot]) -> None:
    snapshot = typical()
    for number in range(TIMES):
        snapshot = change(snapshot, number)
        screen._show(snapshot, NOW)
        for _ in range(20):
            await asyncio.sleep(0)
        screen._on_timer_update()


def _same(snapshot: Snapshot, _number: int) -> Snapshot:
    return snapshot


def _other_calls(snapshot: Snapshot, number: int) -> Snapshot:
    return replace(snapshot, calls=replace(snapshot.calls, active=number + 1))
