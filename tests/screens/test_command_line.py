"""The command line: every action of a screen is in it, words complete, and what is typed is what is done."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

import themes
from tests import samples
from tests.screens.fixed_monitor import FixedMonitor, app_over
from tui.engine.clock import ManualClock
from tui.engine.model import Snapshot
from tui.engine.text import language, use_language
from tui.screens.ask import ConfirmScreen
from tui.screens.command_line import CommandLine, Entry, Run, Verb, entries
from tui.screens.dashboard import DashboardScreen
from tui.screens.wallboard import WallboardScreen
from tui.terminal_app import VoxtopApp
from widgets import RecentPanel, in_language

NODE = DOMNode()
FREEZE = Entry("Freeze", Run(NODE, "freeze"), also="freeze")
QUIT = Entry("Quit", Run(NODE, "leave"), also="quit")
ACTIONS = [FREEZE, Entry("Acknowledge", Run(NODE, "acknowledge"), also="acknowledge"), QUIT]
VERBS = [
    Verb("layout", Run(NODE, "use_layout"), lambda: ["on-call", "latency", "errors"]),
    Verb("add", Run(NODE, "add_named"), lambda: ["ssh://", "docker:"], free=True),
]


def offered(typed: str) -> list[str]:
    return [entry.text for entry in entries(ACTIONS, VERBS, typed)]


def test_without_a_letter_everything_is_offered() -> None:
    assert offered("") == [
        *("Freeze", "Acknowledge", "Quit"),
        *("layout on-call", "layout latency", "layout errors", "add …", "add ssh://", "add docker:"),
    ]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("q", "Quit"),
        ("ack", "Acknowledge"),
        ("lerr", "layout errors"),
        ("layout lat", "layout latency"),
        ("layout on-call", "layout on-call"),
        ("add /var/log/a b.log", "add /var/log/a b.log"),
        ("  add ssh://x/y  ", "add ssh://x/y"),
        ("add dock", "add dock"),
        ("add", "add …"),
    ],
)
def test_a_few_letters_find_the_likeliest_first(typed: str, first: str) -> None:
    assert offered(typed)[0] == first


def test_a_verb_offers_its_own_words_only_and_unknown_words_nothing() -> None:
    assert offered("layout e")[0] == "layout errors"
    assert all(text.startswith("layout") for text in offered("layout o"))
    assert offered("layout zzz") == []


def test_words_are_handed_over_as_they_are() -> None:
    found = entries(ACTIONS, VERBS, "add exec:sh -c 'x, \"y\")'")

    assert found[0].run == Run(NODE, "add_named", ("exec:sh -c 'x, \"y\")'",))


@asynccontextmanager
async def dashboard(snapshot: Snapshot, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[int]]:
    app = app_over(snapshot)
    async with app.run_test(size=size) as pilot:
        yield pilot


async def typed(pilot: Pilot[int], text: str, *keys: str) -> None:
    """Open the command line, type at once, and press."""
    await pilot.press("colon")
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = text
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()


def front(pilot: Pilot[int]) -> DashboardScreen:
    screen = pilot.app.screen
    assert isinstance(screen, DashboardScreen)
    return screen


@pytest.mark.parametrize("keys", ["", "7", "6", "8", "3", "enter", "p p p"])
async def test_every_named_binding_of_a_screen_is_in_its_command_line(keys: str) -> None:
    async with dashboard(samples.on_fire()) as pilot:
        await pilot.press(*keys.split())
        await pilot.pause()
        below = pilot.app.screen
        named = {in_language(each.binding).description for each in below.active_bindings.values() if each.binding.id}
        pilot.app.action_command_palette()
        await pilot.pause()
        line = pilot.app.screen
        assert isinstance(line, CommandLine)

        assert named - {entry.text for entry in line._shown} == {""} & named
        assert len(named) > 3


@pytest.mark.parametrize("opened", ["colon", "ctrl+p"])
async def test_letters_typed_in_one_go_do_what_they_say(opened: str) -> None:
    async with dashboard(samples.on_fire()) as pilot:
        await pilot.press(opened, *"latency", "enter")
        await pilot.pause()

        assert front(pilot).chosen_layout == "latency"


async def test_tab_completes_arrows_choose_and_escape_does_nothing() -> None:
    async with dashboard(samples.on_fire()) as pilot:
        await typed(pilot, "layout ", "down", "down", "tab")
        assert pilot.app.screen.query_one(Input).value == "layout errors"
        await pilot.press("up", "up", "pagedown", "escape")
        await pilot.pause()
        assert front(pilot).chosen_layout == "on-call"


async def test_a_verb_that_wants_a_word_asks_for_it() -> None:
    async with dashboard(samples.on_fire()) as pilot:
        await typed(pilot, "filter", "down", "enter")
        assert pilot.app.screen.query_one(Input).value == "filter "
        await pilot.press(*"!tts", "enter")
        await pilot.pause()

        assert front(pilot).query_one(RecentPanel).filter_text == "!tts"


async def test_enter_on_an_empty_line_does_nothing_until_something_is_marked() -> None:
    async with dashboard(samples.on_fire()) as pilot:
        await typed(pilot, "", "enter")
        assert isinstance(pilot.app.screen, CommandLine)
        place = [entry.also for entry in pilot.app.screen._shown].index("help")
        await pilot.press(*["down"] * (place + 1), "enter")
        await pilot.pause()
        assert type(pilot.app.screen).__name__ == "HelpScreen"


async def test_what_nothing_is_called_is_said_and_nothing_is_done() -> None:
    async with dashboard(samples.on_fire()) as pilot:
        await typed(pilot, "zzzz", "enter")

        assert isinstance(pilot.app.screen, CommandLine)
        assert "nothing is called that" in str(pilot.app.screen.query_one(OptionList).get_option_at_index(0).prompt)


async def test_sources_are_added_removed_retried_and_scoped_by_name() -> None:
    monitor = FixedMonitor(samples.on_fire())
    app = VoxtopApp(monitor, ManualClock(samples.NOW), "dark")
    name = samples.on_fire().sources[0].name
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "add ssh://voice-1/var/log/a b.log", "enter")
        await typed(pilot, f"retry {name}", "enter")
        await typed(pilot, f"scope {name}", "enter")
        await typed(pilot, "scope all", "enter")
        await typed(pilot, f"remove {name}", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")

    assert monitor.asked == [
        ("add", "ssh://voice-1/var/log/a b.log"),
        ("retry", name),
        ("source", name),
        ("all",),
        ("remove", name),
    ]


async def test_themes_panels_and_languages_are_changed_by_name() -> None:
    try:
        async with dashboard(samples.on_fire()) as pilot:
            await typed(pilot, "theme high-contrast", "enter")
            assert pilot.app.theme == themes.full_name("high-contrast")
            await typed(pilot, "panel sources", "enter")
            assert front(pilot).maximised is not None
            await typed(pilot, "lang es", "enter")
            assert (language(), front(pilot).chosen_layout) == ("es", "on-call")
    finally:
        use_language("en")


async def test_a_read_only_monitor_and_the_wallboard_refuse_what_changes_anything() -> None:
    monitor = FixedMonitor(samples.on_fire())
    app = VoxtopApp(monitor, ManualClock(samples.NOW), "dark", read_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "add /tmp/x.log", "enter")
        await typed(pilot, "layout wallboard", "enter")
        assert isinstance(app.screen, WallboardScreen)
        await typed(pilot, "acknowledge", "enter")
        await typed(pilot, "layout errors", "enter")
        assert front(pilot).chosen_layout == "errors"

    assert monitor.asked == []


async def test_a_click_does_what_was_clicked() -> None:
    async with dashboard(samples.on_fire()) as pilot:
        await typed(pilot, "layout ")
        await pilot.click(OptionList, offset=(4, 2))
        await pilot.pause()

        assert front(pilot).chosen_layout == "errors"


async def test_hostile_names_reach_the_line_as_safe_text() -> None:
    hostile = replace(samples.typical(), sources=(replace(samples.typical().sources[0], name=samples.HOSTILE),))
    async with dashboard(hostile) as pilot:
        await typed(pilot, "scope ")

        shown = [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]
        assert any("␛" in text for text in shown)
        assert not any("\x1b" in text or "\n" in text for text in shown)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["column", "grid"])
def test_the_command_line(snap_compare: Callable[..., bool], size: tuple[int, int], lang: str) -> None:
    use_language(lang)
    assert snap_compare(app_over(samples.on_fire()), terminal_size=size, press=["colon", *"layout", "space"])
