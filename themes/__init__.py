"""Themes, one TOML file each: the file's name is the theme's short name.

Beside the ones of the package a folder of the user's is read; there a theme may give only what it changes,
over the default one.
"""

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import Theme

from tui.engine.errors import ConfigError
from tui.engine.text import t

PREFIX = "voxtop-"
"""Keeps our names apart from the ones Textual ships."""

DEFAULT = "dark"

STATES = ("success", "warning", "error")

LEAST_CONTRAST = 4.5
"""Of text and states against their ground (WCAG 2, level AA)."""

_ASKED_OF_ANSI = {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}

_SWITCHES = ("dark", "ansi")
_COLOURS = tuple(
    item.name
    for item in fields(Theme)
    if item.name not in {"name", "variables", "luminosity_spread", "text_alpha", *_SWITCHES}
)


class Own(NamedTuple):
    """The user's themes, and what is wrong with others of them."""

    themes: tuple[Theme, ...] = ()
    problems: tuple[ConfigError, ...] = ()


@cache
def load() -> tuple[Theme, ...]:
    """Return every theme of the package, in the order of their names, the default first."""
    return tuple(_theme(short, table) for short, table in _tables().items())


def _theme(short: str, table: dict[str, Any]) -> Theme:
    """Return a theme; one of the terminal's colours also says what Textual's own styles ask of such a theme."""
    asked = _ASKED_OF_ANSI if table.get("ansi") else {}
    return Theme(name=PREFIX + short, **{**table, "variables": {**asked, **table["variables"]}})


@cache
def _tables() -> dict[str, dict[str, Any]]:
    found = sorted(Path(__file__).parent.glob("*.toml"), key=lambda file: (file.stem != DEFAULT, file.name))
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in found}


def load_own(folder: Path) -> Own:
    """Return the themes of a folder; one that is wrong is told with its file, key and value, and left out."""
    good: list[Theme] = []
    problems: list[ConfigError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            good.append(_own(path))
        except ConfigError as error:
            problems.append(error)
    return Own(tuple(good), tuple(problems))


def _own(path: Path) -> Theme:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(t("theme.unreadable", path=path, reason=error)) from error
    base = _tables()[DEFAULT]
    variables = table.pop("variables", {})
    _check_keys(path, table, (*_COLOURS, *_SWITCHES))
    if not isinstance(variables, dict):
        raise ConfigError(t("theme.no_table", path=path, key="variables"))
    _check_keys(path, variables, base["variables"])
    for key, value in {**table, **variables}.items():
        _check_value(path, key, value)
    theme = _theme(path.stem, {**base, **table, "variables": {**base["variables"], **variables}})
    _check_contrast(path, theme)
    return theme


def _check_keys(path: Path, table: dict[str, Any], known: Iterable[str]) -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            remedy = t("config.did_you_mean", key=close[0]) if close else t("config.known_keys", keys=", ".join(known))
            raise ConfigError(t("config.unknown_key", where=path, key=key), remedy)


def _check_value(path: Path, key: str, value: object) -> None:
    if key in _SWITCHES:
        if not isinstance(value, bool):
            raise ConfigError(t("theme.no_switch", path=path, key=key, value=value))
        return
    try:
        Color.parse(str(value))
    except ColorParseError:
        raise ConfigError(t("theme.no_colour", path=path, key=key, value=value), t("theme.no_colour_remedy")) from None


def _check_contrast(path: Path, theme: Theme) -> None:
    """Refuse states and text that nobody can tell from their ground; of a terminal's own colours nobody knows."""
    if theme.ansi:
        return
    colours = theme.to_color_system().generate()
    for name in ("foreground", *STATES):
        found = contrast(Color.parse(colours[name]), Color.parse(colours["background"]))
        if found < LEAST_CONTRAST:
            raise ConfigError(
                t("theme.low_contrast", path=path, key=name, contrast=f"{found:.1f}", least=LEAST_CONTRAST),
                t("theme.low_contrast_remedy"),
            )


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def full_name(short: str, own: Iterable[Theme] = ()) -> str:
    """Return the registered name of a theme.

    Raises:
        ConfigError: there is no such theme.
    """
    known = short_names(own)
    if short not in known:
        raise ConfigError(t("theme.unknown", name=short), t("theme.known", names=", ".join(known)))
    return known[short]


def short_names(own: Iterable[Theme] = ()) -> dict[str, str]:
    """Return the registered name of every theme by its short name: ``{"dark": "voxtop-dark", …}``."""
    return {theme.name.removeprefix(PREFIX): theme.name for theme in (*load(), *own)}
