"""Keeps parsed events, and in the same transaction where reading goes on behind them and what was counted."""

import asyncio
import dataclasses
import json
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from math import inf
from typing import NamedTuple

from tui.engine.clock import Clock
from tui.engine.errors import StateError
from tui.engine.model import LogEvent, SourceCounts
from tui.engine.redact import redact
from tui.engine.state._codec import decode, encode
from tui.engine.state._database import StateDatabase
from tui.engine.state._recorded import Run, placed, recorded, runs

FLUSH_S = 1.0
FLUSH_EVENTS = 1_000
"""What was taken is written after so long or so many events, whichever comes first."""
RETRY_S = 5.0
"""Between attempts to write to a disk that refuses."""
UNSAVED_BYTES = 64_000_000
"""What a disk that refuses leaves in memory; beyond it the oldest events are missing from the recording."""
_CLEANED = 4_096


class Remembered(NamedTuple):
    """Where an earlier run left a source; empty for one that is new."""

    bookmark: str = ""
    counts: SourceCounts = SourceCounts()


class _Taken(NamedTuple):
    source: int
    events: Sequence[LogEvent]
    bookmark: str
    counts: SourceCounts


class _Batch(NamedTuple):
    """A row of the table: events of one source whose places do not go back."""

    source: int
    first: float
    last: float
    n: int
    body: bytes


