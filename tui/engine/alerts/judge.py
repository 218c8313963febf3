"""Judges snapshots: steps the machine, decides who is told, and writes both in one transaction."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from tui.engine.alerts import book, log, outbox
from tui.engine.alerts.machine import Machine, Track
from tui.engine.alerts.muting import muted_by
from tui.engine.alerts.policy import Policy
from tui.engine.alerts.rule import AlertRule
from tui.engine.alerts.telling import Teller, occasion
from tui.engine.clock import Clock
from tui.engine.model import NO_BOARD, Alert, AlertState, NoteKind, Notification, Silence, Snapshot, SourceState
from tui.engine.state import StateDatabase

JUDGE_S = 1.0
"""Between two looks."""
CALM_S = 5.0
"""Between two looks at figures that stand still: well within the time after which nobody seems to judge any more."""
SAVE_S = 10.0
"""Figures of alerts that stand still are written this often."""
HISTORY_S = 120.0
"""Evidence older than this at the start raises nothing (semantics R68)."""
PATIENCE_S = 120.0
"""A source that gives no sign of life for so long is no longer waited for."""


@dataclass(frozen=True, slots=True)
class Change:
    """An alert that changed, for the log."""

    alert: Alert
    message: Notification | None
    """What people are told of it, if they are."""


class _Post(NamedTuple):
    """A message for the outbox."""

    channels: tuple[str, ...]
    alert: str
    message: Notification
    muted: bool


@dataclass(slots=True)
class _Plan:
    """What one look leads to, before it is written."""

    save: dict[str, Track] = field(default_factory=dict)
    drop: set[str] = field(default_factory=set)
    put: list[_Post] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    became: list[Alert] = field(default_factory=list)
    """What fires now, is more or less severe, or is over."""

    def __bool__(self) -> bool:
        """Tell whether it leads to anything."""
        return bool(self.save or self.drop or self.put)


class _Words(NamedTuple):
    """What people said about alerts."""

    acks: dict[str, book.Ack]
    silences: tuple[Silence, ...]


class Judge:
    """Keeps the alerts of one scope; the state file holds all that must outlive the process."""

    def __init__(
        self,
        rules: Mapping[str, AlertRule],
        database: StateDatabase,
        clock: Clock,
        *,
        scope: str = book.WATCH,
        sources: Sequence[str] = (),
        channels: Mapping[str, Policy] | None = None,
        teller: Teller | None = None,
        resume_s: float | None = None,
    ) -> None:
        """``sources`` are named in the beat; ``channels`` say what each of them is told.

        A former process that ended more than ``resume_s`` ago left nothing to go on with; None is never.
        """
        self.scope = scope
        self.judging = False
        """History was read, and what is new is judged."""
        self.board = NO_BOARD
        """What everybody can see of the alerts of this scope, as of the last transaction."""
        self._rules = rules
        self._database = database
        self._clock = clock
        self._sources = tuple(sources)
        self._channels = dict(channels or {})
        self._teller = teller or Teller()
        self._machine: Machine | None = None
        self._resume_s = resume_s
        self._began = clock.now()
        self._saved_at = self._wrote_at = 0.0
        self._words: _Words | None = None
        """As of ``_version`` of the state file; None where it has to be read."""
        self._version: int | None = None
        self._unsaved: set[str] = set()
        """Alerts that changed since the last transaction that worked."""

    async def load(self) -> None:
        """Take up the alerts where the last process of this scope left them.

        Raises:
            StateError: the state file cannot be read.
        """
        now = self._clock.now()
        last = (await self._database.read(book.read_beats)).get(self.scope)
        tracks = await self._database.read(partial(book.read_tracks, scope=self.scope))
        history = now - HISTORY_S
        if last is not None and self._resume_s is not None and now - last.at > self._resume_s:
            await self._database.write(partial(book.drop_alerts, ids=[track.alert.id for track in tracks]))
            tracks = []
        elif last is not None:
            history = min(history, last.at)
        self._machine = Machine(self._rules, tracks, scope=self.scope, history=history)

    def use(self, rules: Mapping[str, AlertRule], channels: Mapping[str, Policy], teller: Teller) -> None:
        """Judge by another configuration from now on."""
        self._rules, self._channels, self._teller = rules, dict(channels), teller
        if self._machine:
            self._machine.use_rules(rules)

    async def look(self, snapshot: Snapshot) -> list[Change]:
        """Judge a snapshot and write what it leads to; return what changed.

        Before history was read nothing is judged. A look that leads to nothing is written now and then, as a sign
        of life.

        Raises:
            StateError: nothing could be written; the next look plans it anew.
        """
        now = self._clock.now()
        if self._machine is None:
            await self.load()
        assert self._machine is not None  # noqa: S101 - loaded just now, and mypy's knowledge
        self.judging = self.judging or self._caught_up(snapshot, now)
        if not self.judging:
            await self._database.write(partial(self._write, plan=_Plan(), now=now))
            return []
        if news := self._words is None or self._version is None or self._database.version() != self._version:
            self._words = await self._database.read(_read_words)
        self._unsaved |= self._machine.step(snapshot, now)
        plan = self._plan(self._machine, self._words, snapshot, now)
        if news or plan or not 0 <= now - self._wrote_at < CALM_S:
            self._words = None  # until it is known that it was written
            self._words = await self._database.write(partial(self._write, plan=plan, now=now), durable=bool(plan.put))
            self._version = self._database.version()
        self._machine.tracks.update(plan.save)
        self._machine.replaced.clear()
        self._unsaved.clear()
        return plan.changes

    def patience(self) -> float:
        """Return after how many seconds to look again, even if the figures and what people said are the same."""
        if not self.judging or self._machine is None:
            return JUDGE_S
        return min(CALM_S, max(JUDGE_S, self._machine.patience()))

    async def end(self) -> None:
        """Say that nobody judges from now on."""
        await self._database.write(partial(book.end_beat, scope=self.scope))

    def _caught_up(self, snapshot: Snapshot, now: float) -> bool:
        """Tell whether every source was read up to the present, or is not worth waiting for."""
        reading = any(one.progress is not None for one in snapshot.sources)
        unread = any(one.state is SourceState.CONNECTING for one in snapshot.sources)
        return not reading and not (unread and now - self._began < PATIENCE_S)

    def _plan(self, machine: Machine, words: _Words, snapshot: Snapshot, now: float) -> _Plan:
        plan = _Plan(drop=self._unsaved - machine.tracks.keys())
        due = now - self._saved_at >= SAVE_S or now < self._saved_at
        silences = tuple(one for one in words.silences if one.until > now)
        firing = [track.alert for track in machine.tracks.values() if track.alert.state is AlertState.FIRING]
        for track in machine.replaced:
            self._tell(replace(track), "", plan, snapshot, now)
        for key, track in machine.tracks.items():
            mute = muted_by(track.alert, firing, self._rules, silences, now)
            alert = book.with_ack(track.alert, words.acks)
            alert = alert if alert.muted_by == mute else replace(alert, muted_by=mute)
            copy = replace(track, alert=alert)
            told = self._tell(copy, mute, plan, snapshot, now)
            if key in self._unsaved and alert.state is not AlertState.PENDING:
                plan.became.append(alert)
            if key in self._unsaved and told is None:
                plan.changes.append(Change(alert, None))
            if due or told or key in self._unsaved or alert != track.alert:
                plan.save[key] = copy
        if due:
            self._saved_at = now
        return plan

    def _tell(self, track: Track, mute: str, plan: _Plan, snapshot: Snapshot, now: float) -> Notification | None:
        """Add the message about an alert to the plan, if there is to be one, and note in the alert that it was told.

        Whoever was told that it began is told that it is over, muted or not; of a muted beginning it is
        counted once that nobody was told.
        """
        alert = track.alert
        began = alert.fired_at or now
        due = [name for name, one in self._channels.items() if one.repeats(track.told_at.get(name, began), now)]
        track.ack_told = track.ack_told and alert.acknowledged
        why = occasion(track, again=bool(due))
        muted = bool(mute) and why != "resolved"
        if why is None or (muted and track.muted_counted):
            return None
        track.sequence += 1
        message = self._teller.message(track, why, snapshot, now)
        asked = due if why == "repeat" else self._channels
        channels = tuple(name for name in asked if self._channels[name].wants(message))
        plan.put.append(_Post(channels, alert.id, message, muted))
        if muted:
            track.muted_counted = True
            return None
        plan.changes.append(Change(alert, message))
        track.told = "" if why == "resolved" else alert.severity
        track.told_at = {**track.told_at, **dict.fromkeys(asked, now)}
        track.muted_counted, track.ack_told = False, why == "acknowledged" or track.ack_told
        return message

    def _write(self, connection: sqlite3.Connection, plan: _Plan, now: float) -> _Words:
        """Write alerts and messages together: neither is ever there without the other.

        Returns what people had said by then; one look at the file is a tenth of what a thread for it costs.
        """
        book.save_tracks(connection, self.scope, plan.save.values(), now)
        book.drop_alerts(connection, plan.drop)
        for one in plan.became:
            what: NoteKind = "firing" if one.state is AlertState.FIRING else "resolved"
            log.note(connection, now, what, one, scope=self.scope)
        for channels, alert, message, muted in plan.put:
            outbox.put(connection, channels, alert, (message,), muted=muted)
        book.beat(connection, self.scope, os.getpid(), self._sources, now)
        if plan.put:
            outbox.prune(connection, now)
        self.board = book.read_board(connection, (self.scope,), now)
        self._wrote_at = now
        return _read_words(connection)


def _read_words(connection: sqlite3.Connection) -> _Words:
    return _Words(book.read_acks(connection), book.read_silences(connection, 0.0))
