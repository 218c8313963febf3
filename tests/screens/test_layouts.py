"""Layouts: every one is usable at every size, a wrong one is told in a line, a changed one is shown at once."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from textual.geometry import Region

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor, app_over
from tui.engine.clock import ManualClock
from tui.engine.errors import ConfigError
from tui.engine.text import use_language
from tui.own_layouts import Layouts
from tui.screens import layouts
from tui.screens._panels import NAMES, name_of
from tui.terminal_app import VoxtopApp
from widgets import Panel, RecentPanel

SIZES = {"column": (80, 24), "grid": (120, 40), "wide": (200, 50), "smallest-grid": (100, 32), "least": (40, 10)}
SHIPPED = [each.name for each in layouts.in_turn(layouts.load())]
OF_PANELS = [each.name for each in layouts.in_turn(layouts.load()) if each.plans]
MINE = """
[column]
areas = ["recent", "calls"]
heights = ["2fr", 5]
[grid]
areas = ["recent calls", "recent errors"]
"""


def app_with(folder: Path, layout: str = "on-call") -> VoxtopApp:
    monitor = FixedMonitor(samples.on_fire())
    return VoxtopApp(monitor, ManualClock(samples.NOW), "dark", layouts=Layouts(folder), layout=layout)


def shown(app: VoxtopApp) -> dict[str, Region]:
    """Return where the panels in view stand."""
    return {name_of(panel): panel.region for panel in app.screen.query(Panel) if panel.display}


def own(tmp_path: Path, text: str) -> layouts.Own:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    return layouts.load_own(tmp_path)


def test_the_promised_layouts_are_offered_in_their_order() -> None:
    assert SHIPPED == ["on-call", "latency", "errors", "wallboard"]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("layout", [*OF_PANELS, "mine"])
async def test_each_panel_of_a_layout_has_room_of_its_own(tmp_path: Path, layout: str, size: tuple[int, int]) -> None:
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    app = app_with(tmp_path, layout)

    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        plan = layouts.named(layout, app._layouts.all).plan(*size)
        places = shown(app)

        assert [*places] == [*plan.places]
        assert all(place.height >= layouts.LEAST_HEIGHT and place.width >= 20 for place in places.values())
        assert not any(one.overlaps(other) for one, other in pairwise(places.values()))


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=["column", "grid", "wide"])
@pytest.mark.parametrize("layout", ["latency", "errors"])
def test_a_layout(snap_compare: Callable[..., bool], layout: str, size: tuple[int, int], lang: str) -> None:
    use_language(lang)
    app = app_over(samples.on_fire(), layout=layout)

    assert snap_compare(app, terminal_size=size)


async def test_p_goes_through_the_layouts_and_begins_again(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    app = app_with(tmp_path)

    async with app.run_test(size=(120, 40)) as pilot:
        seen = []
        for _ in range(6):
            seen.append(frozenset(shown(app)))
            await pilot.press("p")
            await pilot.pause()

    assert seen[0] == set(NAMES)
    assert seen[3] == {"recent", "calls", "errors"}
    assert seen[4] == set()  # the wallboard
    assert seen[5] == seen[0]


async def test_a_panel_that_is_left_out_opens_with_all_the_room_and_escape_brings_the_layout_back(
    tmp_path: Path,
) -> None:
    app = app_with(tmp_path, "latency")

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("7")
        await pilot.pause()
        alone = shown(app)
        await pilot.press("escape")
        await pilot.pause()

        assert [*alone] == ["sources"]
        assert alone["sources"].height > 15
        assert [*shown(app)] == ["ttfb", "fallback"]


async def test_another_size_takes_another_plan(tmp_path: Path) -> None:
    app = app_with(tmp_path, "errors")

    async with app.run_test(size=(80, 24)) as pilot:
        small = [*shown(app)]
        await pilot.resize_terminal(200, 50)
        await pilot.pause()

        assert small == ["recent", "errors"]
        assert len(shown(app)) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[column", "cannot read the layout"),
        ("", "'column' is missing"),
        ("column = 3", "'column' must be a table"),
        ("[colum]\nareas = []", "unknown key 'colum'; did you mean 'column'?"),
        ('[column]\narea = ["ttfb"]', "unknown key 'column.area'; did you mean 'areas'?"),
        ("[column]", "'column.areas' is None, but must be a list of texts"),
        ("[column]\nareas = []", "do not have the same number of names"),
        ('[column]\nareas = ["ttfb calls", "errors"]', "do not have the same number of names"),
        ('[column]\nareas = ["ttbf"]', "names 'ttbf', which is no panel; did you mean 'ttfb'?"),
        ('[column]\nareas = ["zzz"]', "which is no panel; known: config, fallback"),
        ('[column]\nareas = ["ttfb calls", "calls ttfb"]', "the cells of 'ttfb' in 'column.areas' are no rectangle"),
        ('[column]\nareas = ["ttfb calls ttfb"]', "are no rectangle"),
        ('[column]\nareas = ["ttfb"]\nheights = [5, 6]', "is [5, 6], but must be a list of 1 heights"),
        ('[column]\nareas = ["ttfb"]\nheights = "5"', "must be a list of 1 heights"),
        ('[column]\nareas = ["ttfb"]\nheights = [2]', "'column.heights' has 2, which is no height"),
        ('[column]\nareas = ["ttfb"]\nheights = ["0fr"]', "has '0fr', which is no height"),
        ('[column]\nareas = ["ttfb"]\nheights = [true]', "has True, which is no height"),
        ("pages = 3", "'pages' is 3, but must be a list of texts"),
        ('pages = ["nwo"]', "names 'nwo', which is no page of a wallboard; did you mean 'now'?"),
        ("pages = []", "needs at least one page, and time to read it"),
        ('pages = ["now"]\nevery = "soon"', "'every': 'soon' is not a span of time"),
        ('pages = ["now"]\nevry = "5s"', "unknown key 'evry'; did you mean 'every'?"),
        ('pages = ["now"]\n[column]', "unknown key 'column'; known keys: pages, every"),
    ],
)
def test_a_layout_that_is_wrong_is_told_in_one_line_and_left_out(tmp_path: Path, text: str, says: str) -> None:
    found = own(tmp_path, text)

    assert found.layouts == ()
    assert [says in str(problem) for problem in found.problems] == [True]
    assert str(tmp_path / "mine.toml") in str(found.problems[0])
    assert "\n" not in str(found.problems[0])


def test_a_layout_of_ones_own_takes_the_place_of_ours_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "errors.toml").write_text(MINE, encoding="utf-8")
    found = Layouts(tmp_path).all

    assert [each.name for each in found] == SHIPPED
    assert [*layouts.named("errors", found).plans["column"].places] == ["recent", "calls"]


def test_an_unknown_layout_is_refused_with_the_names_to_choose_from(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown layout: nowhere; choose one of on-call, latency, errors"):
        app_with(tmp_path, "nowhere")


async def test_a_changed_layout_shows_at_once_a_broken_one_is_told_and_a_lost_one_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    app = app_with(tmp_path, "mine")

    async def until(wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not wanted():  # noqa: ASYNC110 - the folder is looked at, nobody tells
                await asyncio.sleep(0.05)

    async with app.run_test(size=(80, 24)):
        path.write_text(MINE.replace('"recent", "calls"', '"ttfb", "calls"'), encoding="utf-8")
        await until(lambda: [*shown(app)] == ["ttfb", "calls"])
        path.write_text("[colum]", encoding="utf-8")
        await until(lambda: bool(app._notifications))
        await until(lambda: set(shown(app)) == set(NAMES))

        assert "did you mean 'column'?" in next(iter(app._notifications)).message


@pytest.mark.parametrize("layout", OF_PANELS)
@pytest.mark.parametrize("size", SIZES)
async def test_whoever_filters_sees_the_rows_that_are_left_while_typing(tmp_path: Path, layout: str, size: str) -> None:
    app = app_with(tmp_path, layout)
    async with app.run_test(size=SIZES[size]) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"tts")
        await pilot.pause()
        panel = app.screen.query_one(RecentPanel)

        assert panel.filter_text == "tts"
        assert panel.display
        assert app.screen.query_one("#room").region.contains_point(panel.region.offset)

        await pilot.press("enter")
        assert panel.has_focus
