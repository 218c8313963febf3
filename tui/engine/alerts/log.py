"""What became of alerts, and what people said about them: kept to be looked back at."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from tui.engine.alerts._json import dumps, load_alert
from tui.engine.alerts.wording import describe
from tui.engine.model import Alert, AlertBoard, AlertNote, AlertState, Labels, NoteKind

KEPT_S = 30 * 86_400.0
ABOUT_S = 600.0
"""By so much the moment at which an alert began may differ when it is judged again."""


def note(
    connection: sqlite3.Connection, at: float, what: NoteKind, about: Alert | str, *, scope: str = "", author: str = ""
) -> None:
    """Keep a note about an alert, or about a silence in words; those of long ago make room."""
    body = dumps(about) if isinstance(about, Alert) else json.dumps(about, ensure_ascii=False)
    connection.execute("INSERT INTO alert_log VALUES (?, ?, ?, ?, ?)", (at, scope, what, author, body))
    connection.execute("DELETE FROM alert_log WHERE at < ?", (at - KEPT_S,))


def read_notes(connection: sqlite3.Connection, since: float, until: float, scopes: Iterable[str]) -> list[AlertNote]:
    """Return the notes of some scopes between two moments, oldest first, with what was said about silences."""
    rows = connection.execute(
        "SELECT at, scope, what, author, body FROM alert_log WHERE at >= ? AND at <= ? ORDER BY at, rowid",
        (since, until),
    )
    wanted = {"", *scopes}
    return [_note(at, what, author, body) for at, scope, what, author, body in rows if scope in wanted]


def as_said(board: AlertBoard, notes: Iterable[AlertNote]) -> AlertBoard:
    """Return a board with what had been said about its alerts by then: who had taken on what fires.

    ``notes`` are those up to then, oldest first; when an alert is over, nobody has it any more.
    """
    said: dict[tuple[str, Labels], AlertNote] = {}
    for note in notes:
        if note.alert and note.what == "acknowledged":
            said[note.alert.rule, note.alert.labels] = note
        elif note.alert and note.what == "resolved":
            said.pop((note.alert.rule, note.alert.labels), None)
    alerts = [_acknowledged(alert, said.get((alert.rule, alert.labels))) for alert in board.alerts]
    return replace(board, alerts=tuple(alerts))


def _acknowledged(alert: Alert, note: AlertNote | None) -> Alert:
    if note is None or alert.state is not AlertState.FIRING or note.at < alert.since - ABOUT_S:
        return alert
    return replace(alert, acked_by=note.author, acked_at=note.at)


def _note(at: float, what: NoteKind, author: str, body: str) -> AlertNote:
    table = json.loads(body)
    if isinstance(table, str):
        return AlertNote(at, what, table, None, author)
    alert = load_alert(table)
    return AlertNote(at, what, describe(alert), alert, author)
