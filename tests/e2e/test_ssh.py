"""Logs on another machine as a user meets them: a real terminal, a real sshd, real keys."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sshd import Sshd, sshd
from tests.terminal import ROOT, VOXTOP, Tmux, environment


@pytest.fixture
def server() -> Iterator[Sshd]:
    with sshd() as server:
        yield server


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.touch()
    return path


def append(path: Path, *messages: str) -> None:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{now} {message}\n" for message in messages)


def user(server: Sshd) -> dict[str, str]:
    return environment(server.home, SSH_AUTH_SOCK="")


def monitor(server: Sshd, *words: str, width: int = 120, height: int = 40) -> Tmux:
    return Tmux([*VOXTOP, *words], width=width, height=height, env=user(server))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 50)])
def test_lines_of_another_machine_reach_the_screen(server: Sshd, log: Path, width: int, height: int) -> None:
    with monitor(server, server.url(log), width=width, height=height) as terminal:
        terminal.wait_for("NO DATA")

        append(log, "🔌 WS CONNECTION | Client: twilio, ID: c1", "❌ [TTS Azure] Error: 401 Unauthorized")

        terminal.wait_for("WARN")
        terminal.send("6")
        terminal.wait_for("401")
        terminal.send("q")
        assert terminal.wait() == 0


def test_an_outage_is_told_while_it_lasts_and_reading_goes_on_by_itself(server: Sshd, log: Path) -> None:
    with monitor(server, server.url(log)) as terminal:
        append(log, "🔌 WS CONNECTION | Client: twilio, ID: c1")
        terminal.wait_for("sources 1/1")
        server.stop()
        append(log, "❌ [TTS Azure] Error: 401 Unauthorized")
        terminal.send("7")
        terminal.wait_for(f"127.0.0.1:{server.port} refuses the connection", timeout=60)
        server.start()
        terminal.wait_for("WARN", timeout=60)


def test_fault_50_a_changed_host_key_is_told_on_the_screen(server: Sshd, log: Path) -> None:
    old = server.fingerprint()
    server.new_host_key()
    server.restart()
    with monitor(server, server.url(log)) as terminal:
        terminal.wait_for("HAS CHANGED")
        terminal.send("7", "M")
        shown = terminal.wait_for("ssh-keygen -R")
        assert "HAS CHANGED" in shown
        assert old in shown
        assert server.fingerprint() in shown


@pytest.mark.parametrize(
    "words", [("events",), ("report", "--format", "csv"), ("check", "--last", "1h")], ids=lambda words: words[0]
)
def test_one_shot_commands_say_the_same_of_a_log_here_and_there(
    server: Sshd, log: Path, words: tuple[str, ...]
) -> None:
    append(log, "🔌 WS CONNECTION | Client: twilio, ID: c1", "❌ [TTS Azure] Error: 401 Unauthorized", "anything")

    here, there = (run(server, *words, f"app={spec}") for spec in (log, server.url(log)))

    assert here.returncode == there.returncode
    assert there.stderr == ""
    assert there.stdout == here.stdout != ""


@pytest.mark.parametrize("words", [("events",), ("report",), ("check",)], ids=lambda words: words[0])
def test_one_shot_commands_end_with_one_clear_line_where_a_machine_is_not_known(
    server: Sshd, log: Path, words: tuple[str, ...]
) -> None:
    (server.home / ".ssh/known_hosts").write_text("")
    done = run(server, *words, server.url(log))
    assert done.returncode in {3, 4}
    assert "is not known" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def run(server: Sshd, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*VOXTOP, *words]
    return subprocess.run(command, env=user(server), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
