"""A picture put together of what was touched is the one that Textual puts together of everything."""

import asyncio
import hashlib
import inspect
import random
import re
import time
from collections.abc import Iterator
from typing import TypeVar

import pyte
import pytest
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.strip import Strip

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor
from tests.screens.test_alerts import Desk
from tui.engine.clock import ManualClock
from tui.engine.model import NO_BOARD
from tui.screens._compositor import SparingCompositor, _is_known, sparing_compositor
from tui.terminal_app import VoxtopApp
from widgets._lines import Line, Run
from widgets._lines_view import LinesView
from widgets._view import View

Result = TypeVar("Result")

KNOWN = {
    "render_update": "772c6b21953a",
    "render_partial_update": "888dccc892d8",
    "_render_chops": "ca8c3359d7af",
    "_get_renders": "8ac93299aa5d",
    "update_widgets": "86c02b2f8d6d",
    "reflow": "a08580a81a77",
    "reflow_visible": "cac5dbc45348",
}
"""The text of what this builds on, as it was when both were compared."""


class Rows(LinesView):
    """Rows of which any may change."""

    DEFAULT_CSS = "Rows { height: 9; width: 1fr; border: round $border; }"

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._rng = rng
        self._texts = [self._word() for _ in range(9)]

    def _word(self) -> str:
        return "".join(self._rng.choices("abñé世 ", k=self._rng.randrange(1, 60)))

    def change(self) -> None:
        """Say something else in some rows."""
        for y in self._rng.sample(range(9), self._rng.randrange(1, 4)):
            words = self._texts[y].split(" ")
            words[self._rng.randrange(len(words))] = self._word()[:9]
            self._texts[y] = " ".join(words)[-60:] if self._rng.random() < 0.7 else self._word()
        if self._rng.random() < 0.5:
            self.say_below(self._word().strip())
        self.redraw(0.0)

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows."""
        del width, height, view
        return [_runs(text) for text in self._texts]


def _runs(text: str) -> Line:
    """Return a text in several runs, of which some stay as others change."""
    return tuple(Run(f"{word} ", "warning" if "ñ" in word else "text") for word in text.split(" "))


class Panels(Screen[None]):
    """Some above each other, two beside each other, and one that lies over them."""

    CSS = """
    Panels { layers: below over; }
    #cover { layer: over; dock: top; offset: 7 4; width: 30; height: 6; background: $panel; }
    """

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._compositor = sparing_compositor()
        self.rows = [Rows(rng) for _ in range(5)]
        self.cover = Rows(rng)
        self.cover.id = "cover"

    def compose(self) -> ComposeResult:
        """Lay them out."""
        with VerticalScroll():
            yield self.rows[0]
            with Horizontal(classes="pair"):
                yield from self.rows[1:3]
            yield from self.rows[3:]
        yield self.cover


class Over(ModalScreen[None]):
    """Lies over the panels and lets them shine through."""

    CSS = "Over { align: center middle; background: $background 60%; } Over > Rows { width: 40; height: 7; }"

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.words = Rows(rng)

    def compose(self) -> ComposeResult:
        """Show the words."""
        yield self.words


class Terminal(App[Result]):
    """Keeps what a terminal would show after everything it was sent."""

    terminal: pyte.Screen
    partial = 0
    written = ""
    """What it was sent last."""

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate) and screen is self.screen:
            self.written = renderable.render_segments(self.console)
            pyte.Stream(self.terminal).feed(self.written)
            self.partial += isinstance(renderable, ChopsUpdate)

    def in_full(self) -> pyte.Screen:
        """Return what it would show if Textual's own compositor drew everything."""
        width, height = self.size
        full = pyte.Screen(width, height)
        update = self.screen._compositor.render_update(full=True, screen_stack=self._background_screens)
        assert isinstance(update, CompositorUpdate)
        pyte.Stream(full).feed(update.render_segments(self.console))
        return full


class Shown(Terminal[None]):
    """Shows the panels."""

    CSS = ".pair { height: 9; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng = random.Random(seed)  # noqa: S311 - changes that can be repeated, not secrets
        self.terminal = pyte.Screen(80, 24)
        self.front = Panels(self.rng)

    def on_mount(self) -> None:
        """Open the panels."""
        self.push_screen(self.front)


class Monitored(Terminal[int], VoxtopApp):
    """The monitor in a terminal."""


def _cells(screen: pyte.Screen) -> Iterator[object]:
    for y in range(screen.lines):
        yield [screen.buffer[y][x] for x in range(screen.columns)]


