"""Which steps of which playbook were done, and when: shared by everybody who looks at the same incident."""

import asyncio
import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tui.engine.clock import Clock
from tui.engine.model import TickStore
from tui.engine.state._database import FILE, Job, StateDatabase, state_folder

KEPT_S = 365 * 86400.0
"""Ticks are kept for this long, to tell what was done in earlier incidents."""


class RecordedTicks(TickStore):
    """Keeps ticks in the state file, which it opens for each use: they are rare, and nobody waits for a lock.

    Both methods raise ``StateError`` where the file cannot be used.
    """

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        """``folder`` is another one than the usual."""
        self._clock = clock
        self._folder = folder or state_folder()

    async def ticks(self, playbook_id: str, since: float) -> Mapping[int, float]:
        """Return the steps done since a moment, each with its last time."""
        if not (self._folder / FILE).exists():
            return {}
        return await asyncio.to_thread(self._read, partial(_ticks, playbook_id=playbook_id, since=since))

    async def tick(self, playbook_id: str, step: int, at: float | None) -> None:
        """Note a step, or take back the last time it was noted."""
        job = partial(_take_back, step=step) if at is None else partial(_note, step=step, at=at)
        await asyncio.to_thread(self._write, partial(job, playbook_id=playbook_id))

    def _read(self, job: Job[Mapping[int, float]]) -> Mapping[int, float]:
        with StateDatabase(self._folder, clock=self._clock) as database:
            return database.read_now(job)

    def _write(self, job: Job[None]) -> None:
        with StateDatabase(self._folder, clock=self._clock) as database:
            database.write_now(job, durable=True)


def _ticks(connection: sqlite3.Connection, playbook_id: str, since: float) -> Mapping[int, float]:
    rows = connection.execute(
        "SELECT step, max(at) FROM ticks WHERE playbook = ? AND at >= ? GROUP BY step", (playbook_id, since)
    )
    return dict(rows.fetchall())


def _note(connection: sqlite3.Connection, playbook_id: str, step: int, at: float) -> None:
    connection.execute("INSERT OR IGNORE INTO ticks (playbook, step, at) VALUES (?, ?, ?)", (playbook_id, step, at))
    connection.execute("DELETE FROM ticks WHERE at < ?", (at - KEPT_S,))


def _take_back(connection: sqlite3.Connection, playbook_id: str, step: int) -> None:
    connection.execute(
        "DELETE FROM ticks WHERE playbook = :book AND step = :step AND at ="
        " (SELECT max(at) FROM ticks WHERE playbook = :book AND step = :step)",
        {"book": playbook_id, "step": step},
    )
