from collections.abc import Iterator

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

import themes
from tui.engine.errors import ConfigError

TEXT = (
    "foreground",
    "foreground-muted",
    "foreground-disabled",
    "primary",
    "secondary",
    "accent",
    "success",
    "warning",
    "error",
)
"""Everything that panels write with, states first of all."""


def ratio(one: Color, other: Color) -> float:
    """Return the contrast of two colours by WCAG 2."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def pairs() -> Iterator[tuple[Theme, str, str]]:
    for theme in themes.load():
        for ground in ("background", "surface"):
            for text in TEXT:
                yield theme, text, ground


@pytest.mark.parametrize(("theme", "text", "ground"), list(pairs()), ids=lambda value: getattr(value, "name", value))
def test_text_and_states_stand_out_from_their_ground(theme: Theme, text: str, ground: str) -> None:
    colors = theme.to_color_system().generate()

    least = 7.0 if theme.name.endswith("high-contrast") else 4.5
    assert ratio(Color.parse(colors[text]), Color.parse(colors[ground])) >= least


@pytest.mark.parametrize("theme", themes.load(), ids=lambda theme: theme.name)
def test_the_three_states_are_three_colours(theme: Theme) -> None:
    assert len({theme.success, theme.warning, theme.error, theme.primary, theme.accent}) == 5


def test_the_promised_themes_are_there_and_collide_with_none_of_textual() -> None:
    assert {"dark", "light", "high-contrast"} <= themes.short_names().keys()
    assert not {theme.name for theme in themes.load()} & BUILTIN_THEMES.keys()
    assert themes.load()[0].name == themes.full_name("dark") == "voxtop-dark"


def test_an_unknown_theme_is_refused_with_the_names_to_choose_from() -> None:
    with pytest.raises(ConfigError, match="neon") as refused:
        themes.full_name("neon")

    assert "high-contrast" in refused.value.remedy
