"""The wallboard: pages turn, an incident keeps its page and its time, nothing stays in place, nothing is changed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor, app_over
from tui.engine.clock import ManualClock
from tui.engine.model import Snapshot, Status, Verdict
from tui.engine.text import use_language
from tui.own_layouts import Layouts
from tui.screens._incident import Incident
from tui.screens.dashboard import OVERDUE_S, DashboardScreen
from tui.screens.frozen import FrozenScreen
from tui.screens.wallboard import SHIFT_EVERY_S, SHIFTS, WallboardScreen, shift
from tui.terminal_app import VoxtopApp
from widgets import KeyFooter, Wallboard

NOW = samples.NOW
SIZES = {"column": (80, 24), "grid": (120, 40), "wide": (200, 50)}


class Wall:
    """A wallboard whose clock is moved by hand."""

    def __init__(self, pilot: Pilot[int], monitor: FixedMonitor, clock: ManualClock) -> None:
        self.pilot, self.monitor, self.clock = pilot, monitor, clock

    @property
    def screen(self) -> WallboardScreen:
        screen = self.pilot.app.screen
        assert isinstance(screen, WallboardScreen)
        return screen

    @property
    def text(self) -> str:
        return "\n".join(self.screen.query_one(Wallboard).rows)

    async def later(self, seconds: float) -> None:
        """Let time pass, and the wallboard notice."""
        self.clock.advance(seconds)
        for screen in self.pilot.app.screen_stack:
            if isinstance(screen, DashboardScreen):
                screen._pull()
        self.screen._renew()
        await self.pilot.pause()

    async def show(self, snapshot: Snapshot) -> None:
        self.monitor.show(snapshot)
        await self.later(0)

    @property
    def page(self) -> str:
        return self.screen.query_one(Wallboard)._board.page


@asynccontextmanager
async def wall(
    snapshot: Snapshot, folder: Path, size: tuple[int, int] = (80, 24), *, read_only: bool = False
) -> AsyncIterator[Wall]:
    monitor, clock = FixedMonitor(snapshot), ManualClock(NOW)
    app = VoxtopApp(monitor, clock, "wallboard", layouts=Layouts(folder), layout="wallboard", read_only=read_only)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Wall(pilot, monitor, clock)


def verdict(status: Status, since: float | None = NOW) -> Verdict:
    return Verdict(status=status, since=since)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("state", [samples.typical, samples.on_fire, samples.stale, samples.empty])
def test_the_wallboard(
    snap_compare: Callable[..., bool], state: Callable[[], Snapshot], size: tuple[int, int], lang: str
) -> None:
    use_language(lang)
    app = app_over(state(), "wallboard", layout="wallboard")

    assert snap_compare(app, terminal_size=size)


async def test_pages_turn_by_themselves_stay_on_demand_and_are_turned_by_hand(tmp_path: Path) -> None:
    async with wall(samples.typical(), tmp_path) as one:
        seen = [one.page]
        for _ in range(4):
            await one.later(20)
            seen.append(one.page)
        await one.pilot.press("space")
        await one.later(300)
        assert (seen, one.page) == (["now", "latency", "traffic", "why", "now"], "now")
        assert "paused" in one.text

        await one.pilot.press("right", "right", "left", "left", "left")
        assert one.page == "why"
        await one.pilot.press("space")
        await one.later(20)
        assert one.page == "now"


async def test_something_critical_keeps_the_page_that_burns_in_view(tmp_path: Path) -> None:
    async with wall(samples.typical(), tmp_path) as one:
        await one.later(20)
        assert one.page == "latency"
        await one.show(samples.on_fire())
        await one.later(100)
        assert one.page == "why"
        assert "stays while it burns" in one.text

        await one.pilot.press("left")
        await one.later(100)
        assert one.page == "traffic"


async def test_the_incident_timer_outlives_pages_layouts_and_lost_data_and_ends_with_ok(tmp_path: Path) -> None:
    burning = replace(samples.typical(), verdict=replace(samples.on_fire().verdict, since=NOW))
    async with wall(samples.typical(), tmp_path) as one:
        await one.show(burning)
        await one.later(63)
        assert "incident since 14:02" in one.text
        await one.pilot.press("p", "p", "p", "p")
        await one.pilot.pause()
        await one.show(samples.stale())
        assert one.screen._incident.since == NOW
        await one.show(samples.typical())
        assert one.screen._incident.since is None
        assert "incident" not in one.text


def test_an_incident_begins_when_the_verdict_leaves_ok_and_ends_when_it_is_back() -> None:
    incident = Incident()
    seen = []
    for at, status in enumerate(
        [Status.NO_DATA, Status.OK, Status.NO_DATA, Status.WARNING, Status.CRITICAL, Status.OK, Status.WARNING]
    ):
        incident.see(verdict(status, None), float(at))
        seen.append(incident.since)

    assert seen == [None, None, 2.0, 2.0, 2.0, None, 6.0]


def test_an_incident_that_was_there_before_the_monitor_began_when_the_log_says() -> None:
    incident = Incident()
    incident.see(verdict(Status.CRITICAL, 40.0), 100.0)

    assert incident.since == 40.0


async def test_nothing_stays_in_one_place_for_long_and_nothing_leaves_the_screen(tmp_path: Path) -> None:
    async with wall(samples.on_fire(), tmp_path) as one:
        size = one.pilot.app.size
        places = set()
        for _ in SHIFTS:
            await one.later(SHIFT_EVERY_S)
            for widget in (one.screen.query_one(Wallboard), one.screen.query_one(KeyFooter)):
                assert size.region.contains_region(widget.region)
            places.add(one.screen.query_one(Wallboard).region)

        assert len(places) == len(SHIFTS)
        assert len({place.size for place in places}) == 1


def test_each_shift_is_small_and_another_place() -> None:
    steps = [shift(NOW + SHIFT_EVERY_S * n) for n in range(len(SHIFTS) + 1)]

    assert len(set(steps)) == len(SHIFTS)
    moves = [(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairwise(steps)]
    assert all(down <= 1 and right <= 2 for down, right in moves)


@pytest.mark.parametrize("key", ["a", "s", "t", "plus"])
async def test_nothing_is_changed_from_the_wall(tmp_path: Path, key: str) -> None:
    async with wall(samples.on_fire(), tmp_path) as one:
        await one.pilot.press(key)
        await one.pilot.pause()

        assert isinstance(one.pilot.app.screen, WallboardScreen)
        assert [note.message for note in one.pilot.app._notifications] == [
            "this monitor is for looking only: nothing can be changed here"
        ]
        assert one.monitor.asked == []


async def test_escape_goes_back_to_the_panels_and_p_on_to_the_first_layout(tmp_path: Path) -> None:
    async with wall(samples.typical(), tmp_path) as one:
        await one.pilot.press("escape")
        await one.pilot.pause()
        assert isinstance(one.pilot.app.screen, DashboardScreen)
        assert one.pilot.app.screen.chosen_layout == "on-call"
        await one.pilot.press("p", "p", "p")
        await one.pilot.pause()
        assert one.pilot.app.screen is one.screen
        await one.pilot.press("p")
        await one.pilot.pause()
        assert isinstance(one.pilot.app.screen, DashboardScreen)
        assert one.pilot.app.screen.chosen_layout == "on-call"


async def test_frozen_data_covers_the_wallboard_too(tmp_path: Path) -> None:
    async with wall(samples.typical(), tmp_path) as one:
        dashboard = next(each for each in one.pilot.app.screen_stack if isinstance(each, DashboardScreen))
        one.clock.advance(OVERDUE_S + 1)
        dashboard._suspect()
        await one.pilot.pause()

        assert isinstance(one.pilot.app.screen, FrozenScreen)


async def test_pages_and_their_pace_are_a_layout_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "wallboard.toml").write_text('pages = ["why", "now"]\nevery = "5s"\n', encoding="utf-8")
    async with wall(samples.typical(), tmp_path) as one:
        seen = [one.page]
        for _ in range(2):
            await one.later(5)
            seen.append(one.page)

        assert seen == ["why", "now", "why"]
