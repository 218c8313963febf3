"""Tracks and notifications as JSON and back; what a later version adds or drops is no obstacle."""

import dataclasses
import json
from typing import Any, TypeVar

from tui.engine.alerts.machine import Track
from tui.engine.model import Alert, AlertState, Notification

T = TypeVar("T", Alert, Notification, Track)


def dumps(value: Alert | Notification | Track) -> str:
    """Return a value as JSON."""
    return json.dumps(dataclasses.asdict(value), ensure_ascii=False, separators=(",", ":"))


def load_track(text: str) -> Track:
    """Return a track from its JSON."""
    table = json.loads(text)
    return _filled(Track, {**table, "alert": load_alert(table["alert"])})


def load_alert(table: dict[str, Any]) -> Alert:
    """Return an alert from its table."""
    labels = tuple((name, value) for name, value in table["labels"])
    return _filled(Alert, {**table, "labels": labels, "state": AlertState(table["state"])})


def load_notification(text: str) -> Notification:
    """Return a notification from its JSON."""
    table = {key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(text).items()}
    return _filled(Notification, {**table, "labels": tuple((name, value) for name, value in table["labels"])})


def _filled(kind: type[T], table: dict[str, Any]) -> T:
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(**{key: value for key, value in table.items() if key in known})
