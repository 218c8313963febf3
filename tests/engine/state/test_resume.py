import json
import random
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
        self._file = path.open("ab", buffering=0)

    def write(self, count: int = 1) -> None:
        first, self.written = self.written + 1, self.written + count
        self._file.write(b"".join(_line(number) for number in range(first, self.written + 1)))

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
        while not stop.wait(0.01):
            log.write(rng.randrange(1, 6))
            if rng.random() < 0.008:
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
