"""Keys typed faster than the program answers: each goes where it would have gone had the typist waited."""

import asyncio
from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests import samples
from tests.screens.fixed_monitor import app_over
from tui.screens.ask import AskScreen
from tui.screens.command_line import CommandLine
from tui.screens.dashboard import DashboardScreen
from widgets import RecentPanel


def type_at_once(pilot: Pilot[int], *keys: str) -> None:
    """Let all of these arrive before the first is looked at, as a paste into a terminal does."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - keys tell nobody when they are done
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("opens", "screen"), [("slash", DashboardScreen), ("plus", AskScreen), ("colon", CommandLine)], ids=["/", "+", ":"]
)
async def test_what_is_typed_right_behind_the_key_that_opens_a_line_is_in_the_line(
    opens: str, screen: type[object]
) -> None:
    async with app_over(samples.typical()).run_test(size=(120, 40)) as pilot:
        type_at_once(pilot, opens, *"sqa1")
        await until(lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value == "sqa1")
        assert isinstance(pilot.app.screen, screen)


async def test_text_pasted_right_behind_the_key_is_in_the_line_too() -> None:
    async with app_over(samples.typical()).run_test(size=(120, 40)) as pilot:
        type_at_once(pilot, "slash", "x")
        pilot.app.post_message(events.Paste("silence"))
        type_at_once(pilot, "y")
        await until(lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value == "xsilencey")


async def test_what_is_typed_behind_the_end_of_a_line_is_for_the_screen_again() -> None:
    async with app_over(samples.typical()).run_test(size=(120, 40)) as pilot:
        type_at_once(pilot, "slash", *"401", "enter", "M")
        await until(lambda: isinstance(pilot.app.screen, DashboardScreen) and bool(pilot.app.screen.maximised))
        assert pilot.app.screen.query_one(RecentPanel).filter_text == "401"


async def test_a_key_that_takes_too_long_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = asyncio.Event()

    async def slow(_: RecentPanel, __: events.Key) -> None:
        await goes_on.wait()

    monkeypatch.setattr(RecentPanel, "on_key", slow, raising=False)
    async with app_over(samples.typical()).run_test(size=(120, 40)) as pilot:
        pilot.app.screen.query_one(RecentPanel).focus()
        await until(lambda: isinstance(pilot.app.focused, RecentPanel))
        type_at_once(pilot, "x", "ctrl+p")
        await until(lambda: isinstance(pilot.app.screen, CommandLine) and isinstance(pilot.app.focused, Input))
        goes_on.set()


async def test_the_line_of_the_filter_is_there_while_somebody_types_into_it_and_begins_with_the_filter() -> None:
    async with app_over(samples.typical()).run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *"40", "enter")
        await until(lambda: isinstance(pilot.app.focused, RecentPanel))
        await until(lambda: not pilot.app.screen.query(Input))

        await pilot.press("slash")
        await until(lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value == "40")
        pilot.app.screen.query_one(RecentPanel).focus()
        await pilot.press("slash")
        assert len(pilot.app.screen.query(Input)) == 1

        await pilot.press("escape")
        await until(lambda: not pilot.app.screen.query(Input))
        assert pilot.app.screen.query_one(RecentPanel).filter_text == ""


async def test_escape_also_takes_back_a_filter_that_was_not_typed_into_that_line() -> None:
    async with app_over(samples.typical()).run_test(size=(120, 40)) as pilot:
        recent = pilot.app.screen.query_one(RecentPanel)
        await pilot.app.screen.run_action("filter_by('401')")
        assert recent.filter_text == "401"
        await pilot.press("escape")
        await until(lambda: recent.filter_text == "")
