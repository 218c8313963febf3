"""Sizes that come faster than screens are laid out."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen

import tui.screens
from tests.samples import typical
from tests.screens.fixed_monitor import app_over
from tui.screens._resizing import SizedScreen
from tui.screens.command_line import CommandLine

MANY = 100
"""No few sizes take so many layouts."""


@pytest.fixture
def _ending(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let layouts that follow each other for ever be a defect: no clock could end them, since nothing else runs."""
    lay_out, left = Screen._refresh_layout, iter(range(MANY))

    def counted(screen: Screen[None], size: Size | None = None, scroll: bool = False) -> None:
        assert next(left, None) is not None, "laid out for ever"
        lay_out(screen, size, scroll)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)


@pytest.mark.usefixtures("_ending")
@pytest.mark.parametrize("keys", [[], ["question_mark"]], ids=["dashboard", "help"])
async def test_fault_81_two_sizes_at_once_end_in_the_newer_one_even_while_a_footer_is_made_anew(
    keys: list[str],
) -> None:
    app = app_over(typical())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        with app.batch_update():
            for size in Size(39, 9), Size(120, 40):
                app._size = size
                for screen in app.screen_stack:
                    screen.post_message(Resize(size, size))
                    screen.call_later(lambda: None)  # whatever else there is to do
            await pilot.pause()

        assert [screen.size for screen in app.screen_stack] == [(120, 40)] * (1 + len(keys))


@pytest.mark.parametrize("height", [1, 9, 40])
async def test_fault_81_the_command_line_opens_however_narrow_the_terminal_is(height: int) -> None:
    app = app_over(typical())
    async with app.run_test(size=(80, 24)) as pilot:
        for width in range(1, 9):
            await pilot.resize_terminal(width, height)
            await pilot.press("colon")
            assert isinstance(app.screen, CommandLine)
            await pilot.press("escape")


def _screens(kind: type[Screen[None]] = Screen) -> Iterator[type[Screen[None]]]:
    for each in kind.__subclasses__():
        yield each
        yield from _screens(each)


def test_every_screen_keeps_to_the_size_of_now() -> None:
    for module in pkgutil.iter_modules(tui.screens.__path__, "tui.screens."):
        importlib.import_module(module.name)
    ours = [each for each in _screens() if each.__module__.startswith("tui.")]

    assert ours
    assert [each for each in ours if not issubclass(each, SizedScreen)] == []
