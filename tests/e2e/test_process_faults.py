"""Faults 75 to 85: pipes that close, defects, job control, sizes, poor terminals, no memory."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest

from tests.terminal import ROOT, TIMEOUT_S, VOXTOP, Pty, Tmux, environment

DASHBOARD = "7 Sources"

BROKEN_PANEL = """
import sys
from subprocess import PIPE
import widgets.calls
def broken(self):
    raise ZeroDivisionError("the panel is broken \\x1b]0;owned\\x07")
for panel in vars(widgets.calls).values():
    if isinstance(panel, type) and panel.__module__ == "widgets.calls":
        panel.render = broken
        panel.compose = broken
from tui.cli import main
main()
"""
BROKEN_WORKER = """
import sys
from subprocess import PIPE
from tui.engine.monitor import Monitor
async def broken(self):
    raise ZeroDivisionError("the worker is broken \\x1b]0;owned\\x07")
Monitor.run = broken
from tui.cli import main
main()
"""
"""The program with a defect in it."""

WRITES_TO_NOBODY = """
import socket
import tui.cli

def write_to_nobody(**_):
    one, other = socket.socketpair()
    other.close()
    try:
        one.send(b"x")
    except BrokenPipeError:
        print("goes on", flush=True)

tui.cli.root.main = write_to_nobody
tui.cli.main()
"""


def opened(first: int, last: int) -> str:
    now = datetime.now(UTC).isoformat()
    return "".join(f"{now} 🔌 WS CONNECTION | Client: twilio, ID: c{number}\n" for number in range(first, last + 1))


def append(log: Path, text: str) -> None:
    with log.open("a", encoding="utf-8") as out:
        out.write(text)


def calls(count: int) -> Callable[[str], bool]:
    """Tell whether so many active calls are shown, and the whole dashboard with them."""
    return lambda screen: re.search(rf"\b{count}\b", screen) is not None and DASHBOARD in screen


@pytest.mark.parametrize("program", [BROKEN_PANEL, BROKEN_WORKER], ids=["widget", "worker"])
def test_fault_78_a_defect_restores_the_terminal_and_is_told(tmp_path: Path, program: str) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 3))
    with Pty([sys.executable, "-P", "-c", program, str(log)], env=environment(tmp_path)) as terminal:
        code = terminal.wait()

        assert code == 1
        assert terminal.left_behind() == []
        assert b"is broken" in terminal.output
        assert b"\x1b]0;owned" not in terminal.output


def test_fault_80_stopped_and_continued_it_paints_anew_and_missed_no_line(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 11))
    with Tmux(["bash", "--norc", "-i"], env=environment(tmp_path)) as terminal:
        terminal.wait_for("bash")
        terminal.type(f"sh -c 'echo $$ >{tmp_path}/pid; exec {' '.join([*VOXTOP, str(log)])}'")
        terminal.send("Enter")
        terminal.wait_for(calls(11))
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTSTP)
        terminal.wait_for("Stopped")
        append(log, opened(12, 347))
        terminal.type("fg")
        terminal.send("Enter")

        terminal.wait_for(calls(347))


SIZES = [(1, 1), (2, 5), (5, 2), (24, 1), (1, 200), (200, 1), (39, 9), (40, 10), (80, 24), (300, 100), (300, 1000)]


def test_fault_81_no_size_and_no_storm_of_sizes_ends_it(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 5))
    rng = random.Random(81)  # noqa: S311 - a storm that can be repeated
    with Pty([*VOXTOP, str(log)], env=environment(tmp_path)) as terminal:
        terminal.wait_for(DASHBOARD)
        for width, height in SIZES:
            terminal.resize(width, height)
            for _ in range(2):  # not escape: met by the next key it would be another one
                terminal.send("?")
                terminal.read(0.2)
        for _ in range(200):
            terminal.resize(rng.randint(1, 300), rng.randint(1, 120))
            terminal.read(0)
        terminal.resize(120, 40)
        terminal.wait_for(DASHBOARD)
        for _ in range(10):  # a page that is open still closes first
            terminal.send("q")
            terminal.read(1.0)
            if terminal.process.poll() is not None:
                break

        assert terminal.wait() == 0
        assert terminal.left_behind() == []


def stall(terminal: Pty) -> None:
    """Have more painted than a terminal takes that is not read: 60 pictures of 10 KB and more."""
    for number in range(60):
        terminal.resize(200 + number % 2, 100)
        time.sleep(0.05)  # sizes that come at once are painted once


def test_a_terminal_that_takes_nothing_for_a_while_shows_what_is_true_then(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 11))
    with Pty([*VOXTOP, str(log)], env=environment(tmp_path)) as terminal:
        terminal.wait_for(calls(11))
        stall(terminal)
        append(log, opened(12, 347))
        terminal.resize(120, 40)
        time.sleep(1.0)  # what it would paint in this time is left out; in less there is less to catch up with

        terminal.wait_for(lambda screen: calls(347)(screen) and len({screen.count(corner) for corner in "╭╮╰╯"}) == 1)


def test_a_program_whose_terminal_takes_nothing_ends_when_it_is_told_to(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 5))
    with Pty([*VOXTOP, str(log)], env=environment(tmp_path)) as terminal:
        terminal.wait_for(DASHBOARD)
        stall(terminal)
        terminal.signal(signal.SIGTERM)

        assert terminal.process.wait(TIMEOUT_S) == 128 + signal.SIGTERM


INTERRUPTED = """
import fcntl, struct, termios
from textual.drivers.linux_driver import LinuxDriver
read = LinuxDriver._get_terminal_size
def interrupted(self):
    size = read(self)
    if size == (100, 30):
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 30, 0, 0))
    return size
