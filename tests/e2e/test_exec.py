"""A command as a source of the whole program: however that ends, nothing of the command stays."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import alive
from tests.terminal import TIMEOUT_S, VOXTOP, Pty, environment


def source(pids: Path) -> str:
    """Return a command that notes its process and that of a child, and then is silent."""
    return f"exec:sh -c 'sleep 600 & echo $! >>{pids}; echo $$ >>{pids}; echo ready; wait'"


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def all_gone(pids: Path) -> bool:
    return not any(alive(int(pid)) for pid in pids.read_text().split())


@pytest.mark.parametrize("end", ["q", signal.SIGTERM, signal.SIGHUP])
def test_the_monitor_leaves_nothing_of_a_command_behind(tmp_path: Path, end: str | signal.Signals) -> None:
    pids = tmp_path / "pids"
    with Pty([*VOXTOP, source(pids)], env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("1 lines")
        if isinstance(end, str):
            terminal.send(end)
        else:
            terminal.signal(end)
        terminal.wait()
        assert terminal.left_behind() == []

    wait_until(lambda: all_gone(pids))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_events_leave_nothing_of_a_command_behind(tmp_path: Path, number: signal.Signals) -> None:
    pids = tmp_path / "pids"
    with subprocess.Popen(
        [*VOXTOP, "events", "--follow", source(pids)], env=environment(tmp_path), cwd=tmp_path, stdout=subprocess.PIPE
    ) as program:
        wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        program.send_signal(number)
        program.wait(TIMEOUT_S)

    wait_until(lambda: all_gone(pids))
