"""A bad night in short: ``make soak SECONDS=1800``. Every line is counted once, or the exit code is 1.

A local file, a file behind sshd and, where there is an engine, a container are written to and watched by one
``voxtop --resume``. Meanwhile both files are rotated every 5 s, every SSH connection is killed every 3 s, the
container is restarted every 20 s, and the monitor itself is killed every 60 s. Each line has an id of its own.
"""

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import psutil

from bench.figure import Figure, at_most, missing, table
from bench.watched import be_a_user
from tests.engine.sources.containers.real import Dockerd
from tests.sshd import Sshd
from tests.terminal import VOXTOP, Pty, environment
from tui.engine.clock import SystemClock
from tui.engine.state import Recorder, StateDatabase

SECONDS = 1800.0
WRITE_S, ROTATE_S, CUT_S, RESTART_S, KILL_S = 0.05, 5.0, 3.0, 20.0, 60.0
LINES_AT_ONCE = 4
KEPT = 40
"""Rotated files that stay: more than are made while the longest pause between two attempts lasts."""
CALM_S = 180.0
"""Patience until everything is counted once the storm is over."""


class Line(NamedTuple):
    """What a line says: calls are opened and closed in turn, so that each line is an event of its own."""

    kind: str
    id: str

    @classmethod
    def numbered(cls, source: str, number: int) -> "Line":
        """Return the line of a number."""
        return cls("call_closed" if number % 2 else "call_opened", f"{source}-{number // 2:07}")

    def text(self) -> bytes:
        """Return it as the guide's orchestrator writes it, with its time."""
        words = "✅ WS CLOSED |" if self.kind == "call_closed" else "🔌 WS CONNECTION | Client: twilio,"
        return f"{datetime.now(UTC).isoformat()} {words} ID: {self.id}\n".encode()


class Log(Protocol):
    """Something that is written to and followed."""

    name: str
    spec: str
    written: int

    def write(self) -> None:
        """Write some more lines."""


class File:
    """A file that is rotated."""

    def __init__(self, name: str, path: Path, spec: str) -> None:
        self.name, self.spec = name, spec
        self.written = self.rotations = 0
        self._path = path
        self._file = path.open("ab", buffering=0)

    def write(self) -> None:
        """Write some more lines in one go."""
        first, self.written = self.written, self.written + LINES_AT_ONCE
        self._file.write(b"".join(Line.numbered(self.name, number).text() for number in range(first, self.written)))

    def rotate(self) -> None:
        """Rename as logrotate does, the oldest one thrown away."""
        for number in range(KEPT - 1, 0, -1):
            with suppress(FileNotFoundError):
                self._numbered(number).rename(self._numbered(number + 1))
        self._path.rename(self._numbered(1))
        self._file.close()
        self._file = self._path.open("ab", buffering=0)
        self.rotations += 1

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


class Contained:
    """A container that is restarted."""

    def __init__(self, name: str, engine: Dockerd) -> None:
        self.name, self.spec = name, "docker:soak-*"
        self.written = self.restarts = 0
        self._engine = engine
        self._id = engine.create("soak-1")
        engine.start(self._id)

    def write(self) -> None:
        """Let it write some more lines."""
        first, self.written = self.written, self.written + LINES_AT_ONCE
        lines = (Line.numbered(self.name, number).text() for number in range(first, self.written))
        self._engine.write(self._id, b"".join(lines))

    def restart(self) -> None:
        """Stop and start it, once it wrote all it was told."""
        last = Line.numbered(self.name, self.written - 1).id.encode()
        while last not in self._engine.logged(self._id, "--tail", "1"):
            time.sleep(WRITE_S)
        self._engine.stop(self._id)
        self._engine.start(self._id)
        self.restarts += 1


class Monitor:
    """``voxtop --resume`` in a terminal, killed and started again."""

    def __init__(self, logs: Sequence[Log], home: Path, state: Path, docker: str) -> None:
        self.kills = 0
        self.memory = 0
        self._command = (*VOXTOP, "--resume", "--since", "all", *(f"{log.name}={log.spec}" for log in logs))
        self._env = environment(home, XDG_STATE_HOME=str(state), DOCKER_HOST=docker)
        self._start()

    def _start(self) -> None:
        self._terminal = Pty(self._command, env=self._env)

    def look(self) -> None:
        """Take up what it paints, and how large it is."""
        while self._terminal.read(0):
            pass
        ended = self._terminal.process.poll()
        assert ended is None, f"it ended with {ended}:\n{self._terminal.screen()}"  # noqa: S101 - the measurement ends
        with suppress(psutil.Error):
            self.memory = max(self.memory, psutil.Process(self._terminal.process.pid).memory_info().rss)

    def kill(self) -> None:
        """End it without a word of warning, and begin again."""
        self._terminal.close()
        self.kills += 1
        self._start()

    def quit(self) -> None:
        """Let it end as a user does."""
        self._terminal.send("q")
        self._terminal.wait()

    def close(self) -> None:
        """End it, however it goes."""
        self._terminal.close()