async def _settle(app: Terminal[Result], pilot: Pilot[Result]) -> None:
    deadline = time.monotonic() + 10
    await pilot.pause()
    while app.screen._dirty_widgets or app.screen._layout_required or app.screen._repaint_required:
        assert time.monotonic() < deadline
        await pilot.pause(0.02)


async def _do_something(app: Shown, pilot: Pilot[None]) -> None:
    rng, front = app.rng, app.front
    what = rng.choices(("rows", "cover", "over", "size", "scroll"), (60, 10, 10, 8, 12))[0]
    if what == "size":
        width, height = rng.randrange(40, 120), rng.randrange(8, 45)
        app.terminal.resize(height, width)
        await pilot.resize_terminal(width, height)
    elif what == "cover":
        front.cover.display = not front.cover.display
    elif what == "scroll":
        front.query_one(VerticalScroll).scroll_to(y=rng.randrange(30), animate=False)
    elif what == "over" and app.screen is front:
        await app.push_screen(Over(rng))
    elif what == "over":
        await app.pop_screen()
    else:
        rows = [*front.rows, front.cover, *app.screen.query(Rows)]
        for each in rng.sample(rows, rng.randrange(1, 4)):
            each.change()


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_change_the_terminal_shows_what_textual_would_have_drawn_of_everything(seed: int) -> None:
    app = Shown(seed)
    async with app.run_test(size=(80, 24)) as pilot:
        await _settle(app, pilot)
        for _ in range(30):
            await _do_something(app, pilot)
            await _settle(app, pilot)
            assert [*_cells(app.terminal)] == [*_cells(app.in_full())]
    assert app.partial > 4


async def test_a_row_that_comes_above_the_panels_is_painted_and_so_is_all_that_it_moves() -> None:
    desk, monitor = Desk(NO_BOARD), FixedMonitor(samples.on_fire())
    app = Monitored(monitor, ManualClock(samples.NOW), "dark", alerts=desk)  # type: ignore[arg-type]
    app.terminal = pyte.Screen(80, 24)
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, board in (
            ((), samples.board()),
            (("7",), NO_BOARD),
            (("j",), samples.board()),
            (("1", "j"), NO_BOARD),
        ):
            await pilot.press(*keys)
            desk.shown = board
            monitor.changed.set()
            async with asyncio.timeout(20):
                while ("NEW CRITICAL ALERT" in "\n".join(app.terminal.display)) is (board is NO_BOARD):
                    await pilot.pause(0.02)
            await _settle(app, pilot)
            assert [*_cells(app.terminal)] == [*_cells(app.in_full())]


async def test_of_rows_far_apart_only_what_lies_over_them_is_rendered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Shown(1)
    async with app.run_test(size=(80, 50)) as pilot:
        await _settle(app, pilot)
        asked: list[Rows] = []
        render = Rows.render_lines

        def asking(rows: Rows, crop: Region) -> list[Strip]:
            asked.append(rows)
            return render(rows, crop)

        monkeypatch.setattr(Rows, "render_lines", asking)
        for each in (app.front.rows[0], app.front.rows[4]):
            each.change()
        await _settle(app, pilot)
        assert {*asked} == {app.front.rows[0], app.front.cover, app.front.rows[4]}


async def test_of_a_row_only_the_runs_that_changed_are_written() -> None:
    app = Shown(2)
    async with app.run_test(size=(80, 50)) as pilot:
        await _settle(app, pilot)
        rows = app.front.rows[4]
        rows._texts[3] = "lag 7s long after"
        rows.redraw(0.0)
        await _settle(app, pilot)
        app.written = ""
        rows._texts[3] = "lag 8s long after"
        rows.redraw(0.0)
        await _settle(app, pilot)
        assert "8s" in app.written
        assert not {"lag", "long", "after"} & {*re.findall(r"[a-z]{3,}", app.written)}


def test_textual_puts_pictures_together_as_it_did_when_both_were_compared() -> None:
    texts = {name: inspect.getsource(getattr(Compositor, name)) for name in KNOWN}
    found = {name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, text in texts.items()}
    assert found == KNOWN, "Textual puts pictures together in another way: compare SparingCompositor, then note it here"


def test_a_compositor_that_works_in_another_way_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(sparing_compositor(), SparingCompositor)

    class Asks(Compositor):
        def _get_renders(self, crop: object = None, layers: object = None) -> object:  # type: ignore[override]
            return crop, layers

    class Forgets(Compositor):
        def render_partial_update(self) -> None:
            """Draw nothing."""

    assert not _is_known(Asks)
    assert not _is_known(Forgets)
    monkeypatch.delattr(Compositor, "_render_chops")
    assert type(sparing_compositor()) is Compositor
