"""Messages on their way: a row with the change it tells of, one message at a time, and what became of it.

Every row ends as ``sent``, as ``suppressed`` (told by another's message, which counts it) or as ``dead``.
Each function is one transaction: whenever the process dies, the next one goes on from a state in which no
message is lost, and one that may have arrived is sent again under the same key.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tui.engine.alerts._json import dumps, load_notification
from tui.engine.model import Notification

TOLD_ALONG = 20
"""Summaries of others that one message carries; the rest are counted."""
KEEP_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one channel may be sent."""

    burst: int = 10
    """Messages within ``per_s``; critical ones may be twice as many."""
    per_s: float = 600.0
    give_up_s: float = 86_400.0
    """A message that did not arrive for so long is dead."""
    lease_s: float = 60.0
    """A message that was begun and of which nothing was heard is sent again after so long."""


class Letter(NamedTuple):
    """A message to be sent now."""

    row: int
    message: Notification
    attempts: int
    """Including this one."""
    created: float


def put(
    connection: sqlite3.Connection,
    channels: Iterable[str],
    alert: str,
    messages: Sequence[Notification],
    *,
    muted: bool,
) -> None:
    """Add a row for each message and channel, unless it is there already; of muted ones nobody is told."""
    state = "suppressed" if muted else "waiting"
    connection.executemany(
        "INSERT OR IGNORE INTO outbox"
        " (channel, alert, rule, episode, key, severity, state, body, created, due, attempts, error)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
        [
            (channel, alert, one.rule, one.episode, one.key, one.severity, state, dumps(one), one.at, one.at)
            for channel in channels
            for one in messages
        ],
    )


def claim(
    connection: sqlite3.Connection, channel: str, now: float, limits: Limits, *, critical_only: bool = False
) -> Letter | None:
    """Take the next message of a channel: one whose time has come again, else one made of what waits.

    ``critical_only`` leaves the others waiting: it is quiet time.
    """
    again = connection.execute(
        "SELECT id, body, attempts, created FROM outbox WHERE channel = ? AND state = 'open' AND lead = id AND due <= ?"
        " ORDER BY due LIMIT 1",
        (channel, now),
    ).fetchone()
    if again is None:
        again = _compose(connection, channel, now, limits, critical_only=critical_only)
    if again is None:
        return None
    row, body, attempts, created = again
    connection.execute(
        "UPDATE outbox SET attempts = ?, due = ? WHERE id = ?", (attempts + 1, now + limits.lease_s, row)
    )
    return Letter(row, load_notification(body), attempts + 1, created)


class _Waiting(NamedTuple):
    row: int
    alert: str
    rule: str
    severity: str
    body: str
    created: float


def _compose(
    connection: sqlite3.Connection, channel: str, now: float, limits: Limits, *, critical_only: bool
) -> tuple[int, str, int, float] | None:
    """Make one message out of what waits, as far as the channel's limit lets.

    Of one alert only the newest row is told; alerts of one rule share a message, and all alerts do when
    there are more rules than messages left. One alert's messages never overtake each other: nothing of an
    alert is composed while a message about it is open.
    """
    rows = [
        _Waiting(*row)
        for row in connection.execute(
            "SELECT id, alert, rule, severity, body, created FROM outbox WHERE channel = ? AND state = 'waiting'"
            " AND alert NOT IN (SELECT alert FROM outbox WHERE channel = ? AND state = 'open') ORDER BY id",
            (channel, channel),
        )
    ]
    left = limits.burst - _claimed(connection, channel, now - limits.per_s)
    if critical_only or left <= 0:
        rows = [row for row in rows if row.severity == "critical"]
        left += limits.burst
    if not rows or left <= 0:
        return None
    groups = {row.rule for row in rows}
    if len(groups) <= left:
        rows = [row for row in rows if row.rule == _first(rows).rule]
    return _merge(connection, channel, now, rows)


