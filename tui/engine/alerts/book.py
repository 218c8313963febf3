"""Alerts, acknowledgements and silences in the state file, for every process of a user.

Each function is one job for ``StateDatabase.write`` or ``read``, with its values bound by ``partial``.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tui.engine.alerts import log
from tui.engine.alerts._json import dumps, load_track
from tui.engine.alerts.machine import Track
from tui.engine.alerts.wording import describe
from tui.engine.model import Alert, AlertBoard, AlertState, Severity, Silence

WATCH = "watch"
"""The scope of ``voxtop watch``, of which there is one."""
FRESH_S = 15.0
"""A process that judged within so long is alive."""
DEAD_LETTERS_S = 86_400.0
"""Messages given up are shown for a day."""


class Ack(NamedTuple):
    """Somebody has taken an alert on."""

    episode: int
    severity: Severity
    author: str
    at: float

    def covers(self, alert: Alert) -> bool:
        """Tell whether it still holds: for the same episode, and not once it got worse."""
        same = self.episode == alert.episode and alert.state is AlertState.FIRING
        return same and not (alert.severity == "critical" and self.severity == "warning")


class Beat(NamedTuple):
    """Who judges, and when it last did."""

    scope: str
    at: float
    pid: int
    sources: tuple[str, ...]


def read_tracks(connection: sqlite3.Connection, scope: str) -> list[Track]:
    """Return the alerts of a scope as they were last judged."""
    rows = connection.execute("SELECT body FROM alerts WHERE scope = ?", (scope,))
    return [load_track(body) for (body,) in rows]


def save_tracks(connection: sqlite3.Connection, scope: str, tracks: Iterable[Track], now: float) -> None:
    """Write alerts as they stand."""
    connection.executemany(
        "INSERT INTO alerts VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " scope = excluded.scope, state = excluded.state, body = excluded.body, changed = excluded.changed",
        [(track.alert.id, scope, str(track.alert.state), dumps(track), now) for track in tracks],
    )


def drop_alerts(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Forget alerts that are inactive, with their acknowledgements."""
    keys = [(each,) for each in ids]
    connection.executemany("DELETE FROM alerts WHERE id = ?", keys)
    connection.executemany("DELETE FROM acks WHERE alert = ?", keys)


def read_acks(connection: sqlite3.Connection) -> dict[str, Ack]:
    """Return the acknowledgements by alert."""
    rows = connection.execute("SELECT alert, episode, severity, author, at FROM acks")
    return {alert: Ack(*values) for alert, *values in rows}


def acknowledge(connection: sqlite3.Connection, alert: Alert, author: str, now: float) -> None:
    """Note that somebody has taken an alert on."""
    connection.execute(
        "INSERT OR REPLACE INTO acks VALUES (?, ?, ?, ?, ?)", (alert.id, alert.episode, alert.severity, author, now)
    )
    row = connection.execute("SELECT scope FROM alerts WHERE id = ?", (alert.id,)).fetchone()
    log.note(connection, now, "acknowledged", alert, scope=row[0] if row else "", author=author)


def read_silences(connection: sqlite3.Connection, now: float) -> tuple[Silence, ...]:
    """Return the silences that are not over, the newest first."""
    rows = connection.execute(
        "SELECT id, match, until, comment, author, created FROM silences WHERE until > ? ORDER BY created DESC", (now,)
    )
    return tuple(Silence(*row) for row in rows)


def add_silence(connection: sqlite3.Connection, silence: Silence) -> str:
    """Mute what matches and return the id the silence got; those that are over are forgotten."""
    silence_id = f"s{secrets.token_hex(2)}"
    row = (silence_id, silence.match, silence.until, silence.comment, silence.author, silence.created_at)
    connection.execute("DELETE FROM silences WHERE until <= ?", (silence.created_at,))
    connection.execute("INSERT INTO silences VALUES (?, ?, ?, ?, ?, ?)", row)
    log.note(connection, silence.created_at, "silenced", f"{silence.match}: {silence.comment}", author=silence.author)
    return silence_id


