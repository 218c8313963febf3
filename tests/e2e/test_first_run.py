"""A user who has just installed the program and types its name."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.e2e.test_live_monitor import SIZES, append, monitor
from tests.terminal import VOXTOP, Pty, environment

NOWHERE = "unix:///nowhere/docker.sock"


def with_log(home: Path) -> Path:
    log = home / "logs" / "voice.log"
    log.parent.mkdir()
    append(log, "INFO:     Started server process [7]", "🔌 WS CONNECTION | Client: twilio, ID: c1")
    return log


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_without_anything_to_watch_the_program_asks(tmp_path: Path, width: int, height: int) -> None:
    log = with_log(tmp_path)
    with monitor(home=tmp_path, width=width, height=height, DOCKER_HOST=NOWHERE) as terminal:
        screen = terminal.wait_for("events: 2")

        assert str(log)[:20] in screen
        assert "What shall it watch?" in screen
        terminal.send("Escape")
        assert terminal.wait() == 0


def test_what_is_marked_is_watched_and_remembered(tmp_path: Path) -> None:
    log = with_log(tmp_path)
    with monitor(home=tmp_path, DOCKER_HOST=NOWHERE) as terminal:
        terminal.wait_for("events: 2")
        terminal.send("Down", "Down", "Space")
        terminal.wait_for("☑")
        terminal.send("w")
        terminal.wait_for("1 active")
        terminal.send("q")
        assert terminal.wait() == 0

    written = tomllib.loads((tmp_path / ".config" / "voxtop" / "config.toml").read_text(encoding="utf-8"))
    assert written == {"sources": [str(log)]}
    with monitor(home=tmp_path, DOCKER_HOST=NOWHERE) as terminal:
        terminal.wait_for("1 active")


def test_a_source_is_typed_and_a_wrong_one_told(tmp_path: Path) -> None:
    with_log(tmp_path)
    with monitor(home=tmp_path, DOCKER_HOST=NOWHERE) as terminal:
        terminal.wait_for("events: 2")
        terminal.send("Down", "Enter")
        terminal.wait_for("Add a source")
        terminal.type("shh://host/app.log")
        terminal.send("Enter")
        terminal.wait_for("did you mean")

        terminal.send("Enter")
        terminal.wait_for("Add a source")
        terminal.type("mine=logs/voice.log")
        terminal.send("Enter")
        terminal.wait_for("☑ mine=logs/voice.log")
        terminal.send("Enter")
        terminal.wait_for(re.compile(r"live\s+mine"))


def test_the_demo_is_one_key_away(tmp_path: Path) -> None:
    with monitor("--lang", "es", home=tmp_path, DOCKER_HOST=NOWHERE) as terminal:
        terminal.wait_for("¿Qué debe vigilar?")
        terminal.send("Enter")
        terminal.wait_for("Configuración")
        terminal.wait_for("demo")


def test_the_terminal_is_given_back_as_it_was(tmp_path: Path) -> None:
    with Pty(VOXTOP, env=environment(tmp_path, DOCKER_HOST=NOWHERE), cwd=tmp_path) as terminal:
        terminal.wait_for("What shall it watch?")
        terminal.send("q")
        assert terminal.wait() == 0
        assert terminal.left_behind() == []
