"""Panel 6: equal errors collapsed into rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from tui.engine.metrics.incidents import shape
from tui.engine.model import ErrorGroup, Hints, LogEvent

RowKind = Literal["error", "warning", "fallback", "config_warning"]
ROW_KINDS: dict[str, RowKind] = {
    "error": "error",
    "warning": "warning",
    "fallback": "fallback",
    "config_warning": "config_warning",
}

Clean = Callable[[str], str]
"""Makes a text of the log fit for others' eyes."""

CLEANED = 2048
"""Cleaned texts kept, several for each row."""

MAX_GROUPS = 500
"""Rows kept; the one that was quiet for longest makes room."""


@dataclass(slots=True)
class _Row:
    group: ErrorGroup
    order: int
    shown: ErrorGroup | None = None
    """With a text fit for others' eyes, once somebody has asked."""


def group_key(event: LogEvent) -> str:
    """Return what equal errors have in common: kind, stage, provider, code, shape of the text."""
    marks = (ROW_KINDS.get(event.kind, ""), event.stage or "", event.provider or "", event.code or "", shape(event))
    return "|".join(marks)


class RecentErrors:
    """Equal errors as one row with its count and playbook, newest first."""

    def __init__(self, hints: Hints | None, clean: Clean = str) -> None:
        """``clean`` is applied to each text that is shown; it is asked once for each."""
        self.version = 0
        self.clean: Clean = lru_cache(CLEANED)(clean)
        self.hints = hints
        self._rows: dict[str, _Row] = {}
        self._taken = 0

    def add(self, event: LogEvent, time: float | None) -> None:
        """Take an incident; equal ones share a row (kind, stage, provider, code, shape of the text)."""
        kind, key = ROW_KINDS[event.kind], group_key(event)
        self.version += 1
        self._taken += 1
        row = self._rows.pop(key, None)
        group = self._grown(row.group, event, time) if row else self._first(key, kind, event, time)
        self._rows[key] = _Row(group, self._taken)
        if len(self._rows) > MAX_GROUPS:
            del self._rows[next(iter(self._rows))]

    def _first(self, key: str, kind: RowKind, event: LogEvent, time: float | None) -> ErrorGroup:
        return ErrorGroup(
            key=key,
            kind=kind,
            stage=event.stage,
            provider=event.provider,
            code=event.code,
            text=event.text,
            count=1,
            first_at=time,
            last_at=time,
            source=event.source,
            playbook=self.hints.for_event(event) if self.hints else None,
            call=event.id,
        )

    def _grown(self, group: ErrorGroup, event: LogEvent, time: float | None) -> ErrorGroup:
        newest = group.last_at is None or (time is not None and time >= group.last_at)
        return ErrorGroup(
            key=group.key,
            kind=group.kind,
            stage=group.stage,
            provider=group.provider,
            code=group.code,
            text=event.text if newest else group.text,
            count=group.count + 1,
            first_at=group.first_at if time is None else min(time, group.first_at or time),
            last_at=time if newest else group.last_at,
            source=event.source if newest else group.source,
            playbook=group.playbook,
            call=(event.id or group.call) if newest else group.call,
        )

    def rows(self) -> tuple[ErrorGroup, ...]:
        """Return the rows by the time of their newest line; those without times come last."""
        ordered = sorted(self._rows.values(), key=lambda row: (row.group.last_at or 0.0, row.order), reverse=True)
        return tuple(map(self._shown, ordered))

    def _shown(self, row: _Row) -> ErrorGroup:
        row.shown = row.shown or replace(row.group, text=self.clean(row.group.text))
        return row.shown
