"""Rows that changed are painted at once, whatever Textual has to do besides."""

import asyncio

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from widgets._lines import Line, Run
from widgets._lines_view import LinesView
from widgets._view import View


class Word(LinesView):
    """Shows one word; one of them cannot be shown."""

    word = "before"

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the word."""
        del width, height, view
        return [(Run(self.word, "text"),)]

    def render_line(self, y: int) -> Strip:
        """Return a row, unless it cannot be."""
        if self.word == "broken":
            raise ZeroDivisionError
        return super().render_line(y)


class Shown(App[None]):
    """One word, and how many pictures were painted of it."""

    pictures = 0

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Word()

    def _display(self, screen: object, renderable: object) -> None:
        del screen
        self.pictures += renderable is not None


def _say(app: Shown, word: str) -> None:
    shown = app.query_one(Word)
    shown.word = word
    shown.redraw(0.0)


async def test_changes_of_one_moment_are_one_picture_painted_in_the_next() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        _say(app, "none")
        await pilot.pause(0.1)
        before = app.pictures
        _say(app, "one")
        _say(app, "two")
        await asyncio.sleep(0)
        assert app.pictures == before + 1
        await pilot.pause(0.1)
        assert app.pictures == before + 1
        assert app.query_one(Word).rows[0].strip() == "two"


async def test_what_changes_while_pictures_are_held_back_is_painted_afterwards() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        _say(app, "free")
        await pilot.pause(0.1)
        before = app.pictures
        with app.batch_update():
            _say(app, "held")
            await pilot.pause(0.1)
            assert app.pictures == before
        await pilot.pause(0.1)
        assert app.pictures > before


async def test_a_row_that_cannot_be_painted_ends_the_program_instead_of_staying_as_it_was() -> None:
    app = Shown()

    async def say_it() -> None:
        async with app.run_test() as pilot:
            _say(app, "whole")
            await pilot.pause(0.1)
            _say(app, "broken")
            await asyncio.sleep(0)
            assert app._exception

    with pytest.raises(ZeroDivisionError):
        await say_it()
