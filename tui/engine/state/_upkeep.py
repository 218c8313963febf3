"""Keeps the state file within its bounds: rolls events up, then lets go of what is too old or too much."""

import asyncio
import sqlite3
from contextlib import suppress
from functools import partial

from tui.engine.clock import Clock
from tui.engine.errors import StateError
from tui.engine.model import Retention
from tui.engine.state._cells import Counting
from tui.engine.state._database import StateDatabase
from tui.engine.state._rollups import roll

EVERY_S = 60.0
_ROWS_AT_ONCE = 500
"""Deleted in one transaction: others get their turn in between."""
_HOURS_AT_ONCE = 6
_PAGES_AT_ONCE = 2_000


class Upkeep:
    """Does its round every minute."""

    def __init__(self, database: StateDatabase, clock: Clock, retention: Retention | None = None) -> None:
        """``retention`` is the usual one by default."""
        self._database = database
        self._clock = clock
        self._retention = retention or Retention()
        self._counting = Counting()

    async def run(self) -> None:
        """Go round until cancelled; a disk that refuses is tried again with the next round."""
        while True:
            with suppress(StateError):
                await self.go_round()
            await asyncio.sleep(EVERY_S)

    async def go_round(self) -> None:
        """Roll up what was recorded, then let go of what is too old, then of what is too much.

        Raises:
            StateError: the file cannot be written.
        """
        write, now, keep = self._database.write, self._clock.now(), self._retention
        try:
            while await write(partial(roll, counting=self._counting)):
                pass
        except StateError:
            self._counting = Counting()  # it has seen what was not written, and would take it for repeated
            raise
        for job in (
            partial(_old_events, before=now - keep.events_s),
            partial(_old_rollups, step=60, before=now - keep.minutes_s),
            partial(_old_rollups, step=3600, before=now - keep.hours_s),
            partial(_too_much, max_bytes=keep.max_bytes),
            _unused_pages,
        ):
            while await write(job):
                pass


def _old_events(connection: sqlite3.Connection, before: float) -> bool:
    """Delete some of the events before a moment that roll-ups hold; tell whether there may be more."""
    done = connection.execute(
        "DELETE FROM batches WHERE id IN (SELECT id FROM batches WHERE first < ? AND last < ?"
        " AND id <= (SELECT batch FROM rolled) ORDER BY first LIMIT ?)",
        (before, before, _ROWS_AT_ONCE),
    )
    return done.rowcount == _ROWS_AT_ONCE


def _old_rollups(connection: sqlite3.Connection, step: int, before: float) -> bool:
    """Delete the oldest hours of a step before a moment; tell whether there were any."""
    oldest = connection.execute("SELECT min(start) FROM rollups WHERE step = ?", (step,)).fetchone()[0]
    if oldest is None or oldest >= before:
        return False
    upto = min(before, oldest + _HOURS_AT_ONCE * 3600)
    connection.execute("DELETE FROM rollups WHERE step = ? AND start < ?", (step, upto))
    return True


def _too_much(connection: sqlite3.Connection, max_bytes: int) -> bool:
    """Delete the oldest rows of a file that is too large; tell whether it was."""
    if _used_bytes(connection) <= max_bytes:
        return False
    return _old_events(connection, float("inf")) or _old_rollups(connection, 60, float("inf"))


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _unused_pages(connection: sqlite3.Connection) -> bool:
    """Give some of what was deleted back to the disk; tell whether there is more."""
    connection.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
    return bool(connection.execute("PRAGMA freelist_count").fetchone()[0])
