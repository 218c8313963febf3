"""The last view of each set of sources: found again, kept small and private, and never in the way."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import MouseScrollDown
from textual.widgets._footer import FooterKey

import themes
from tests import samples
from tests.screens.fixed_monitor import FixedMonitor
from tui.config import Settings
from tui.engine.clock import ManualClock
from tui.engine.errors import StateError
from tui.engine.model import SourceState
from tui.screens.dashboard import DashboardScreen
from tui.screens.viewed import View, Viewing, reopening
from tui.terminal_app import VoxtopApp
from tui.views import MOST, Views, viewing
from widgets import RecentPanel, SourcesPanel

SEEN = View(layout="errors", theme="light", scope="voice-1", filter="!tts", panel="recent")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "voxtop" / "views.json"


def test_a_view_is_found_again_whatever_the_order_of_the_sources(path: Path) -> None:
    Views().keep(["b.log", "/a.log"], SEEN)

    assert Views().last(["/a.log", "b.log"]) == SEEN
    assert Views().last(["/a.log"]) == View()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [*path.parent.iterdir()] == [path]


def test_sources_are_not_named_in_the_file(path: Path) -> None:
    Views().keep(['loki:http://user:hunter2@loki:3100/{app="x"}'], SEEN)

    assert "hunter2" not in path.read_text(encoding="utf-8")
    assert "loki" not in path.read_text(encoding="utf-8")


def test_only_so_many_sets_are_kept_and_the_oldest_goes_first(path: Path) -> None:
    for number in range(MOST + 5):
        Views().keep([f"{number}.log"], SEEN)

    assert len(json.loads(path.read_text(encoding="utf-8"))) == MOST
    assert Views().last(["4.log"]) == View()
    assert Views().last(["5.log"]) == SEEN


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"x": 3}', "null", "\x00", '{"x": {"layout": 1}}', " " * 1_000_001])
def test_a_file_that_is_broken_is_told_and_begun_anew(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    views = Views()

    assert views.last(["a.log"]) == View()
    assert ("cannot be read" in views.problem) is (text[:5] != '{"x":' or "3" in text)
    assert "\n" not in views.problem
    views.keep(["a.log"], SEEN)
    assert Views().last(["a.log"]) == SEEN


def test_a_folder_that_cannot_be_written_is_one_line(path: Path) -> None:
    path.parent.parent.joinpath("voxtop").write_text("in the way", encoding="utf-8")

    with pytest.raises(StateError, match="cannot be remembered"):
        Views().keep(["a.log"], SEEN)


@pytest.mark.usefixtures("path")
def test_a_view_on_the_command_line_leaves_the_last_one_aside_and_colours_alone_do_not() -> None:
    Views().keep(["a.log"], SEEN)

    def begun(asked: View, *, private: bool = False) -> View:
        return viewing(Settings(), ["a.log"], asked, ["voxtop"], private=private).view

    assert begun(View()) == SEEN
    assert begun(View(theme="dark")) == replace(SEEN, theme="")
    assert begun(View(layout="latency")) == View(layout="latency")
    assert begun(View(), private=True) == View()
    assert viewing(Settings(), ["a.log"], View(), ["voxtop"], private=True).keep is None


async def test_the_view_is_kept_at_the_end_and_opened_again() -> None:
    kept: list[View] = []

    def app(view: View) -> VoxtopApp:
        look = Viewing(view, kept.append)
        return VoxtopApp(FixedMonitor(samples.on_fire()), ManualClock(samples.NOW), "dark", look=look)

    first = app(View())
    async with first.run_test(size=(120, 40)) as pilot:
        await pilot.press("p", "6", "slash", *"azure", "enter")
        first.action_wear("light")
        await pilot.press("q")
    assert kept == [View(layout="latency", theme="light", filter="azure", panel="recent")]

    again = app(kept[0])
    async with again.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert again.theme == themes.full_name("light")
        assert isinstance(again.screen, DashboardScreen)
        assert again.screen.view() == replace(kept[0], theme="")


async def test_a_view_that_cannot_be_had_any_more_is_as_the_settings_say() -> None:
    look = Viewing(View(layout="gone", theme="gone", panel="gone"))
    app = VoxtopApp(FixedMonitor(samples.typical()), ManualClock(samples.NOW), "light", layout="errors", look=look)
    async with app.run_test(size=(120, 40)):
        assert app.theme == themes.full_name("light")
        assert app._front.view() == View(layout="errors")


async def test_what_cannot_be_remembered_is_said_when_the_screen_is_gone() -> None:
    def refuse(view: View) -> None:
        raise StateError(f"no room for {view.layout}")

    app = VoxtopApp(FixedMonitor(samples.typical()), ManualClock(samples.NOW), "dark", look=Viewing(keep=refuse))
    async with app.run_test() as pilot:
        await pilot.press("q")

    assert app._parting == "no room for on-call"


async def test_copying_the_command_tells_sources_and_view_and_no_secret() -> None:
    monitor = FixedMonitor(samples.on_fire())
    monitor.specs = ("voice=/var/log/a b.log", "loki:http://me:hunter2@loki:3100/x")
    app = VoxtopApp(monitor, ManualClock(samples.NOW), "dark", look=Viewing(call=("voxtop", "--since", "2h")))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("p", "slash", *"!a'b", "enter", "Y")
        words = shlex.split(app.clipboard)

    view = ["--layout=latency", "--filter=!a'b", "--panel=recent"]  # which that layout lacks, and a filter brings there
    assert words[:7] == ["voxtop", "--since", "2h", *view, "voice=/var/log/a b.log"]
    assert "hunter2" not in app.clipboard


def test_a_demo_is_called_again_without_the_log_it_wrote() -> None:
    look = Viewing(call=("voxtop", "demo", "--seed", "3"), takes_sources=False)

    assert reopening(look, View(layout="errors"), ["demo=file:/tmp/x"]) == "voxtop demo --seed 3 --layout=errors"


@pytest.mark.parametrize(
    ("keys", "copied"),
    [
        (["6", "down", "y"], samples.on_fire().recent[1].text),
        (["7", "y"], None),
        (["8", "y"], samples.on_fire().alerts.alerts[0].id),
    ],
)
async def test_y_copies_what_the_cursor_is_on(keys: list[str], copied: str | None) -> None:
    app = VoxtopApp(FixedMonitor(samples.on_fire()), ManualClock(samples.NOW), "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        selected = app.screen.query_one(SourcesPanel).selected
        assert app.clipboard == (copied or (selected.name if selected else ""))


async def test_y_elsewhere_copies_what_is_shown() -> None:
    app = VoxtopApp(FixedMonitor(samples.on_fire()), ManualClock(samples.NOW), "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("y")
        verdict = app.clipboard
        await pilot.press("4", "y")

        assert "AZURE_SPEECH_KEY not set" in verdict
        assert "54 active" in app.clipboard


async def test_hostile_lines_are_copied_as_pictures_and_long_ones_are_cut() -> None:
    group = replace(samples.on_fire().recent[0], text=samples.HOSTILE)
    monitor = FixedMonitor(replace(samples.on_fire(), recent=(group,)))
    app = VoxtopApp(monitor, ManualClock(samples.NOW), "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "y")
        assert "\x1b" not in app.clipboard
        assert "␛" in app.clipboard
        app.copy_to_clipboard("ñ" * 60_000)
        await pilot.pause()
        assert len(app.clipboard.encode()) <= 74_994
        assert any("terminals take no more" in note.message for note in app._notifications)


async def test_a_click_chooses_panel_and_row_a_second_one_opens_and_the_wheel_moves() -> None:
    app = VoxtopApp(FixedMonitor(samples.on_fire()), ManualClock(samples.NOW), "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        recent = app.screen.query_one(RecentPanel)
        await pilot.click(RecentPanel, offset=(10, 3))
        assert app.focused is recent
        assert recent.selected is samples_row(app, 2)
        recent.on_mouse_scroll_down(_wheel(recent))
        assert recent._at > 2
        await pilot.click(RecentPanel, offset=(10, 2), times=2)
        await pilot.pause()
        assert type(app.screen).__name__ == "PlaybookScreen"


def samples_row(app: VoxtopApp, place: int) -> object:
    return app._front._shown.recent[place]


def _wheel(panel: RecentPanel) -> object:
    return MouseScrollDown(panel, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False)


async def test_a_moment_of_the_command_line_is_gone_to_once_history_is_read() -> None:
    asked: list[str] = []
    reading = replace(samples.typical().sources[0], state=SourceState.CONNECTING, progress=0.5)
    monitor = FixedMonitor(replace(samples.typical(), sources=(reading,)))
    app = VoxtopApp(monitor, ManualClock(samples.NOW), "dark", look=Viewing(View(at="-10m")))
    async with app.run_test(size=(120, 40)) as pilot:
        app._front._seek = asked.append  # type: ignore[method-assign, assignment]
        app._front._pull()
        assert asked == []
        monitor.show(samples.typical())
        await pilot.pause()
        app._front._pull()
        app._front._pull()

    assert asked == ["-10m"]


async def test_a_click_on_a_key_in_the_footer_is_that_key() -> None:
    app = VoxtopApp(FixedMonitor(samples.on_fire()), ManualClock(samples.NOW), "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        key = next(each for each in app.screen.query(FooterKey) if each.action == "next_layout")
        await pilot.click(key)
        await pilot.pause()

        assert app._front.chosen_layout == "latency"
