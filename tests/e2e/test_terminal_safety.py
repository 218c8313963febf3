"""What the terminal is spared: hostile text, and a program that leaves without tidying up."""

import os
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, Pty, environment

HOSTILE = [
    "\x1b]0;owned\x07",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;ZWNobyBvd25lZA==\x07",
    "\x1b[2J\x1b[1;1H\x1b[31mforged",
    "\x9b2J\x9b31m",
    "\x9d0;c1-title\x9c",
    "\x1bPq#0\x1b\\",
    "\u202egnp.exe\u2066",
    "\u200b\u200d\ufe0f\U0001f44d\U0001f3fd",
    "[/] [ERROR] [bold red]x[/bold red] [link=http://evil.example]y[/link] [@click=app.quit]z[/]",
    "\x00\x07\x08\x0e\x7f",
]
RAW = [
    b"\x1b]0;",
    b"\x1b]8;;http://evil",
    b"\x1b]52;",
    b"\x1bPq#0",
    "\x9b".encode(),
    "\x9d".encode(),
    "\u202e".encode(),
    "\u2066".encode(),
    "\u200b".encode(),
    b"\x07\x08",  # a bell of its own Textual uses to end what it asks the terminal
    b"\x0e",
]
"""Bytes of the payloads that would act on a terminal; without their escape they are only letters."""


def settle(terminal: Pty) -> None:
    """Read until nothing was drawn for a moment, so that an Escape stands alone and not before the next key."""
    while terminal.read(0.2):
        pass


def stamped(message: str) -> str:
    return f"{datetime.now(UTC).isoformat()} {message}\n"


def test_hostile_log_text_reaches_no_panel_raw_and_crashes_nothing(tmp_path: Path) -> None:
    log = tmp_path / "app\x1b]0;path\x07.log"
    with log.open("w", encoding="utf-8", errors="surrogateescape") as out:
        for number, payload in enumerate(HOSTILE):
            out.write(stamped(f"❌ [TTS Azure{payload}] Error: 40{number} {payload}"))
            out.write(stamped(f"❌ [LLM Groq] Error: {payload} {number}"))
            out.write(stamped(f"🔌 WS CONNECTION | Client: tw{payload}, ID: c{number}{payload}"))
            out.write(stamped(f"📊 [TTS Az{payload}ure] TTFB=2000ms"))
            out.write(stamped(f"✅ [TTS Fallback] Switching to G{payload} TTS"))
        out.write(stamped("❌ [STT Azure] Error: last one"))
    with Pty([*VOXTOP, str(log)], env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("last one")
        for key in ("1", "2", "3", "4", "5", "6", "7"):
            for typed in (key, "\r", "\x1b"):
                terminal.send(typed)
                settle(terminal)
        terminal.send("6M")
        terminal.wait_for(lambda screen: "7 Sources" not in screen and "last one" in screen)
        terminal.send("7")
        terminal.wait_for("␛]0;path")
        terminal.send("q")

        assert terminal.wait() == 0
        drawn = bytes(terminal.output)
        assert {raw: drawn[max(0, drawn.find(raw) - 60) :][:120] for raw in RAW if raw in drawn} == {}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)]
)
def test_fault_76_a_signal_restores_the_terminal_and_ends_the_process(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "app.log").touch()
    with Pty([*VOXTOP, "app.log"], env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        terminal.signal(number)

        assert terminal.wait() == code
        assert terminal.left_behind() == []


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_leaving_by_key_restores_the_terminal(tmp_path: Path, key: str) -> None:
    (tmp_path / "app.log").touch()
    with Pty([*VOXTOP, "app.log"], env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        terminal.send(key)

        assert terminal.wait() == (0 if key == "q" else 130)
        assert terminal.left_behind() == []


@pytest.mark.parametrize("ignored", [False, True])
def test_fault_79_a_vanished_terminal_ends_the_process(tmp_path: Path, ignored: bool) -> None:
    (tmp_path / "app.log").touch()
    deaf = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"] if ignored else []
    command = [*deaf, *VOXTOP, "app.log"]
    with Pty(command, env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        terminal.hang_up()

        terminal.process.wait(timeout=10)
        assert terminal.process.returncode == 129


def test_fault_74_lines_piped_in_faster_than_the_screen_are_all_counted_and_keys_work(tmp_path: Path) -> None:
    with subprocess.Popen(["seq", "300000"], stdout=subprocess.PIPE) as numbers:
        assert numbers.stdout is not None
        with Pty([*VOXTOP], env=environment(tmp_path), cwd=tmp_path, stdin=numbers.stdout.fileno()) as terminal:
            terminal.wait_for("7 Sources")
            terminal.send("7M")
            terminal.wait_for("300,000 lines", timeout=90)
            terminal.send("q")
            assert terminal.wait() == 0
            assert terminal.left_behind() == []


def test_fault_73_the_end_of_a_pipe_is_ended_and_not_green(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Pty([*VOXTOP], env=environment(tmp_path), cwd=tmp_path, stdin=reading) as terminal:
        os.write(writing, stamped("🔌 WS CONNECTION | Client: twilio, ID: c1").encode())
        terminal.wait_for("twilio")
        os.close(writing)

        terminal.wait_for(lambda screen: "ended" in screen and "NO DATA" in screen and "● OK" not in screen)
    os.close(reading)


def test_without_a_terminal_it_refuses_and_says_what_to_use(tmp_path: Path) -> None:
    done = subprocess.run(
        [*VOXTOP, "app.log"],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert "voxtop events" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_long_history_is_read_behind_the_picture_and_keys_work_meanwhile(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    line = stamped("📊 [TTS Azure] trace=t%d TTFB=%dms")
    with log.open("w") as out:
        out.writelines(line % (number, 100 + number % 300) for number in range(300_000))
    with Pty([*VOXTOP, "--since", "all", str(log)], env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("reading history")
        terminal.send("?")
        terminal.wait_for("every action by name")
        terminal.send("?")  # not escape: met by the next key it would be another one
        terminal.wait_for(lambda screen: "every action by name" not in screen and "6 Recent errors" in screen)
        terminal.send("7M")
        terminal.wait_for("300,000 lines", timeout=90)
        terminal.send("q")
        assert terminal.wait() == 0
