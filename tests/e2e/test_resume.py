import json
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, Pty, Tmux, environment


class Scene:
    """A log and a home in which the monitor keeps its state."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "app.log"
        self.state = folder / "home" / "voxtop"
        self._environment = environment(folder / "home", XDG_STATE_HOME=str(folder / "home"))
        self._number = 0
        self.state.parent.mkdir()

    def call(self, count: int) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            for _ in range(count):
                self._number += 1
                at = datetime.now(UTC).isoformat()
                file.write(f"{at} 🔌 WS CONNECTION | Client: twilio, ID: call-{self._number}\n")

    def monitor(self, *prefix: str) -> Tmux:
        return Tmux([*prefix, *VOXTOP, "--resume", str(self.log)], env=self._environment, width=120, height=40)

    def terminal(self) -> Pty:
        return Pty([*VOXTOP, "--resume", str(self.log)], env=self._environment)


def quit_monitor(pane: Tmux) -> None:
    pane.send("q")
    assert pane.wait() == 0


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_monitor_goes_on_with_the_figures_it_had_and_what_was_written_meanwhile(scene: Scene) -> None:
    scene.call(3)
    with scene.monitor() as pane:
        pane.wait_for("opened 3 ")
        quit_monitor(pane)
    scene.log.rename(scene.log.with_name("app.log.1"))
    scene.call(2)

    with scene.monitor() as pane:
        pane.wait_for("opened 5 ")
        pane.send("7", "M")
        pane.wait_for(re.compile(r"5 lines +100\.0 % understood"))
        quit_monitor(pane)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_fault_76_a_signal_leaves_every_position_written(scene: Scene, number: signal.Signals) -> None:
    scene.call(3)
    with scene.terminal() as terminal:
        terminal.wait_for("opened 3 ")
        terminal.signal(number)
        terminal.wait()

    with closing(sqlite3.connect(scene.state / "state.db")) as connection:
        bookmark, counts = connection.execute("SELECT bookmark, counts FROM sources").fetchone()
    assert json.loads(bookmark)["place"]["offset"] == scene.log.stat().st_size
    assert json.loads(counts)["lines"] == 3


def test_fault_84_a_second_monitor_runs_without_recording_and_says_so(scene: Scene) -> None:
    scene.call(1)
    with scene.monitor() as first:
        first.wait_for("opened 1 ")
        with scene.monitor() as second:
            second.wait_for("another voxtop records already")
            second.wait_for("opened 1 ")
            quit_monitor(second)
        assert "another voxtop" not in first.screen()
        quit_monitor(first)


def test_fault_87_a_damaged_state_file_is_moved_aside_and_the_screen_says_so(scene: Scene) -> None:
    scene.call(1)
    scene.state.mkdir(mode=0o700)
    (scene.state / "state.db").write_bytes(b"no database at all")
    (scene.state / "state.db").chmod(0o600)

    with scene.monitor() as pane:
        pane.wait_for("moved aside as state.db.corrupt-")
        pane.wait_for("opened 1 ")
        quit_monitor(pane)


@pytest.fixture
def mounted(scene: Scene) -> Iterator[Path]:
    """Mount a small disk where the state lies."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    scene.state.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", scene.state], check=True)
    yield scene.state
    subprocess.run(["umount", "--lazy", scene.state], check=True)


def test_fault_37_with_a_read_only_state_folder_the_monitor_runs_and_says_what_is_missing(
    scene: Scene, mounted: Path
) -> None:
    scene.call(1)
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)

    with scene.monitor() as pane:
        pane.wait_for("nothing is being kept for the next start")
        pane.wait_for("opened 1 ")
        quit_monitor(pane)


def test_fault_86_on_a_full_disk_the_monitor_counts_on_and_says_that_nothing_is_kept(
    scene: Scene, mounted: Path
) -> None:
    assert mounted.exists()
    scene.call(1)

    with scene.monitor() as pane:
        pane.wait_for("less than 200 MB are free")
        scene.call(4)
        pane.wait_for("opened 5 ")
        quit_monitor(pane)
