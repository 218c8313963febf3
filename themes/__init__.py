"""Themes, one TOML file each: the file's name is the theme's short name."""

import tomllib
from functools import cache
from importlib.resources import files

from textual.theme import Theme

from tui.engine.errors import ConfigError
from tui.engine.text import t

PREFIX = "voxtop-"
"""Keeps our names apart from the ones Textual ships."""

DEFAULT = "dark"


@cache
def load() -> tuple[Theme, ...]:
    """Return every theme of the package, in the order of their names, the default first."""
    found = [file for file in files(__name__).iterdir() if file.name.endswith(".toml")]
    found.sort(key=lambda file: (file.name != f"{DEFAULT}.toml", file.name))
    return tuple(_theme(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in found)


def full_name(short: str) -> str:
    """Return the registered name of a theme.

    Raises:
        ConfigError: there is no such theme.
    """
    known = short_names()
    if short not in known:
        raise ConfigError(t("theme.unknown", name=short), t("theme.known", names=", ".join(known)))
    return known[short]


def short_names() -> dict[str, str]:
    """Return the registered name of every theme by its short name: ``{"dark": "voxtop-dark", …}``."""
    return {theme.name.removeprefix(PREFIX): theme.name for theme in load()}


def _theme(short: str, text: str) -> Theme:
    return Theme(name=PREFIX + short, **tomllib.loads(text))
