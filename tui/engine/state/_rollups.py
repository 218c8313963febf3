"""Figures of long ago: minutes for a month and hours for a year, made from the recorded events."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from tui.engine.metrics.histogram import Buckets
from tui.engine.state._cells import Cell, Cells, Counting, Key, coarser
from tui.engine.state._codec import decode
from tui.engine.state._recorded import placed

Step = Literal[1, 60, 3600]
"""Seconds of a row. Seconds are counted from the recorded events when they are asked for, and reach as far as those."""

_BATCHES_AT_ONCE = 500


class Rollup(NamedTuple):
    """What one series of a source did in one step of time."""

    start: int
    """Seconds since the epoch."""
    source: str
    kind: str
    stage: str
    what: str
    """The provider, the target of a fallback, a missing field; empty where there is none."""
    n: int
    buckets: Buckets
    """Its latencies for ``metrics.histogram.figures``; those of several rows may be added bucket by bucket."""


def roll(connection: sqlite3.Connection, counting: Counting) -> bool:
    """Count some of the events that no roll-up holds yet; tell whether there are more of them."""
    upto = _watermark(connection)
    rows = list(_batches(connection, "id > ? ORDER BY id LIMIT ?", (upto, _BATCHES_AT_ONCE)))
    if not rows:
        return False
    minutes: Cells = {}
    _count(rows, counting, 60, minutes)
    for step in (60, 3600):
        _add(connection, step, coarser(minutes, step))
    connection.execute("UPDATE rolled SET batch = ?", (rows[-1].id,))
    return len(rows) == _BATCHES_AT_ONCE


def between(
    connection: sqlite3.Connection, since: float, until: float, step: Step, sources: Collection[str] | None = None
) -> list[Rollup]:
    """Return the steps that begin in ``since <= start < until``, by start; a job for ``StateDatabase.read``.

    What was recorded a moment ago is counted in, so that nothing waits for the next roll-up. Steps without events
    have no rows.
    """
    names = dict(connection.execute("SELECT id, name FROM sources"))
    cells: Cells = {}
    if step == 1:
        _count(_batches(connection, "last >= ? AND first < ? ORDER BY id", (since, until)), Counting(), 1, cells)
    else:
        _count(_batches(connection, "id > ? ORDER BY id", (_watermark(connection),)), Counting(), step, cells)
        for *key, n, body in connection.execute(
            "SELECT start, source, series, n, histogram FROM rollups WHERE step = ? AND start >= ? AND start < ?",
            (step, since, until),
        ):
            cells.setdefault(Key(*key), Cell()).merge(Cell.unpacked(n, body))
    return [
        _row(key, cell, names)
        for key, cell in sorted(cells.items())
        if since <= key.start < until and (sources is None or names[key.source] in sources)
    ]


def _row(key: Key, cell: Cell, names: Mapping[int, str]) -> Rollup:
    kind, stage, what = key.series.split("/", 2)
    return Rollup(key.start, names[key.source], kind, stage, what, cell.n, cell.buckets)


class _Batch(NamedTuple):
    id: int
    source: int
    first: float
    last: float
    body: bytes


def _watermark(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT batch FROM rolled").fetchone()[0])


def _batches(connection: sqlite3.Connection, where: str, values: tuple[float, ...]) -> Iterator[_Batch]:
    query = f"SELECT id, source, first, last, body FROM batches WHERE {where}"  # noqa: S608 - from the lines above
    return map(_Batch._make, connection.execute(query, values))


def _count(batches: Iterable[_Batch], counting: Counting, step: int, cells: Cells) -> None:
    for batch in batches:
        events = placed(batch.first, batch.last, decode(str(batch.source), batch.body))
        counting.count(events, batch.source, step, cells)


def _add(connection: sqlite3.Connection, step: int, cells: Iterable[tuple[Key, Cell]]) -> None:
    """Merge counts into the table."""
    for key, cell in cells:
        row = connection.execute(
            "SELECT n, histogram FROM rollups WHERE step = ? AND start = ? AND source = ? AND series = ?", (step, *key)
        ).fetchone()
        if row is not None:
            cell.merge(Cell.unpacked(*row))
        connection.execute(
            "INSERT OR REPLACE INTO rollups (step, start, source, series, n, histogram) VALUES (?, ?, ?, ?, ?, ?)",
            (step, *key, cell.n, cell.packed()),
        )