def _first(rows: Sequence[_Waiting]) -> _Waiting:
    return min(rows, key=lambda row: (row.severity != "critical", row.row))


def _claimed(connection: sqlite3.Connection, channel: str, since: float) -> int:
    query = "SELECT count(*) FROM outbox WHERE channel = ? AND lead = id AND claimed > ?"
    return int(connection.execute(query, (channel, since)).fetchone()[0])


def _merge(
    connection: sqlite3.Connection, channel: str, now: float, rows: Sequence[_Waiting]
) -> tuple[int, str, int, float]:
    """Put rows into one message, which from now on stays as it is."""
    newest = list({row.alert: row for row in rows}.values())
    lead = _first(newest)
    others = [load_notification(row.body) for row in newest if row is not lead]
    connection.execute(
        "UPDATE outbox SET lead = ?, state = 'suppressed', done = ? WHERE channel = ? AND state = 'suppressed'"
        " AND lead IS NULL",
        (lead.row, now, channel),
    )
    muted = int(connection.execute("SELECT count(*) FROM outbox WHERE lead = ?", (lead.row,)).fetchone()[0])
    message = replace(
        load_notification(lead.body),
        also=tuple(one.summary for one in others[:TOLD_ALONG]),
        also_keys=tuple(one.alert_key for one in others),
        suppressed=len(rows) - 1 + muted,
    )
    body = dumps(message)
    connection.executemany(
        "UPDATE outbox SET state = 'open', lead = ?, claimed = ? WHERE id = ?",
        [(lead.row, now, row.row) for row in rows],
    )
    connection.execute("UPDATE outbox SET body = ? WHERE id = ?", (body, lead.row))
    return lead.row, body, 0, lead.created


def arrived(connection: sqlite3.Connection, row: int, now: float) -> None:
    """Note that a message arrived; what it told along is told."""
    connection.execute(
        "UPDATE outbox SET state = CASE id WHEN lead THEN 'sent' ELSE 'suppressed' END, error = '', done = ?"
        " WHERE lead = ? AND state = 'open'",
        (now, row),
    )


def failed(connection: sqlite3.Connection, row: int, due: float | None, reason: str, now: float) -> None:
    """Note that a message did not arrive: it is tried again when due, or is dead with all that it would have told."""
    if due is None:
        connection.execute(
            "UPDATE outbox SET state = 'dead', error = ?, done = ? WHERE lead = ? AND state = 'open'",
            (reason, now, row),
        )
    else:
        connection.execute("UPDATE outbox SET due = ?, error = ? WHERE id = ?", (due, reason, row))


def resume(connection: sqlite3.Connection, channels: Sequence[str], reason: str, now: float) -> None:
    """Begin to send: what the last process left open is due now, what has no channel any more is dead, visibly."""
    marks = ", ".join("?" * len(channels))
    connection.execute(
        "UPDATE outbox SET state = 'dead', error = ?, done = ? WHERE state IN ('waiting', 'open')"  # noqa: S608 - marks
        f" AND channel NOT IN ({marks})",
        (reason, now, *channels),
    )
    connection.execute("UPDATE outbox SET due = ? WHERE state = 'open' AND lead = id", (now,))


def prune(connection: sqlite3.Connection, now: float) -> None:
    """Forget what was settled a month ago."""
    connection.execute("DELETE FROM outbox WHERE state NOT IN ('waiting', 'open') AND created < ?", (now - KEEP_S,))


class DeadLetter(NamedTuple):
    """A message that was given up."""

    channel: str
    rule: str
    key: str
    error: str
    at: float


def dead_letters(connection: sqlite3.Connection, since: float) -> list[DeadLetter]:
    """Return what was given up since a moment, the newest first."""
    rows = connection.execute(
        "SELECT channel, rule, key, error, done FROM outbox WHERE state = 'dead' AND done > ? ORDER BY done DESC, id",
        (since,),
    )
    return [DeadLetter(*row) for row in rows]