class Every:
    """Something that is done again and again."""

    def __init__(self, seconds: float, action: Callable[[], object]) -> None:
        self._seconds = seconds
        self._action = action
        self._due = 0.0
        self.times = 0

    def poll(self) -> None:
        """Do it if it is time, for the first time when so much has passed since the first call."""
        now = time.monotonic()
        self._due = self._due or now + self._seconds
        if now >= self._due:
            self._action()
            self.times += 1
            self._due = max(self._due + self._seconds, now)


def counted(state: Path) -> dict[str, int]:
    """Return how many lines of each source were counted up to the last write."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{state}/state.db?mode=ro", uri=True)) as connection:
        return {
            name: json.loads(counts).get("lines", 0)
            for name, counts in connection.execute("SELECT name, counts FROM sources")
        }
    return {}


def recorded(state: Path, name: str) -> list[Line]:
    """Return every line of a source as the program understood it."""
    with StateDatabase(state) as database:
        events = Recorder(database, SystemClock()).events(0, float("inf"), [name])
        return [Line(event.kind, str(event.id)) for event in events if event.kind.startswith("call_")]


def gaps(state: Path) -> int:
    """Return how many gaps were told."""
    with closing(sqlite3.connect(f"file:{state}/state.db?mode=ro", uri=True)) as connection:
        return sum(json.loads(counts).get("gaps", 0) for (counts,) in connection.execute("SELECT counts FROM sources"))


def storm(seconds: float, logs: Sequence[Log], monitor: Monitor, troubles: Sequence[Every]) -> None:
    """Write, and let everything happen that is due, for so long."""
    everything = [Every(WRITE_S, log.write) for log in logs]
    everything += [*troubles, Every(KILL_S, monitor.kill), Every(WRITE_S, monitor.look)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for each in everything:
            each.poll()
        time.sleep(WRITE_S / 10)


def calm(logs: Sequence[Log], monitor: Monitor, state: Path) -> float:
    """Wait until everything written is counted; return the seconds it took."""
    began = time.monotonic()
    wanted = {log.name: log.written for log in logs}
    while (found := counted(state)) != wanted and time.monotonic() - began < CALM_S:
        monitor.look()
        print(f"\r{found} of {wanted} ", end="", file=sys.stderr)
        time.sleep(1.0)
    return time.monotonic() - began


def judged(log: Log, lines: Sequence[Line]) -> Iterator[Figure]:
    """Compare what was recorded with what was written, line by line."""
    written = [Line.numbered(log.name, number) for number in range(log.written)]
    times = Counter(lines)
    yield at_most(
        f"{log.name}: lines missing", sum(line not in times for line in written), 0, "", f" of {log.written:,}"
    )
    yield at_most(f"{log.name}: lines counted twice", sum(count - 1 for count in times.values()), 0, "")
    strangers = times.keys() - set(written)
    yield at_most(f"{log.name}: lines nobody wrote", len(strangers), 0, "")


def soak(seconds: float) -> Iterator[Figure]:
    """Do it all, and yield the figures."""
    with ExitStack() as stack:
        server = stack.enter_context(Sshd())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voxtop-soak-")))
        state = folder / "state" / "voxtop"
        files = [
            File("local", folder / "local.log", str(folder / "local.log")),
            File("remote", folder / "remote.log", server.url(folder / "remote.log")),
        ]
        logs: list[Log] = [*files]
        troubles = [cuts := Every(CUT_S, server.kill_children), *(Every(ROTATE_S, file.rotate) for file in files)]
        engine = stack.enter_context(closing(Dockerd())) if os.geteuid() == 0 and shutil.which("dockerd") else None
        if engine:
            container = Contained("container", engine)
            logs.append(container)
            troubles.append(Every(RESTART_S, container.restart))
        monitor = Monitor(logs, server.home, folder / "state", engine.address if engine else "")
        stack.callback(monitor.close)
        for log in logs:
            log.write()
        calm(logs, monitor, state)
        storm(seconds, logs, monitor, troubles)
        took = calm(logs, monitor, state)
        monitor.quit()
        yield Figure("storm", f"{seconds:,.0f} s, {sum(log.written for log in logs):,} lines")
        yield Figure("rotations", f"{sum(file.rotations for file in files):,}")
        yield Figure("times all SSH connections were killed", f"{cuts.times:,}")
        yield Figure("container restarts", f"{container.restarts:,}") if engine else missing("container", "no engine")
        yield Figure("times the monitor was killed", f"{monitor.kills:,}")
        for log in logs:
            yield from judged(log, recorded(state, log.name))
        yield at_most("gaps told", gaps(state), 0, "")
        yield at_most("until everything was counted", took, CALM_S, "s")
        yield Figure("most memory", f"{monitor.memory / 1e6:.0f} MB")


def main() -> None:
    """Print the figures; exit 1 if a line was lost or counted twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=SECONDS)
    asked = parser.parse_args()
    be_a_user()
    figures = [*soak(asked.seconds)]
    print(table(figures))
    sys.exit(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    main()