class Recorder:
    """The journal of a monitor that is to go on where it stopped; nothing it is given is half written.

    While the disk refuses, everything waits in memory and ``trouble`` says why.
    """

    def __init__(self, database: StateDatabase, clock: Clock, *, clean: Callable[[str], str] = redact) -> None:
        """``clean`` is applied to every text before it is kept."""
        self.trouble: StateError | None = None
        """Why nothing is being written just now."""
        self.missing = 0
        """Events that found no room while the disk refused."""
        self._database = database
        self._clock = clock
        self._clean = lru_cache(_CLEANED)(clean)
        self._ids: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._taken: list[_Taken] = []
        self._leaving: list[_Taken] = []
        """On their way to the disk; kept here until they have arrived."""
        self._waiting = 0
        self._some, self._many = asyncio.Event(), asyncio.Event()
        self._saving = threading.Lock()
        self._tops: dict[int, float] = {}
        self._unsaved: list[_Batch] = []
        self._stands: dict[int, tuple[str, str]] = {}

    def source(self, name: str, spec: str) -> Remembered:
        """Return where an earlier run left a source, and know it from now on.

        Args:
            name: as shown, and as ``took`` will call it.
            spec: what it is, equal wherever the program is called from.

        Raises:
            StateError: the state file cannot be read or written.
        """
        job = partial(_row_of, name=_text(name), spec=_text(spec))
        number, bookmark, counts = self._database.write_now(job, durable=True)
        self._ids[name], self._names[number] = number, name
        known = {each.name for each in dataclasses.fields(SourceCounts)}
        table = {key: value for key, value in json.loads(counts).items() if key in known}
        return Remembered(bookmark, SourceCounts(**table))

    def took(self, source: str, events: Sequence[LogEvent], bookmark: str, counts: SourceCounts) -> None:
        """Take what was parsed since the last call; it is written with the next flush."""
        self._taken.append(_Taken(self._ids[source], tuple(events), bookmark, counts))
        self._waiting += len(events)
        self._some.set()
        if self._waiting >= FLUSH_EVENTS:
            self._many.set()

    def events(self, since: float, until: float, sources: Collection[str] | None = None) -> Iterable[LogEvent]:
        """Yield what is known of a span of event time, in its order; of some sources or of all.

        What is on its way is noted at the call, from the last station back, so that nothing slips through; the file
        is read on iteration, in whichever thread that is.
        """
        return recorded(self._database, since, until, self._names, sources, unwritten=self._unwritten())

    def _unwritten(self) -> list[tuple[float, LogEvent]]:
        """Return what the file may not have yet, with places."""
        by_source: dict[int, list[LogEvent]] = {}
        for each in (*self._leaving, *self._taken):
            by_source.setdefault(each.source, []).extend(each.events)
        now = self._clock.now()
        newer = [run for events in by_source.values() for run in runs(events, -inf, now)]
        unsaved = tuple(self._unsaved)
        older = [Run(each.first, each.last, decode(self._names[each.source], each.body)) for each in unsaved]
        return [each for run in (*older, *newer) for each in placed(*run)]

    async def run(self) -> None:
        """Write what is taken, again and again, until cancelled; ``close`` writes the rest."""
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._many.wait(), FLUSH_S)
            self._leaving = self._all_taken()
            await asyncio.to_thread(self._save, self._leaving)
            self._leaving = []
            if self.trouble is not None:
                await asyncio.sleep(RETRY_S)
                self._some.set()

    def close(self) -> None:
        """Write what was taken and not written yet."""
        self._save(self._all_taken())
        self._leaving = []

    def _all_taken(self) -> list[_Taken]:
        self._some.clear()
        self._many.clear()
        taken, self._taken, self._waiting = self._taken, [], 0
        return taken

    def _save(self, taken: Sequence[_Taken]) -> None:
        """Write this and what could not be written before; what the disk refuses waits for the next time."""
        with self._saving:
            for each in taken:
                self._stands[each.source] = (each.bookmark, json.dumps(dataclasses.asdict(each.counts)))
            self._unsaved += self._batches(taken)
            try:
                self._database.write_now(self._insert)
            except StateError as error:
                self.trouble = error
                self._make_room()
            else:
                self.trouble = None
                self._unsaved, self._stands = [], {}

    def _batches(self, taken: Sequence[_Taken]) -> list[_Batch]:
        """Return what was taken as rows, the order within each source kept."""
        by_source: dict[int, list[LogEvent]] = {}
        for each in taken:
            by_source.setdefault(each.source, []).extend(each.events)
        now = self._clock.now()
        found: list[_Batch] = []
        for source, events in by_source.items():
            for run in runs(events, self._tops.get(source, float("-inf")), now):
                found.append(_Batch(source, run.first, run.last, len(run.events), encode(run.events, self._clean)))
                self._tops[source] = run.last
        return found

    def _insert(self, connection: sqlite3.Connection) -> None:
        rows = [batch for batch in self._unsaved if batch.n]
        connection.executemany("INSERT INTO batches (source, first, last, n, body) VALUES (?, ?, ?, ?, ?)", rows)
        now = self._clock.now()
        connection.executemany(
            "UPDATE sources SET bookmark = ?, counts = ?, changed = ? WHERE id = ?",
            [(bookmark, counts, now, source) for source, (bookmark, counts) in self._stands.items()],
        )

    def _make_room(self) -> None:
        """Let the oldest events go where memory ends; where reading goes on and what was counted stay."""
        size = sum(len(batch.body) for batch in self._unsaved)
        while size > UNSAVED_BYTES:
            oldest = self._unsaved.pop(0)
            size -= len(oldest.body)
            self.missing += oldest.n


def _row_of(connection: sqlite3.Connection, name: str, spec: str) -> tuple[int, str, str]:
    """Return number, bookmark and counts of a source, which is made if it is new."""
    connection.execute(
        "INSERT OR IGNORE INTO sources (name, spec, bookmark, counts, changed) VALUES (?, ?, '', '{}', 0)", (name, spec)
    )
    row: tuple[int, str, str] = connection.execute(
        "SELECT id, bookmark, counts FROM sources WHERE name = ? AND spec = ?", (name, spec)
    ).fetchone()
    return row


def _text(value: str) -> str:
    """Return what SQLite takes for a text: bytes of a path that are no UTF-8 are spelled out."""
    return value.encode("utf-8", "backslashreplace").decode()