LinuxDriver._get_terminal_size = interrupted
from tui.cli import main
main()
"""
"""The program in a terminal that takes another size at the very moment in which 100×30 is read."""


def test_a_size_that_comes_while_another_is_told_is_the_one_that_counts(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 5))
    with Pty([sys.executable, "-P", "-c", INTERRUPTED, str(log)], env=environment(tmp_path)) as terminal:
        terminal.wait_for(DASHBOARD)
        terminal.resize(100, 30)

        terminal.wait_for("30×5")


NO_UNICODE = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""Python takes UTF-8 where there is no locale, unless it is told not to."""


@pytest.mark.parametrize(
    "poor",
    [
        {"LANG": "C"},
        NO_UNICODE,
        {"TERM": "vt100"},
        {"TERM": "linux"},
        {"NO_COLOR": "1"},
        {"TERM": "dumb", **NO_UNICODE},
    ],
    ids=["no-locale", "no-unicode", "vt100", "console", "no-colour", "dumb"],
)
def test_fault_82_states_are_told_in_words_on_any_terminal(tmp_path: Path, poor: dict[str, str]) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 5))
    env = environment(tmp_path) | poor
    with Pty([*VOXTOP, str(log), str(tmp_path / "missing.log")], env=env) as terminal:
        terminal.wait_for(DASHBOARD)
        terminal.send("7")
        terminal.wait_for(lambda screen: "live" in screen and "waiting" in screen)
        terminal.send("q")
        assert terminal.wait() == 0
    assert b"\\u25" not in terminal.output
    assert terminal.output.isascii() or not poor.keys() & NO_UNICODE.keys()


def test_fault_82_without_a_terminal_the_monitor_refuses_and_says_what_works(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 5))
    done = subprocess.run(
        [*VOXTOP, str(log)],
        cwd=ROOT,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
        start_new_session=True,
    )

    assert done.returncode == 2
    assert b"\x1b" not in done.stdout + done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("follow", [(), ("--follow",)])
def test_fault_75_a_reader_that_goes_away_ends_the_program_without_a_word(tmp_path: Path, follow: tuple[str]) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 50_000))
    with subprocess.Popen(
        [*VOXTOP, "events", *follow, str(log)], env=environment(tmp_path), cwd=ROOT, stdout=PIPE, stderr=PIPE
    ) as program:
        assert program.stdout
        assert program.stdout.readline()
        program.stdout.close()

        assert program.stderr
        assert program.stderr.read() == b""
        assert program.wait(60) == -signal.SIGPIPE


