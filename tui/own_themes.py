"""The themes that the user wrote: known from the start, and read again whenever one of them changes."""

from pathlib import Path
from typing import Any

from textual.app import App
from textual.theme import Theme

import themes
from tui.config import config_path
from tui.engine.errors import ConfigError
from tui.engine.safe_text import safe_text
from tui.engine.ticking import next_tick
from tui.own_files import LOOK_EVERY_S, OwnFiles

FOLDER = "themes"


def theme_folder() -> Path:
    """Return the folder beside the usual configuration file."""
    return config_path().parent / FOLDER


class OwnThemes:
    """Keeps an app's themes in step with a folder."""

    def __init__(self, folder: Path) -> None:
        self._files = OwnFiles(folder)
        self._own = themes.load_own(folder)

    @property
    def themes(self) -> tuple[Theme, ...]:
        """Those that are right."""
        return self._own.themes

    @property
    def problems(self) -> tuple[ConfigError, ...]:
        """What is wrong with the others."""
        return self._own.problems

    def register(self, app: App[Any]) -> None:
        """Make them known to an app."""
        for theme in self.themes:
            app.register_theme(theme)

    async def keep(self, app: App[Any]) -> None:
        """Look for changes until cancelled, show the theme in use as it is now, and tell what is wrong."""
        self._tell(app)
        while True:
            await next_tick(LOOK_EVERY_S, self._files.changed)
            self._own = themes.load_own(self._files.folder)
            self.register(app)
            self._tell(app)
            if app.theme in {theme.name for theme in self.themes}:
                app.refresh_css(animate=False)

    def _tell(self, app: App[Any]) -> None:
        for problem in self._own.problems:
            app.notify(safe_text(str(problem)), severity="warning", markup=False)
