"""Standard input in a real terminal: whichever end of the pipe breaks, the terminal is as it was."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.terminal import TIMEOUT_S, VOXTOP, Pty, environment

LINE = b"2026-02-02T02:40:00Z INFO:     Started server process [1]\n"


def test_fault_75_quitting_breaks_the_pipe_of_an_endless_producer_and_restores_the_terminal(tmp_path: Path) -> None:
    with subprocess.Popen(["yes", LINE.decode().strip()], stdout=subprocess.PIPE) as producer:
        assert producer.stdout is not None
        with Pty([*VOXTOP], env=environment(tmp_path), cwd=tmp_path, stdin=producer.stdout.fileno()) as terminal:
            producer.stdout.close()
            terminal.wait_for("stdin")
            terminal.send("q")

            assert terminal.wait() == 0
            assert terminal.left_behind() == []
        assert producer.wait(TIMEOUT_S) == -signal.SIGPIPE


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGPIPE])
def test_fault_75_a_producer_that_dies_in_the_middle_of_a_line_leaves_a_monitor_that_works(
    tmp_path: Path, number: signal.Signals
) -> None:
    program = f"printf '%s' '{LINE.decode()}'; printf half; exec sleep 600"
    with subprocess.Popen(["sh", "-c", program], stdout=subprocess.PIPE) as producer:
        assert producer.stdout is not None
        with Pty([*VOXTOP], env=environment(tmp_path), cwd=tmp_path, stdin=producer.stdout.fileno()) as terminal:
            producer.stdout.close()
            terminal.wait_for("stdin")
            producer.send_signal(number)
            terminal.wait_for(lambda screen: "ended" in screen and "2 lines" in screen and "● OK" not in screen)
            terminal.send("?")
            terminal.wait_for("Esc closes this page")
            terminal.send("\x1b")
            terminal.wait_for(lambda screen: "Esc closes this page" not in screen)
            terminal.send("q")

            assert terminal.wait() == 0
            assert terminal.left_behind() == []


def test_fault_75_a_signal_while_lines_pour_in_restores_the_terminal(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Pty([*VOXTOP], env=environment(tmp_path), cwd=tmp_path, stdin=reading) as terminal:
        os.close(reading)
        os.write(writing, LINE * 100)
        terminal.wait_for("stdin")
        os.write(writing, LINE * 100)
        terminal.signal(signal.SIGTERM)
        os.close(writing)

        terminal.wait()
        assert terminal.left_behind() == []
