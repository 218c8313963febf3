"""Hot paths of the screen, walked between marks as those of ``bench/hot.py``."""
# ruff: noqa: SLF001 - draws by hand what the screen would draw in its own time, so that the same steps are counted

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace

from textual.pilot import Pilot

from bench.hot import mark
from tests.samples import NOW, typical
from tests.screens.fixed_monitor import app_over
from tui.engine.model import Snapshot
from tui.screens.dashboard import DashboardScreen
from widgets import Panel

TIMES = 5
SIZE = (120, 40)
SETTLE_S = 2.0


async def walk_screen() -> None:
    """Draw a dashboard in which nothing happens, then one in which the calls change."""
    await app_over(typical()).run_async(headless=True, size=SIZE, auto_pilot=_walk)


async def _walk(pilot: Pilot[object]) -> None:
    app = pilot.app
    while not isinstance(screen := app.screen, DashboardScreen) or not all(one.size for one in screen.query(Panel)):  # noqa: ASYNC110
        await asyncio.sleep(0.1)  # Textual's own wait gives up after half a minute, which is little while counted
    await asyncio.sleep(SETTLE_S)
    app.workers.cancel_all()
    for timer in [*screen._timers, *(timer for each in screen.walk_children() for timer in each._timers)]:
        timer.stop()
    await asyncio.sleep(SETTLE_S)
    for name, change in (("redraw: nothing changed", _same), ("redraw: one slice changed", _other_calls)):
        await _draw(screen, change)
        gc.collect()
        gc.disable()
        mark()
        await _draw(screen, change)
        mark()
        gc.enable()
        print(name, flush=True)
    app.exit()


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
