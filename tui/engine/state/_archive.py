"""What any process has recorded of some sources, read beside whoever is writing it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from math import inf
from pathlib import Path

from tui.engine.clock import Clock
from tui.engine.model import LogEvent
from tui.engine.state._database import FILE, StateDatabase, state_folder
from tui.engine.state._recorded import recorded
from tui.engine.state._rollups import Rollup, Step, between

HOLE_S = 900.0
"""Recorded events further apart than this leave a gap: nobody can tell silence from not reading."""

Spans = dict[str, list[tuple[float, float]]]


class Archive:
    """Answers with nothing where nothing was recorded; every method raises ``StateError`` where it cannot be read."""

    def __init__(
        self,
        clock: Clock,
        sources: Callable[[], Mapping[str, str]],
        folder: Path | None = None,
        *,
        only_rollups: bool = False,
    ) -> None:
        """``sources`` tells the identity of each source by its name, as of now; ``folder`` is another than the usual.

        ``only_rollups`` leaves the events to a recorder of this very process.
        """
        self._only_rollups = only_rollups
        self._clock = clock
        self._sources = sources
        self._folder = folder or state_folder()

    def events(self, since: float, until: Mapping[str, float]) -> Iterator[LogEvent]:
        """Yield what is recorded from a moment on, of each source before an end of its own; oldest first."""
        with self._open() as (database, names):
            if database is None or not names or self._only_rollups:
                return
            ends = {name: until.get(name, inf) for name in names.values()}
            for event in recorded(database, since, max(ends.values()), names, only=names):
                at = event.time if event.time is not None else event.arrived
                if at is not None and at < ends[event.source]:
                    yield event

    def spans(self) -> Spans:
        """Return over which spans each source was recorded."""
        with self._open() as (database, names):
            return database.read_now(partial(_spans, names=names)) if database and not self._only_rollups else {}

    def rollups(self, since: float, until: float, step: Step) -> list[Rollup]:
        """Return figures of long ago (see ``between``)."""
        with self._open() as (database, names):
            if database is None:
                return []
            job = partial(between, since=since, until=until, step=step, sources=set(names.values()))
            return database.read_now(job)

    @contextmanager
    def _open(self) -> Iterator[tuple[StateDatabase | None, dict[int, str]]]:
        """Open the state file, if there is one, and tell the numbers of the sources in it."""
        if not (self._folder / FILE).exists():
            yield None, {}
            return
        with StateDatabase(self._folder, clock=self._clock) as database:
            yield database, database.read_now(partial(_numbers, sources=self._sources()))


def _numbers(connection: sqlite3.Connection, sources: Mapping[str, str]) -> dict[int, str]:
    rows = connection.execute("SELECT id, name, spec FROM sources")
    return {number: name for number, name, spec in rows if sources.get(name) == spec}


def _spans(connection: sqlite3.Connection, names: Mapping[int, str]) -> Spans:
    found: Spans = {}
    for source, first, last in connection.execute("SELECT source, first, last FROM batches ORDER BY first"):
        if source in names:
            spans = found.setdefault(names[source], [])
            if spans and first - spans[-1][1] <= HOLE_S:
                spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
            else:
                spans.append((first, last))
    return found
