"""Keys of the user's own: taken everywhere, and refused in one line where they cannot be."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.binding import Binding
from textual.widgets import Input
from textual.widgets._footer import FooterKey

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor
from tui.commands.config import command as config_command
from tui.config import load
from tui.engine.clock import ManualClock
from tui.engine.errors import ConfigError
from tui.engine.text import KEY, LANGUAGES, catalogue, t, use_language
from tui.keymap import check_keys, usual_keys
from tui.screens.command_line import CommandLine
from tui.screens.help import HelpScreen
from tui.screens.viewed import Viewing
from tui.terminal_app import VoxtopApp
from widgets import KeyFooter


def app_with(keys: dict[str, str]) -> VoxtopApp:
    monitor = FixedMonitor(samples.on_fire())
    return VoxtopApp(monitor, ManualClock(samples.NOW), "dark", look=Viewing(keys=keys))


def refusal(keys: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        check_keys(keys, VoxtopApp.BINDINGS)
    return str(caught.value)


def test_every_action_that_has_a_key_has_an_id_to_give_it_another_one() -> None:
    known = usual_keys(VoxtopApp.BINDINGS)

    assert known["filter"] == ("slash",)
    assert known["recent.up"] == ("up", "k")
    assert {"next_layout", "wall_pause", "card.tick", "copy_command", "panel_8", "interrupt"} <= known.keys()


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"filtr": "x"}, "keys: there is no action with the id 'filtr'; did you mean 'filter'?"),
        ({"zzzzz": "x"}, "keys: there is no action with the id 'zzzzz'; voxtop config keys lists them"),
        ({"filter": "pagedwn"}, "keys: 'filter' has 'pagedwn', which is no key; did you mean 'pagedown'?"),
        ({"filter": ""}, "keys: 'filter' has '', which is no key"),
        ({"filter": "x,"}, "keys: 'filter' has '', which is no key"),
        ({"filter": "cmd+x"}, "keys: 'filter' has 'cmd+x', which is no key"),
        ({"filter": "ctrl+m"}, "keys: 'filter' cannot have ctrl+m: a terminal sends the same for enter"),
        ({"filter": "ctrl+c"}, "keys: 'filter' cannot have ctrl+c: it ends or stops every program"),
        ({"filter": "space"}, "keys: 'filter' cannot have space: that is the key of 'freeze'"),
        ({"filter": "x", "freeze": "x"}, "cannot have x: that is the key of"),
        ({"copy_command": "q"}, "keys: 'copy_command' cannot have q: that is the key of 'quit'"),
        ({"sources.retry": "p"}, "keys: 'sources.retry' cannot have p: that is the key of 'next_layout'"),
        ({"quit": "R"}, "keys: 'quit' cannot have R: that is the key of 'sources.retry'"),
    ],
)
def test_a_key_that_cannot_be_is_refused_in_one_line(keys: dict[str, str], says: str) -> None:
    assert says in refusal(keys)
    assert "\n" not in refusal(keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"filter": "slash,ctrl+f"},
        {"filter": "space", "freeze": "f5"},
        {"panel.open": "enter,o"},
        {"recent.up": "up,k,w"},
        {"help": "question_mark,f1", "quit": "Q"},
        {"sources.remove": "alt+shift+x"},
        {"filter": "ñ"},
    ],
)
def test_free_keys_and_those_that_were_given_away_are_taken(keys: dict[str, str]) -> None:
    check_keys(keys, VoxtopApp.BINDINGS)


async def test_ones_own_keys_work_and_stand_in_footer_help_and_command_line() -> None:
    app = app_with({"filter": "ctrl+f", "palette": "semicolon"})
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash")
        assert not isinstance(app.focused, Input)
        await pilot.press("ctrl+f")
        assert isinstance(app.focused, Input)
        await pilot.press("escape", "escape")
        await pilot.pause()
        shown = {binding.id: binding.key for binding, _ in app.screen.query_one(KeyFooter).chosen()}
        assert (shown["filter"], shown["palette"]) == ("ctrl+f", "semicolon")

        await pilot.press("semicolon")
        await pilot.pause()
        assert isinstance(app.screen, CommandLine)
        assert next(entry.keys for entry in app.screen._shown if entry.also == "filter") == "^f"
        await pilot.press("escape", "question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        assert {"ctrl+f"} == {each.key for each in app.screen._listed if each.id == "filter"}


def test_a_program_with_keys_that_cannot_be_does_not_begin() -> None:
    with pytest.raises(ConfigError, match="no action with the id 'filtr'"):
        app_with({"filtr": "x"})


def test_a_dot_in_an_id_needs_no_quotes(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keys]\nsources.retry = "r"\n"recent.up" = "w"\nfilter = "f2"\n', encoding="utf-8")

    assert load(path, {}, {}).keys == {"sources.retry": "r", "recent.up": "w", "filter": "f2"}


def test_config_check_and_keys_know_ones_own_keys(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keys]\nfilter = "f2"\n', encoding="utf-8")
    listed = CliRunner().invoke(config_command, ["keys", "--config", str(path)])
    good = CliRunner().invoke(config_command, ["check", "--config", str(path)])
    path.write_text('[keys]\nfiltr = "f2"\n', encoding="utf-8")
    bad = CliRunner().invoke(config_command, ["check", "--config", str(path)])

    assert "filter                    f2" in listed.output
    assert good.exception is None
    assert isinstance(bad.exception, ConfigError)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=["column", "grid", "wide"])
@pytest.mark.parametrize(
    "keys", ["", "7", "8", "6", "3", "7 M", "p", "p p p", "question_mark", "enter", "8 enter", "colon"]
)
async def test_the_footer_shows_at_most_eight_keys_those_of_the_focused_panel_first(
    keys: str, size: tuple[int, int]
) -> None:
    app = app_with({})
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys.split())
        await pilot.pause()
        await pilot.pause()
        for footer in app.screen.query(KeyFooter):
            shown = [*footer.query(FooterKey)]
            assert 0 < len(shown) <= 8
            assert all(footer.region.contains_region(key.region) for key in shown)
            active = app.screen.active_bindings.values()
            own = [each.binding.action for each in active if each.node is app.focused and each.binding.show]
            assert [key.action for key in shown][: len({*own})] == [*dict.fromkeys(own)][: len(shown)]


def test_no_screen_has_a_footer_of_another_kind() -> None:
    folder = Path(__file__).parent.parent / "tui" / "screens"
    others = [path.name for path in folder.glob("*.py") if " Footer(" in path.read_text(encoding="utf-8")]

    assert others == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_the_key_that_its_action_has_by_itself(language: str) -> None:
    usual = usual_keys(VoxtopApp.BINDINGS)
    app = app_with({})
    named = [mark.groups() for sentence in catalogue(language).values() for mark in KEY.finditer(sentence)]

    assert len(named) > 15
    for identity, said in named:
        shown = [app.get_key_display(Binding(key, "any")) for key in usual[identity]]
        assert said.lower() in [each.lower() for each in shown], identity


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_sentence_names_the_key_that_the_user_gave(language: str) -> None:
    use_language(language)
    app = app_with({"scope": "ctrl+f,F", "blame": "x", "back": "f9"})
    async with app.run_test(size=(120, 40)):
        said = (t("watching.only_how"), t("blame.how"), t("screen.help_close"), t("time.stands"))
    app_with({})
    use_language("en")

    assert said[0].startswith("f9 ")
    assert " ^f: " in said[0]
    assert said[1].startswith("x: ")
    assert said[2].startswith("f9 ")
    assert "L" in said[3]
    assert "f9" not in t("screen.help_close")
