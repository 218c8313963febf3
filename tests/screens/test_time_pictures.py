"""What the past and a comparison look like at each size."""

from collections.abc import Callable
from datetime import UTC
from typing import cast

import pytest
from textual.pilot import Pilot

from tests.engine.monitor.scripted import Scripted
from tests.samples import NOW, typical
from tests.screens.fixed_monitor import FixedMonitor
from tests.screens.test_travelling import opened, store, strip, until
from tui.engine.alerts.rule import read_rules
from tui.engine.clock import ManualClock
from tui.engine.comparing import Comparing, Window
from tui.engine.model import Amount, Compared, ComparedSpan, Comparison, Status
from tui.engine.monitor import Monitor, ScopedMonitor, TimeMachine, Watchlist
from tui.engine.text import use_language
from tui.screens.compare import CompareScreen
from tui.terminal_app import VoxtopApp

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=["column", "grid", "wide"])

ROWS = (
    Compared("fallback_rate", "", "%", Amount(0.0, 50, Status.OK), Amount(12.5, 48, Status.CRITICAL)),
    Compared("ttfb_p95_tts", "", "ms", Amount(436.0, 1500, Status.OK), Amount(2004.0, 1480, Status.CRITICAL)),
    Compared("errors_per_minute", "", "/min", Amount(0.0, 0, Status.OK), Amount(2.4, 144, Status.WARNING)),
    Compared("peak_calls", "", "", Amount(), Amount(11.0, 48, Status.OK)),
    Compared("calls", "", "", Amount(1500.0, 1500), Amount(1480.0, 1480)),
    Compared("provider_p95", "TTS Azure \x1b[31m", "ms", Amount(436.0, 1500, Status.OK), Amount()),
)


class Fixed:
    """Compares everything in the same way."""

    def __init__(self, kept: str) -> None:
        self._kept = kept

    def kept(self, window: Window) -> Callable[[], bool]:
        return lambda: bool(window)

    def compare(self, then: Window, now: Window) -> Callable[[], Comparison]:
        sides = ComparedSpan(*then, self._kept), ComparedSpan(*now, "events", now[0] + 900)
        return lambda: Comparison(*sides, ROWS)


@SIZES
@pytest.mark.parametrize("kept", ["rollups", "nothing"])
def test_two_windows_side_by_side(snap_compare: Callable[..., bool], size: tuple[int, int], kept: str) -> None:
    app = VoxtopApp(FixedMonitor(typical()), ManualClock(NOW), "dark")

    async def open_it(pilot: object) -> None:
        await app.push_screen(CompareScreen(cast("Comparing", Fixed(kept)), NOW))
        await app.workers.wait_for_complete([each for each in app.workers if each.group == "compare"])
        del pilot

    assert snap_compare(app, terminal_size=size, run_before=open_it)


@SIZES
@pytest.mark.parametrize(("language", "badge"), [("en", "REPLAY"), ("es", "REPETICIÓN")], ids=["en", "es"])
def test_the_dashboard_in_the_past(
    snap_compare: Callable[..., bool], size: tuple[int, int], language: str, badge: str
) -> None:
    use_language(language)
    clock = ManualClock(NOW)
    source = Scripted("app.log", clock)
    monitor = Monitor([source], store(), clock, UTC)
    scoped = ScopedMonitor(monitor, Watchlist(monitor, str, clock), store, clock)
    app = VoxtopApp(TimeMachine(scoped, store, lambda: read_rules({}, str), clock, UTC), clock, "dark")

    async def go_back(pilot: Pilot[int]) -> None:
        source.put(opened("a", NOW - 1800), opened("b", NOW - 600), opened("c", NOW), live=False)
        await source.all_taken()
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: badge in strip(pilot))

    assert snap_compare(app, terminal_size=size, run_before=go_back)
