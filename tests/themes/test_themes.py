import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

import themes
from tests.screens.fixed_monitor import FixedMonitor
from tui.engine.clock import ManualClock
from tui.engine.errors import ConfigError
from tui.engine.model import EMPTY_SNAPSHOT
from tui.own_themes import OwnThemes
from tui.terminal_app import VoxtopApp

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


def pairs() -> Iterator[tuple[Theme, str, str]]:
    for theme in themes.load():
        if theme.ansi:
            continue
        for ground in ("background", "surface"):
            for text in TEXT:
                yield theme, text, ground


@pytest.mark.parametrize(("theme", "text", "ground"), list(pairs()), ids=lambda value: getattr(value, "name", value))
def test_text_and_states_stand_out_from_their_ground(theme: Theme, text: str, ground: str) -> None:
    colors = theme.to_color_system().generate()

    least = 7.0 if theme.name.endswith("high-contrast") else 4.5
    assert themes.contrast(Color.parse(colors[text]), Color.parse(colors[ground])) >= least


@pytest.mark.parametrize("theme", themes.load(), ids=lambda theme: theme.name)
def test_the_three_states_are_three_colours(theme: Theme) -> None:
    assert len({theme.success, theme.warning, theme.error, theme.primary, theme.accent}) == 5


def test_the_promised_themes_are_there_and_collide_with_none_of_textual() -> None:
    assert {"dark", "light", "high-contrast", "colour-blind", "wallboard", "terminal"} == themes.short_names().keys()
    assert not {theme.name for theme in themes.load()} & BUILTIN_THEMES.keys()
    assert themes.load()[0].name == themes.full_name("dark") == "voxtop-dark"


def test_an_unknown_theme_is_refused_with_the_names_to_choose_from() -> None:
    with pytest.raises(ConfigError, match="neon") as refused:
        themes.full_name("neon")

    assert "high-contrast" in refused.value.remedy


def test_the_theme_of_the_terminal_uses_its_sixteen_colours_and_no_other() -> None:
    theme = next(each for each in themes.load() if each.name == "voxtop-terminal")

    colours = [theme.background, theme.foreground, theme.success, theme.warning, theme.error, *theme.variables.values()]
    assert theme.ansi
    assert all(str(colour).startswith("ansi_") for colour in colours)


@pytest.mark.parametrize("name", [*themes.short_names(), "own"])
async def test_the_screen_opens_in_every_theme_of_the_package_and_in_one_of_the_terminal_s_colours_by_a_user(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text("ansi = true\n", encoding="utf-8")
    app = VoxtopApp(FixedMonitor(EMPTY_SNAPSHOT), ManualClock(), name, own_themes=OwnThemes(tmp_path))  # type: ignore[arg-type]

    async with app.run_test(size=(100, 30)):
        assert app.current_theme.name == f"voxtop-{name}"
        assert "NO DATA" in app.export_screenshot(simplify=True).replace("&#160;", " ")


def own(tmp_path: Path, text: str) -> themes.Own:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    return themes.load_own(tmp_path)


def test_a_theme_of_ones_own_gives_only_what_it_changes(tmp_path: Path) -> None:
    found = own(tmp_path, 'accent = "#ffcc00"\n[variables]\nborder = "#ff0000"\n')

    dark = themes.load()[0]
    mine = found.themes[0]
    assert found.problems == ()
    assert (mine.name, mine.accent, mine.background) == ("voxtop-mine", "#ffcc00", dark.background)
    assert mine.variables == {**dark.variables, "border": "#ff0000"}
    assert themes.full_name("mine", found.themes) == "voxtop-mine"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("accent = ", "mine.toml"),
        ('acent = "#ffcc00"', "did you mean 'accent'?"),
        ('accent = "#ffcg00"', "'#ffcg00', which is no colour"),
        ("accent = 7", "'7', which is no colour"),
        ('dark = "yes"', "must be true or false"),
        ("variables = 3", "must be a table"),
        ('[variables]\nbordr = "#ff0000"', "did you mean 'border'?"),
        ('error = "#221111"', "'error' stands out from the background by"),
    ],
)
def test_a_theme_that_is_wrong_is_told_in_one_line_and_left_out(tmp_path: Path, text: str, says: str) -> None:
    found = own(tmp_path, text)

    assert found.themes == ()
    assert [says in str(problem) for problem in found.problems] == [True]
    assert "mine.toml" in str(found.problems[0])


async def test_a_changed_theme_shows_at_once_and_a_broken_one_keeps_the_last_good_colours(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('accent = "#ffcc00"\n', encoding="utf-8")
    app = VoxtopApp(FixedMonitor(EMPTY_SNAPSHOT), ManualClock(), "mine", own_themes=OwnThemes(tmp_path))  # type: ignore[arg-type]

    def shown() -> str:
        return app.theme_variables["accent"]

    async def until(wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not wanted():  # noqa: ASYNC110 - the folder is looked at, nobody tells
                await asyncio.sleep(0.05)

    async with app.run_test():
        first = shown()
        path.write_text('accent = "#00ffcc" # changed\n', encoding="utf-8")
        await until(lambda: shown() != first)
        second = shown()
        path.write_text("accent = ", encoding="utf-8")
        await until(lambda: bool(app._notifications))

        assert app.current_theme.accent == "#00ffcc"
        assert shown() == second
