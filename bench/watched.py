"""The program in a terminal of 120×40, watched from outside: what it paints, and what it costs."""

import os
import random
import shutil
import string
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.terminal import VOXTOP, Pty, environment

PATIENCE_S = 30.0
NOT_A_USERS = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
"""Variables that would make every run of the program compile its modules again, or write each line by itself."""
SETTLE_S = 3.0


def words(seed: int) -> Callable[[], str]:
    """Return a maker of words that no log has: letters only, so that no masking of numbers touches them."""
    rng = random.Random(seed)  # noqa: S311 - words that can be repeated, not secrets
    return lambda: "q" + "".join(rng.choices(string.ascii_lowercase, k=7))


class Watched:
    """A running program whose output is taken up as it comes."""

    def __init__(self, *arguments: str, command: Sequence[str] = VOXTOP, home: Path | None = None) -> None:
        """``home`` is that of the user, an empty one by default."""
        self._home = Path(tempfile.mkdtemp(prefix="voxtop-bench-"))
        self.began = time.perf_counter()
        user = environment(home or self._home, TZ="UTC")
        self.terminal = Pty([*command, *arguments], width=120, height=40, env=user)
        self._process = psutil.Process(self.terminal.process.pid)
        self._looked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def look(self) -> None:
        """Forget what was painted so far: only what comes from now on counts."""
        self._looked = len(self.terminal.output)

    def until_painted(self, text: str) -> float:
        """Take output until it has ``text`` and return the moment (``perf_counter``).

        Raises:
            AssertionError: it ended, or never painted that.
        """
        wanted, deadline = text.encode(), time.perf_counter() + PATIENCE_S
        while wanted not in self.terminal.output[self._looked :]:
            if not self.terminal.read(0.05) and self.terminal.process.poll() is not None:
                raise AssertionError(f"ended with {self.terminal.process.returncode}: {self._last_words()}")
            if time.perf_counter() > deadline:
                raise AssertionError(f"{text!r} was not painted within {PATIENCE_S:.0f} s")
        return time.perf_counter()

    def _last_words(self) -> str:
        lines = [line.strip() for line in self.terminal.screen().splitlines() if line.strip()]
        return lines[-1][:120] if lines else "nothing was painted"

    def let_run(self, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Take output for a while, calling ``meanwhile`` about every 50 ms."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            meanwhile()
            pause = time.perf_counter() + 0.05
            while (left := pause - time.perf_counter()) > 0:
                self.terminal.read(left)
        if self.terminal.process.poll() is not None:
            raise AssertionError(f"ended with {self.terminal.process.returncode}: {self._last_words()}")

    def cpu_share(self, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> float:
        """Return the per cent of one core that it takes over the next ``seconds``."""
        before, began = self.cpu_s(), time.perf_counter()
        self.let_run(seconds, meanwhile)
        return 100 * (self.cpu_s() - before) / (time.perf_counter() - began)

    def cpu_s(self) -> float:
        """Return the seconds of a core that it took so far, to the nanosecond: the process table counts hundredths."""
        return time.clock_gettime(~self._process.pid << 3 | 2)  # as MAKE_PROCESS_CPUCLOCK of Linux, scheduled time

    def drain(self) -> None:
        """Take what it has painted, without waiting for more."""
        self.terminal.read(0)

    def memory_mb(self) -> float:
        """Return the resident memory in MB."""
        return float(self._process.memory_info().rss) / 1024 / 1024

    def peak_mb(self) -> float:
        """Return the most memory that was ever resident, in MB."""
        status = Path(f"/proc/{self.terminal.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def be_a_user() -> None:
    """Let programs that are started from now on find the variables that a user has."""
    for name in NOT_A_USERS:
        os.environ.pop(name, None)


def append(path: Path, text: str) -> float:
    """Append to a log in one write, as a logger does, and return the moment (``perf_counter``)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
    return time.perf_counter()
