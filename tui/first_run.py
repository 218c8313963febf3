"""The program before there is anything to watch: asks what it should be."""

from functools import partial

from textual.screen import Screen

from tui.bare_app import BareApp
from tui.config import Settings
from tui.engine.clock import SystemClock
from tui.engine.detecting import candidates
from tui.engine.sources import open_source
from tui.memory import collect_rings
from tui.screens._resizing import SizedScreen
from tui.screens.first_run import Chosen, FirstRunScreen
from tui.terminal import end_on_signals, shows_unicode
from widgets import use_glyphs


class FirstRunApp(BareApp[Chosen]):
    """Shows one screen and ends with its answer."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, settings: Settings) -> None:
        use_glyphs(unicode=shows_unicode() and not settings.ascii)
        super().__init__(settings.theme)
        self._clock = SystemClock()

    def get_default_screen(self) -> Screen[None]:
        """Return what lies below, which is told of sizes too."""
        return SizedScreen(id="_default")

    def on_mount(self) -> None:
        """Ask."""
        collect_rings()
        end_on_signals(self.action_leave)
        screen = FirstRunScreen(partial(candidates, self._clock), self._check, self._clock)
        self.push_screen(screen, self.exit)

    def _check(self, spec: str) -> None:
        """Open nothing; raise UsageError where a source is written wrongly."""
        open_source(spec, clock=self._clock, since=None, line_time=lambda _: None)
