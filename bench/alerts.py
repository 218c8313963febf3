"""How long a line of the log takes to become a message in the outbox of ``voxtop watch``."""

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bench.figure import Figure, at_most, nearest_rank
from bench.watched import PATIENCE_S, append
from tests.terminal import environment

LIMIT_S = 2.0
CONFIG = '[notify.nobody]\nkind = "command"\ncommand = ["/bin/true"]\n'


def line_to_outbox(folder: Path, lines: int) -> Iterator[Figure]:
    """Append lines that must call somebody, at moments that fit no rhythm, and watch the table fill."""
    home = folder / "alerts"
    config = home / ".config" / "voxtop" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG, encoding="utf-8")
    log = home / "app.log"
    log.touch()
    command = [sys.executable, "-P", "-m", "tui", "watch", str(log), "--listen", "127.0.0.1:0"]
    with (
        (home / "stderr").open("wb") as said,
        subprocess.Popen(command, env=environment(home), stderr=said) as process,
    ):
        try:
            _wait(lambda: b"event=ready" in (home / "stderr").read_bytes(), process)
            (database,) = home.rglob("state.db")
            took = [_one(log, database, number, process) for number in range(lines)]
        finally:
            process.terminate()
    extra = f", median {nearest_rank(took, 50):.2f} s, n {lines}"
    yield at_most("alert, line to outbox, worst", max(took), LIMIT_S, "s", extra)


def _one(log: Path, database: Path, number: int, process: subprocess.Popen[bytes]) -> float:
    """Return the seconds from one line to its row."""
    time.sleep(random.uniform(0.1, 1.3))  # noqa: S311 - only to fall between two looks
    began = append(log, f"⚠️ [Config] KEY_{number} is not set. Service may fail at runtime.\n")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:

        def there() -> bool:
            query = "SELECT 1 FROM outbox WHERE body LIKE ?"
            return connection.execute(query, (f'%"KEY_{number}"%',)).fetchone() is not None

        _wait(there, process)
    return time.perf_counter() - began


def _wait(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Look every few milliseconds until something holds.

    Raises:
        AssertionError: it never did.
    """
    deadline = time.perf_counter() + PATIENCE_S
    while not condition():
        if process.poll() is not None or time.perf_counter() > deadline:
            raise AssertionError("voxtop watch ended or never got there")
        time.sleep(0.005)