def end_silence(connection: sqlite3.Connection, silence_id: str) -> bool:
    """End a silence; tell whether there was one of this id."""
    return connection.execute("DELETE FROM silences WHERE id = ?", (silence_id,)).rowcount > 0


def beat(connection: sqlite3.Connection, scope: str, pid: int, sources: Sequence[str], now: float) -> None:
    """Note that a process judges."""
    connection.execute("INSERT OR REPLACE INTO beats VALUES (?, ?, ?, ?)", (scope, now, pid, json.dumps(sources)))


def read_beats(connection: sqlite3.Connection) -> dict[str, Beat]:
    """Return who judges, by scope."""
    rows = connection.execute("SELECT scope, at, pid, sources FROM beats")
    return {scope: Beat(scope, at, pid, tuple(json.loads(sources))) for scope, at, pid, sources in rows}


def end_beat(connection: sqlite3.Connection, scope: str) -> None:
    """Note that a process ends as it should: it judges no more, and its last beat stays as a date."""
    connection.execute("UPDATE beats SET pid = 0 WHERE scope = ?", (scope,))


def read_board(connection: sqlite3.Connection, scopes: Sequence[str], now: float) -> AlertBoard:
    """Return everything about the alerts of some scopes, worst first."""
    acks, silences = read_acks(connection), read_silences(connection, now)
    beats = read_beats(connection)
    watch = beats.get(WATCH)
    dead, waiting = (
        connection.execute("SELECT count(*) FROM outbox WHERE state = 'dead' AND done > ?", (now - DEAD_LETTERS_S,)),
        connection.execute("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'open')"),
    )
    told = _told(connection)
    alerts = [
        with_ack(_with_told(track.alert, told), acks) for scope in scopes for track in read_tracks(connection, scope)
    ]
    return AlertBoard(
        alerts=tuple(sorted(alerts, key=urgency)),
        silences=silences,
        dead=dead.fetchone()[0],
        waiting=waiting.fetchone()[0],
        watched_by=f"watch {watch.pid}" if watch and is_alive(watch, now) and WATCH in scopes else "",
        known=any(scope in beats and is_alive(beats[scope], now) for scope in scopes),
    )


def board_of(tracks: Iterable[Track]) -> AlertBoard:
    """Return the board of alerts that were judged beside the state file: what people said of them is not in it."""
    alerts = (replace(track.alert, summary=describe(track.alert)) for track in tracks)
    return AlertBoard(tuple(sorted(alerts, key=urgency)), known=True)


def is_alive(one: Beat, now: float) -> bool:
    """Tell whether a process judged lately and did not say that it ends."""
    return bool(one.pid) and now - one.at < FRESH_S


_Told = dict[tuple[str, int], tuple[int, int]]
"""How many messages of each episode arrived, by themselves or told along, and how many were given up."""


def _told(connection: sqlite3.Connection) -> _Told:
    rows = connection.execute(
        "SELECT alert, episode, sum(state = 'sent' OR (state = 'suppressed' AND claimed IS NOT NULL)),"
        " sum(state = 'dead') FROM outbox GROUP BY alert, episode"
    )
    return {(alert, episode): (sent, dead) for alert, episode, sent, dead in rows}


def _with_told(alert: Alert, told: _Told) -> Alert:
    sent, dead = told.get((alert.id, alert.episode), (0, 0))
    return replace(alert, sent=sent, dead=dead, summary=describe(alert))


def with_ack(alert: Alert, acks: dict[str, Ack]) -> Alert:
    """Return an alert with its acknowledgement, if one holds."""
    ack = acks.get(alert.id)
    said = (ack.author, ack.at) if ack is not None and ack.covers(alert) else ("", None)
    return alert if said == (alert.acked_by, alert.acked_at) else replace(alert, acked_by=said[0], acked_at=said[1])


def urgency(alert: Alert) -> tuple[int, bool, bool, float]:
    """Return what alerts are sorted by: what fires and is nobody's first, then by severity and age."""
    order = {AlertState.FIRING: 0, AlertState.PENDING: 1, AlertState.RESOLVED: 2}[alert.state]
    return order, alert.acknowledged or bool(alert.muted_by), alert.severity != "critical", -alert.since
