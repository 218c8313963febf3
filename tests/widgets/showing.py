"""A tiny program around one widget, and what its screen says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

import themes


class OneWidgetApp(App[None]):
    """Gives a widget the whole terminal."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget
        self.messages: list[Any] = []

    def compose(self) -> ComposeResult:
        self._widget.styles.width = "1fr"
        self._widget.styles.height = "1fr"
        yield self._widget

    def on_mount(self) -> None:
        for theme in themes.load():
            self.register_theme(theme)
        self.theme = themes.full_name("dark")
        self._widget.focus()

    def on_panel_opened(self, message: object) -> None:
        self.messages.append(message)

    def on_bucket_panel_picked(self, message: object) -> None:
        self.messages.append(message)

    def on_blame_bar_opened(self, message: object) -> None:
        self.messages.append(message)

    def on_playbook_card_copied(self, message: object) -> None:
        self.messages.append(message)


@asynccontextmanager
async def showing(widget: Widget, width: int = 80, height: int = 24) -> AsyncIterator[Pilot[None]]:
    """Run a program that shows the widget at a size of the terminal."""
    app = OneWidgetApp(widget)
    async with app.run_test(size=(width, height)) as pilot:
        yield pilot


def screen_rows(pilot: Pilot[None]) -> list[str]:
    """Return the text of every row of the terminal, borders included."""
    return [strip.text for strip in pilot.app.screen._compositor.render_strips()]


def screen_text(pilot: Pilot[None]) -> str:
    """Return the text of the terminal."""
    return "\n".join(screen_rows(pilot))


def sent(pilot: Pilot[None]) -> list[Any]:
    """Return the messages that the widget sent to the program."""
    app = pilot.app
    assert isinstance(app, OneWidgetApp)
    return app.messages
