import gzip
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.terminal import ROOT, environment
from tui.engine.clock import SystemClock
from tui.engine.state import Recorder, StateDatabase

PROGRAM = (sys.executable, str(ROOT / "tests" / "engine" / "state" / "following.py"))
KILLS = 50


class Log:
    """A log whose every line opens a call with a number of its own, rotated as logrotate does with dateext."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = self._rotations = 0
        self._rest = b""
        self._file = path.open("ab", buffering=0)

    def write(self, count: int = 1) -> None:
        first, self.written = self.written + 1, self.written + count
        self._file.write(b"".join(_line(number) for number in range(first, self.written + 1)))

    def write_half(self) -> None:
        self.written += 1
        self._rest = _line(self.written)
        self._file.write(self._rest[:40])

    def write_rest(self) -> None:
        self._file.write(self._rest[40:])

    def close(self) -> None:
        self._file.close()

    def rotate(self) -> None:
        self._rotations += 1
        stamp = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._rotations)
        self.path.rename(self.path.with_name(f"{self.path.name}-{stamp:%Y%m%d-%H%M%S}"))
        self._file.close()
        self._file = self.path.open("ab", buffering=0)


def _line(number: int) -> bytes:
    return f"{datetime.now(UTC).isoformat()} 🔌 WS CONNECTION | Client: twilio, ID: call-{number:07}\n".encode()


class Follower:
    """The program under test, running."""

    def __init__(self, state: Path, *specs: str) -> None:
        self._process = subprocess.Popen(
            [*PROGRAM, str(state), *specs], env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.told = self._process.stdout.readline()
        assert self.told.startswith("reading"), self.told

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def end(self) -> dict[str, Any]:
        self._process.terminate()
        out, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        result: dict[str, Any] = json.loads(out)
        return result


@contextmanager
def following(state: Path, *specs: str) -> Iterator[Follower]:
    follower = Follower(state, *specs)
    try:
        yield follower
    finally:
        follower.kill()


def recorded(state: Path) -> list[str]:
    """Return the ids recorded of all sources, in the order of each log."""
    with StateDatabase(state) as database:
        return [str(each.id) for each in Recorder(database, SystemClock()).events(0, 1e12)]


def counted(state: Path) -> int:
    """Return how many lines of the first source were counted up to the last write."""
    with closing(sqlite3.connect(f"file:{state}/state.db?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT counts FROM sources ORDER BY id").fetchall()
    return int(json.loads(rows[0][0]).get("lines", 0)) if rows else 0


def ids(count: int) -> list[str]:
    return [f"call-{number:07}" for number in range(1, count + 1)]


def wait_until(question: Callable[[], bool], seconds: float = 20) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if question():
            return
        pause.wait(0.02)
    pytest.fail("it did not happen in time")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    opened = Log(tmp_path / "app.log")
    yield opened
    opened.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_fault_77_no_line_is_lost_or_counted_twice_by_50_kills_under_load(log: Log, state: Path) -> None:
    rng = random.Random(77)  # noqa: S311 - a history that can be repeated
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.03):
            log.write(rng.randrange(1, 6))
            if rng.random() < 0.03:
                log.rotate()

    log.write()
    with following(state, str(log.path)):
        wait_until(lambda: counted(state) > 0)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(KILLS):
            before = counted(state)
            with following(state, str(log.path)):
                if number % 2:
                    wait_until(partial(lambda reached: counted(state) > reached, before))
                stop.wait(rng.uniform(0.0, 0.2))
    finally:
        stop.set()
        writer.join()
    with following(state, str(log.path)) as follower:
        wait_until(lambda: counted(state) == log.written)
        result = follower.end()

    assert result == {"opened": log.written, "sources": {str(log.path): {"lines": log.written, "gaps": 0}}}
    assert recorded(state) == ids(log.written)
    with closing(sqlite3.connect(state / "state.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_fault_76_sigterm_writes_what_was_read_to_the_last_line(log: Log, state: Path) -> None:
    for batch in range(5):
        with following(state, str(log.path)) as follower:
            log.write(3_000)
            wait_until(partial(lambda before: counted(state) > before, 3_000 * batch))
            lines = follower.end()["sources"][str(log.path)]["lines"]

        assert counted(state) == lines == len(recorded(state))


def rest_of(log: Log, state: Path, lines: int) -> dict[str, Any]:
    """Follow until so many lines were counted since the beginning, and return what the program says at its end."""
    with following(state, str(log.path)) as follower:
        wait_until(lambda: counted(state) >= lines)
        result = follower.end()
    found: dict[str, Any] = result["sources"][str(log.path)]
    return found


@pytest.fixture
def killed(log: Log, state: Path) -> Log:
    """A log of which ten lines were counted when the program was killed."""
    log.write(10)
    with following(state, str(log.path)):
        wait_until(lambda: counted(state) == 10)
    return log


def test_fault_14_a_rotation_while_the_program_is_down_costs_nothing(killed: Log, state: Path) -> None:
    killed.write(5)
    killed.rotate()
    killed.write(5)

    assert rest_of(killed, state, 20) == {"lines": 20, "gaps": 0}
    assert recorded(state) == ids(20)


def test_fault_15_two_rotations_and_compression_while_it_is_down_cost_nothing(killed: Log, state: Path) -> None:
    for _ in range(2):
        killed.write(5)
        killed.rotate()
    oldest = min(killed.path.parent.glob("app.log-*"))
    oldest.with_name(f"{oldest.name}.gz").write_bytes(gzip.compress(oldest.read_bytes()))
    oldest.unlink()
    killed.write(5)

    assert rest_of(killed, state, 25) == {"lines": 25, "gaps": 0}
    assert recorded(state) == ids(25)


def test_fault_16_a_file_swapped_for_one_with_the_same_first_kilobyte_is_read_from_its_start(
    log: Log, state: Path
) -> None:
    header = b"".join(b"# the same header on top of every file\n" for _ in range(30))
    log.path.write_bytes(header)
    log.write(10)
    with following(state, str(log.path)):
        wait_until(lambda: counted(state) == 40)
    log.write(3)
    log.rotate()
    log.path.write_bytes(header)
    log.write(5)

    assert rest_of(log, state, 78) == {"lines": 78, "gaps": 0}
    assert recorded(state) == ids(18)


def test_fault_17_an_inode_used_again_while_it_is_down_is_another_file(killed: Log, state: Path) -> None:
    killed.write(5)
    shutil.copy(killed.path, killed.path.with_name("app.log-20260101-000000"))
    os.truncate(killed.path, 0)
    killed.write(30)

    assert rest_of(killed, state, 45) == {"lines": 45, "gaps": 0}
    assert recorded(state) == ids(45)


def test_fault_18_a_line_that_is_half_written_when_the_program_dies_is_one_line(log: Log, state: Path) -> None:
    log.write(9)
    log.write_half()
    with following(state, str(log.path)):
        wait_until(lambda: counted(state) == 9)
    log.write_rest()
    log.write(2)

    assert rest_of(log, state, 12) == {"lines": 12, "gaps": 0}
    assert recorded(state) == ids(12)


def test_an_error_whose_traceback_goes_on_after_a_kill_is_one_error(tmp_path: Path, state: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"2026-02-01 10:00:00,000 - app - ERROR - TTS failed\nTraceback (most recent call last):\n")
    with following(state, str(path)):
        wait_until(lambda: counted(state) == 2)
    with path.open("ab") as file:
        file.write(b'  File "x.py", line 1, in <module>\nValueError: 401 unauthorised\n')

    with following(state, str(path)) as follower:
        wait_until(lambda: counted(state) == 4)
        follower.end()
    with StateDatabase(state) as database:
        (event,) = Recorder(database, SystemClock()).events(0, 1e12)
    assert event.kind == "error"


def test_line_numbers_go_on_after_a_restart(killed: Log, state: Path) -> None:
    killed.write(2)
    rest_of(killed, state, 12)

    with StateDatabase(state) as database:
        lines = [each.line for each in Recorder(database, SystemClock()).events(0, 1e12)]
    assert lines == list(range(1, 13))