def test_fault_75_a_producer_that_dies_leaves_the_figures_and_the_terminal_in_order(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, opened(1, 11).encode())
    with Pty([*VOXTOP], env=environment(tmp_path), stdin=reading) as terminal:
        os.close(reading)
        terminal.wait_for(calls(11))
        os.close(writing)
        terminal.wait_for("ended")
        terminal.send("q")

        assert terminal.wait() == 0
        assert terminal.left_behind() == []


def test_fault_75_a_connection_that_breaks_while_it_is_written_to_ends_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", WRITES_TO_NOBODY]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (0, b"goes on\n")


ENDED_FOR_MEMORY = "no memory is left for voxtop"
HUNGRY = """
import resource
ROOM = 512 * 1024**2
resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
def hungry(*_):
    bytes(ROOM)
{part}
from tui.cli import main
main()
"""
HUNGRY_PARTS = {
    "panel": "import widgets.calls; widgets.calls.CallsPanel.part = hungry",
    "worker": "from tui.engine.monitor._feed import Feed; Feed.read = hungry",
    "thread": "from textual.drivers._writer_thread import WriterThread; WriterThread.run = hungry",
}
"""The program with a part of it that asks for more memory than there is."""

BROKEN_END = """
from textual.drivers.linux_driver import LinuxDriver
def broken(self):
    raise MemoryError
LinuxDriver.stop_application_mode = broken
from tui.cli import main
main()
"""
"""The program on a machine that has no memory left for putting the screen away."""


@pytest.mark.parametrize(
    "command",
    [("events",), ("report",), ("check",), ("doctor",), ("watch", "--listen", "127.0.0.1:0")],
    ids=["events", "report", "check", "doctor", "watch"],
)
def test_fault_85_a_command_without_memory_ends_with_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 50_000))
    program = HUNGRY.format(part="from tui.engine.parser import Parser; Parser.feed = hungry")
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *command, str(log)],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 4
    last = done.stderr.splitlines()[-1]
    assert ENDED_FOR_MEMORY in last
    assert "ulimit -v" in last
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_fault_85_what_a_helper_that_the_system_ended_for_its_memory_leaves_is_done_by_the_other(
    tmp_path: Path,
) -> None:
    log = tmp_path / "app.log"
    with log.open("w", encoding="utf-8") as out:
        for number in range(65_000):
            out.write(f"{'nothing that matters ' * 50}{number}\n{opened(number, number)}")
    with subprocess.Popen(
        [*VOXTOP, "events", str(log)], env=environment(tmp_path), cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True
    ) as program:
        helper, deadline = None, time.monotonic() + 60
        while helper is None:
            assert program.poll() is None
            assert time.monotonic() < deadline
            helper = next((each for each in psutil.Process(program.pid).children() if is_helper(each)), None)
        helper.kill()
        events, complaints = program.communicate(timeout=120)

    assert program.returncode == 0
    assert complaints == ""
    assert [json.loads(line)["line"] for line in events.splitlines()] == list(range(2, 130_001, 2))


def is_helper(process: psutil.Process) -> bool:
    try:
        return "_serving" in str(process.cmdline())
    except psutil.Error:  # it has ended, or has not become what it will be
        return False


@pytest.mark.parametrize("part", HUNGRY_PARTS)
def test_fault_85_a_monitor_that_runs_out_of_memory_gives_the_terminal_back_and_says_why(
    tmp_path: Path, part: str
) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 3))
    program = HUNGRY.format(part=HUNGRY_PARTS[part])
    with Pty([sys.executable, "-P", "-c", program, str(log)], env=environment(tmp_path)) as terminal:
        assert terminal.wait() == 4
        assert terminal.left_behind() == []
    assert ENDED_FOR_MEMORY.encode() in terminal.output
    assert b"Traceback" not in terminal.output


def test_fault_85_a_screen_that_cannot_be_put_away_in_order_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, opened(1, 3))
    with Pty([sys.executable, "-P", "-c", BROKEN_END, str(log)], env=environment(tmp_path)) as terminal:
        terminal.wait_for(DASHBOARD)
        terminal.send("q")

        assert terminal.wait() == 4
        assert terminal.left_behind() == []
