"""What every Textual app of the program does alike: themes, signs, signals, and how it ends."""

import traceback
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, TypeVar

import rich.text
from rich.console import RenderableType
from textual import on
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.screen import Screen

import themes
from tui.driver import OrderlyDriver
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.keys_in_order import KeysInOrder
from tui.memory import NO_MEMORY, RESERVE, is_out_of_memory, no_memory
from tui.own_themes import OwnThemes, theme_folder
from widgets import AsciiFilter, glyphs_in_use

Result = TypeVar("Result")

ASCII_ONLY = AsciiFilter()

CATCH_UP_S = 0.1
"""A terminal that takes nothing is looked at so often."""


class BareApp(KeysInOrder[Result]):
    """Knows the themes, draws what the terminal can show, and tells of a defect without secrets."""

    TITLE = "voxtop"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "leave(130)", show=False, id="interrupt", priority=True)]

    def __init__(self, theme: str, own_themes: OwnThemes | None = None) -> None:
        """Begin with a theme.

        Raises:
            ConfigError: there is none of that name.
        """
        super().__init__()
        self._reserve = bytes(RESERVE)
        self._catching_up = False
        self._own_themes = own_themes or OwnThemes(theme_folder())
        for each in (*themes.load(), *self._own_themes.themes):
            self.register_theme(each)
        # Without telling anybody: nothing is drawn yet, and every style would be read once more.
        self.set_reactive(BareApp.theme, self._full_name(theme))
        self.stylesheet.set_variables(self.get_css_variables())

    def use_theme(self, short: str) -> None:
        """Show a theme.

        Raises:
            ConfigError: there is none of that name.
        """
        self.theme = self._full_name(short)

    def _full_name(self, short: str) -> str:
        return themes.full_name(short, self._own_themes.themes)

    def action_leave(self, code: int = 0) -> None:
        """End with this exit code and nothing else."""
        self.exit(return_code=code)

    def get_driver_class(self) -> type[Driver]:
        """Return how the terminal speaks to the screen, or what Textual chose for a browser."""
        chosen = super().get_driver_class()
        return OrderlyDriver if chosen is LinuxDriver else chosen

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through on its way to the terminal."""
        return [*super().get_line_filters(), *([ASCII_ONLY] if glyphs_in_use().ascii else ())]

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as the terminal can show it: by its name where its sign is not in the encoding."""
        shown = super().get_key_display(binding)
        return shown if shown.isascii() or not glyphs_in_use().ascii else binding.key

    @on(Driver.SignalResume)
    def paint_anew(self) -> None:
        """Paint everything when the stopped program is continued: the terminal is empty then."""
        self.screen.refresh()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Paint, unless the terminal has yet to take older pictures: to wait would stop reading, alerts and signals."""
        if not self._is_behind:
            super()._display(screen, renderable)
        elif not self._catching_up:
            self._catching_up = True
            self.set_timer(CATCH_UP_S, self._catch_up)

    @property
    def _is_behind(self) -> bool:
        return isinstance(self._driver, OrderlyDriver) and self._driver.is_behind

    def _catch_up(self) -> None:
        """Paint everything as it is now, as soon as the terminal takes it."""
        if self._is_behind:
            self.set_timer(CATCH_UP_S, self._catch_up)
        else:
            self._catching_up = False
            self.screen.refresh()

    async def run_beside(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run what works beside the screen; where memory runs out in it, end with a sentence instead of a picture."""
        try:
            await run()
        except BaseException as error:
            if not is_out_of_memory(error):
                raise
            self._handle_exception(MemoryError())

    def _handle_exception(self, error: Exception) -> None:
        """End for a defect; for want of memory with what little that takes."""
        if not is_out_of_memory(error):
            super()._handle_exception(error)
            return
        self._reserve = b""
        self._return_code = NO_MEMORY
        self._exit_renderables[:] = [rich.text.Text(f"voxtop: {no_memory()}")]
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """Tell of a defect without local variables: they hold log lines."""
        if self._exit_renderables:
            return  # the first defect explains the others
        lines = [safe_text(line) for line in traceback.format_exc().splitlines()]
        self._exit_renderables.append(rich.text.Text("\n".join([*lines, t("cli.crashed")])))
        self._close_messages_no_wait()
