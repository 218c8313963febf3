"""Messages on their way: a row with the change it tells of, one message at a time, and what became of it.

Every row ends as ``sent``, as ``suppressed`` (told by another's message, which counts it) or as ``dead``.
Each function is one transaction: whenever the process dies, the next one goes on from a state in which no
message is lost, and one that may have arrived is sent again under the same key.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tui.engine.alerts._json import dumps, load_notification
from tui.engine.model import Notification

TOLD_ALONG = 20
"""Summaries of others that one message carries; the rest are counted."""
KEEP_S = 30 * 86_400.0


PER_S = 3600.0
LEASE_S = 60.0
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
        " (channel, alert, rule, episode, occasion, key, severity, state, body, created, due, attempts, error)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
        [
            (
                channel,
                alert,
                one.rule,
                one.episode,
                one.occasion,
                one.key,
                one.severity,
                state,
                dumps(one),
                one.at,
                one.at,
            )
            for channel in channels
            for one in messages
        ],
    )


def claim(
    connection: sqlite3.Connection, channel: str, now: float, per_hour: int, *, critical_only: bool = False
) -> Letter | None:
    """Take the next message of a channel: one whose time has come again, else one made of what waits.

    Args:
        connection: within a transaction.
        channel: its name.
        now: seconds since the epoch.
        per_hour: messages that may be begun within an hour; critical ones may be twice as many.
        critical_only: leave the others waiting, it is quiet time.
    """
    again = connection.execute(
        "SELECT id, body, attempts, created FROM outbox WHERE channel = ? AND state = 'open' AND lead = id AND due <= ?"
        " ORDER BY due LIMIT 1",
        (channel, now),
    ).fetchone()
    if again is None:
        rows = _sendable(connection, channel, now, per_hour, critical_only=critical_only)
        again = _merge(connection, channel, now, rows) if rows else None
    if again is None:
        return None
    row, body, attempts, created = again
    connection.execute("UPDATE outbox SET attempts = ?, due = ? WHERE id = ?", (attempts + 1, now + LEASE_S, row))
    return Letter(row, load_notification(body), attempts + 1, created)


class _Waiting(NamedTuple):
    row: int
    alert: str
    rule: str
    severity: str
    body: str
    created: float
    closes: bool
    """It is over, and the receiver was sent a message of its own when it began."""


def _sendable(
    connection: sqlite3.Connection, channel: str, now: float, per_hour: int, *, critical_only: bool
) -> list[_Waiting]:
    """Return the rows that make the next message, none if the channel's limit is reached.

    Alerts of one rule share a message, and all alerts do when there are more rules than messages left.
    One alert's messages never overtake each other: nothing of an alert is composed while a message about it
    is open.
    """
    rows = _waiting(connection, channel)
    left = per_hour - _claimed(connection, channel, now - PER_S)
    if critical_only or left <= 0:
        rows = [row for row in rows if row.severity == "critical"]
        left += per_hour
    if not rows or left <= 0:
        return []
    first = min(rows, key=lambda row: (row.severity != "critical", row.row))
    if len({row.rule for row in rows}) <= left:
        rows = [row for row in rows if row.rule == first.rule]
    return rows


def _waiting(connection: sqlite3.Connection, channel: str) -> list[_Waiting]:
    rows = connection.execute(
        "SELECT id, alert, rule, severity, body, created, occasion = 'resolved' AND EXISTS ("
        "   SELECT 1 FROM outbox AS told WHERE told.channel = new.channel AND told.alert = new.alert"
        "   AND told.episode = new.episode AND told.state = 'sent')"
        " FROM outbox AS new WHERE channel = ? AND state = 'waiting'"
        " AND alert NOT IN (SELECT alert FROM outbox WHERE channel = ? AND state = 'open') ORDER BY id",
        (channel, channel),
    )
    return [_Waiting(*row) for row in rows]


def _claimed(connection: sqlite3.Connection, channel: str, since: float) -> int:
    query = "SELECT count(*) FROM outbox WHERE channel = ? AND lead = id AND claimed > ?"
    return int(connection.execute(query, (channel, since)).fetchone()[0])


def _merge(
    connection: sqlite3.Connection, channel: str, now: float, rows: Sequence[_Waiting]
) -> tuple[int, str, int, float]:
    """Put rows into one message, which from now on stays as it is; of one alert only the newest is told.

    What the receiver has opened an incident for is closed by a message of its own.
    """
    newest = list({row.alert: row for row in rows}.values())
    lead = min(newest, key=lambda row: (row.severity != "critical", not row.closes, row.row))
    others = [row for row in newest if row is not lead and not row.closes]
    alerts = {lead.alert, *(row.alert for row in others)}
    told = [load_notification(row.body) for row in others]
    members = [row for row in rows if row.alert in alerts]
    connection.execute(
        "UPDATE outbox SET lead = ?, done = ? WHERE channel = ? AND state = 'suppressed' AND lead IS NULL",
        (lead.row, now, channel),
    )
    muted = int(connection.execute("SELECT count(*) FROM outbox WHERE lead = ?", (lead.row,)).fetchone()[0])
    message = replace(
        load_notification(lead.body),
        also=tuple(one.summary for one in told[:TOLD_ALONG]),
        also_keys=tuple(one.alert_key for one in told),
        suppressed=len(members) - 1 + muted,
    )
    body = dumps(message)
    connection.executemany(
        "UPDATE outbox SET state = 'open', lead = ?, claimed = ? WHERE id = ?",
        [(lead.row, now, row.row) for row in members],
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
