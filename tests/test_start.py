"""The start: the screen comes first, the engine behind its first picture, and what is typed meanwhile waits."""

import json
import sys
from pathlib import Path

import pytest

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor
from tests.terminal import VOXTOP, Pty, environment
from tui.app import monitor_app
from tui.config import Settings
from tui.engine.clock import ManualClock
from tui.engine.errors import ConfigError, UsageError
from tui.screens.help import HelpScreen
from tui.screens.standby import Standby
from tui.terminal_app import Engine, VoxtopApp
from widgets import ErrorsPanel

LATER = (
    *(
        "tui.engine.sources",
        "tui.engine.monitor",
        "tui.engine.parser",
        "tui.engine.dialects.pipecat",
        "tui.engine.state",
    ),
    *("tui.engine.alerts.rule", "tui.engine.alerts.judge", "tui.alert_desk", "tui.alerting", "tui.live_config"),
    *("tui.engine.blame", "tui.engine.stories", "tui.engine.exporters", "tui.engine.bulk", "tui.keymap", "tui.wiring"),
    *("tui.screens.help", "tui.screens.alerts", "tui.screens.playbook", "tui.screens.drill", "tui.screens.calls"),
    *("tui.screens.blame", "tui.screens.lines", "tui.screens.command_line", "tui.screens.frozen", "tui.screens.ask"),
    *("widgets.playbook_card", "widgets.call_view", "widgets.comparison", "widgets.blame_evidence", "plotext", "numpy"),
    *("tui.engine.model._alerts", "tui.engine.model._blame", "tui.engine.model._stories", "widgets.wallboard"),
    *("sqlite3", "email.message", "importlib.metadata", "http.client", "asyncssh", "aiohttp", "tomlkit", "re2"),
)
"""What nobody needs before the first picture stands."""

PROGRAM = """
import json, os, sys
from pathlib import Path
from tui.app import monitor_app
from tui.config import Settings
from tui.terminal_app import VoxtopApp

async def stop(app):
    Path(sys.argv[2]).write_text(json.dumps([*sys.modules]))
    os._exit(0)

VoxtopApp._begin = stop
import tui.commands.live
monitor_app(Settings(), [sys.argv[1]]).run_to_end()
"""


def test_the_first_picture_stands_before_the_engine_or_any_other_screen_is_loaded(tmp_path: Path) -> None:
    log, told = tmp_path / "app.log", tmp_path / "modules"
    log.touch()
    command = [sys.executable, "-P", "-c", PROGRAM, str(log), str(told)]
    with Pty(command, env=environment(tmp_path)) as terminal:
        assert terminal.wait() == 0
    loaded = set(json.loads(told.read_text()))
    assert "tui.screens.dashboard" in loaded
    assert not loaded.intersection(LATER)


async def test_the_first_picture_has_its_panels_and_sources_and_nothing_green() -> None:
    app = VoxtopApp(Standby(["/var/log/app.log"]), ManualClock(samples.NOW), "dark", engine=_never)
    app._begin = _nothing  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40)):
        shown = [row for panel in app.screen.query("LinesView") for row in panel.rows]  # type: ignore[attr-defined]
    assert any("/var/log/app.log" in row for row in shown)
    assert any("NO DATA" in row for row in shown)
    assert not any("OK" in row.split() for row in shown)


async def test_keys_from_before_the_engine_wait_for_it_and_keep_their_order() -> None:
    monitor = FixedMonitor(samples.typical())
    app = VoxtopApp(Standby(()), ManualClock(samples.NOW), "dark", engine=lambda: Engine(monitor))
    begin = app._begin
    app._begin = _nothing  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("5", "M", "question_mark")
        assert app.focused is None
        await begin()
        await pilot.pause()
        assert app._front.maximised is app._front.query_one(ErrorsPanel)
        assert isinstance(app.screen, HelpScreen)


async def test_who_leaves_while_the_dashboard_is_opened_meets_no_defect() -> None:
    class Left(VoxtopApp):
        def on_mount(self) -> None:
            self.action_leave(143)

    app = Left(Standby(()), ManualClock(samples.NOW), "dark", engine=_never)
    async with app.run_test():
        pass
    assert app.return_code == 143


async def test_an_engine_that_cannot_be_had_ends_the_program_with_its_reason() -> None:
    def refuse() -> Engine:
        raise ConfigError("no such rule")

    app = VoxtopApp(Standby(()), ManualClock(samples.NOW), "dark", engine=refuse)
    async with app.run_test():
        pass
    assert isinstance(app._refused, ConfigError)


@pytest.mark.parametrize("spec", ["ftp:x", "file:", "prom:nowhere", "ssh://"])
def test_a_source_written_wrongly_is_told_before_any_screen(spec: str) -> None:
    with pytest.raises(UsageError):
        monitor_app(Settings(), [spec])


def test_two_sources_of_one_name_are_told_before_any_screen(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        monitor_app(Settings(), [f"a={tmp_path}/x", f"a={tmp_path}/y"])


def test_a_beginning_written_wrongly_is_told_before_any_screen() -> None:
    with pytest.raises(UsageError):
        monitor_app(Settings(since="soon"), ["app.log"])


def test_a_wrong_rule_file_is_told_before_any_screen(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "voxtop" / "alerts"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("nonsense = 1\n")
    with Pty([*VOXTOP, "app.log"], env=environment(tmp_path)) as terminal:
        assert terminal.wait() == 2
        assert "mine.toml" in terminal.screen()
        assert b"\x1b[?1049h" not in terminal.output


def _never() -> Engine:
    raise AssertionError("nobody asks for it here")


async def _nothing() -> None:
    pass
