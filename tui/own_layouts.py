"""The layouts there are, the user's among them: known from the start, and read again whenever one of them changes."""

from collections.abc import Callable
from pathlib import Path

from tui.config import config_path
from tui.engine.errors import ConfigError
from tui.engine.ticking import next_tick
from tui.own_files import LOOK_EVERY_S, OwnFiles
from tui.screens import layouts
from tui.screens.layouts import Layout

FOLDER = "layouts"


def layout_folder() -> Path:
    """Return the folder beside the usual configuration file."""
    return config_path().parent / FOLDER


class Layouts:
    """Every layout, in step with a folder of the user's."""

    def __init__(self, folder: Path) -> None:
        self._files = OwnFiles(folder)
        self._own = layouts.load_own(folder)

    @property
    def all(self) -> tuple[Layout, ...]:
        """Those that are right, in the order of ``p``."""
        return layouts.in_turn((*layouts.load(), *self._own.layouts))

    @property
    def problems(self) -> tuple[ConfigError, ...]:
        """What is wrong with others of the user's."""
        return self._own.problems

    async def keep(self, changed: Callable[[], None], tell: Callable[[ConfigError], None]) -> None:
        """Look for changes until cancelled, say when there was one, and tell what is wrong."""
        self._tell(tell)
        while True:
            await next_tick(LOOK_EVERY_S, self._files.changed)
            self._own = layouts.load_own(self._files.folder)
            self._tell(tell)
            changed()

    def _tell(self, tell: Callable[[ConfigError], None]) -> None:
        for problem in self.problems:
            tell(problem)
