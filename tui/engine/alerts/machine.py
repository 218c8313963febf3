"""The states of alerts: inactive → pending → firing → resolved, one step per second.

Time is what was observed: a step adds at most ``MAX_STEP_S``, so neither a clock that jumps nor a machine
that slept makes a condition look as if it had held all the while (faults 38, 39, 45).
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import Literal, NamedTuple

from tui.engine.alerts.burn import burning
from tui.engine.alerts.figures import FIGURES, Figure, Reading
from tui.engine.alerts.rule import AlertRule
from tui.engine.model import Alert, AlertState, Labels, Severity, Snapshot, Status
from tui.engine.redact import redact

MAX_STEP_S = 60.0
KEEP_RESOLVED_S = 3600.0
"""An alert that is over is shown for so long."""
ID_LENGTH = 6

_masked = lru_cache(1024)(redact)
"""Labels come from the log, and alerts are kept on disk (reliability §4)."""

_SEVERITY: dict[Status, Severity] = {Status.WARNING: "warning", Status.CRITICAL: "critical"}


@dataclass(slots=True)
class Track:
    """One alert on its way, with what its next step depends on. It outlives restarts."""

    alert: Alert
    breach_s: float = 0.0
    """How long it has been at or over the warning level without a break."""
    critical_s: float | None = None
    """How long over the critical one; None while it is not."""
    clear_s: float | None = None
    """How long below the warning level; None while it is not."""
    calm_s: float | None = None
    """How long no longer critical; None while it is."""
    evidence_at: float | None = None
    worst: float | None = None
    told: Severity | Literal[""] = ""
    """As what people were last told of this episode."""
    told_at: dict[str, float] = field(default_factory=dict)
    """When each channel was last told of it."""
    ack_told: bool = False
    sequence: int = 0
    """Number of messages of this episode."""
    muted_counted: bool = False
    """That nobody was told has been counted already."""


def alert_id(scope: str, rule: str, labels: Labels) -> str:
    """Return the short name of an alert: the same for the same rule and labels, run after run."""
    text = "\0".join((scope, rule, *(f"{name}={value}" for name, value in labels)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:ID_LENGTH]


class Step(NamedTuple):
    """One moment of judging."""

    now: float
    elapsed: float
    """Seconds observed since the one before."""


class Machine:
    """Steps every alert of every rule; pure but for its own memory."""

    def __init__(
        self, rules: Mapping[str, AlertRule], tracks: Iterable[Track] = (), *, scope: str = "", history: float = 0.0
    ) -> None:
        """``history`` is the moment before which evidence only explains figures and raises nothing (semantics R68)."""
        self.tracks = {track.alert.id: track for track in tracks}
        self._rules = rules
        self._scope = scope
        self._history = history
        self._last: float | None = None
        self.replaced: list[Track] = []
        """Episodes that ended because the same thing began anew; whoever takes them clears the list."""

    def use_rules(self, rules: Mapping[str, AlertRule]) -> None:
        """Judge by other rules from now on; alerts of rules that are gone end with the next step."""
        self._rules = rules

    def step(self, snapshot: Snapshot, now: float) -> set[str]:
        """Judge a snapshot and return the ids of the alerts that changed state or severity, or are gone."""
        step = Step(now, 0.0 if self._last is None else min(max(now - self._last, 0.0), MAX_STEP_S))
        self._last = now
        before = {key: _standing(track) for key, track in self.tracks.items()}
        seen: set[str] = set()
        for rule in self._rules.values():
            if rule.enabled:
                self._step_rule(rule, snapshot, step, seen)
        self._drop_unruled(seen, now)
        self._forget(now)
        after = {key: _standing(track) for key, track in self.tracks.items()}
        return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}

    def patience(self) -> float:
        """Return after how many seconds the next alert changes if the figures stay as they are; inf if none does."""
        rules = self._rules
        ruled = ((track, rules[track.alert.rule]) for track in self.tracks.values() if track.alert.rule in rules)
        return min((left for track, rule in ruled for left in _left(track, rule) if left > 0), default=inf)

    def _step_rule(self, rule: AlertRule, snapshot: Snapshot, step: Step, seen: set[str]) -> None:
        figure = look(rule, snapshot, step.now)
        for reading in figure.readings:
            labels = tuple((name, _masked(value)) for name, value in sorted(dict(reading.labels + rule.labels).items()))
            if set(rule.match) <= set(labels):
                key = alert_id(self._scope, rule.name, labels)
                new = Alert(key, rule.name, rule.severity, labels=labels, figure=rule.figure)
                seen.add(new.id)
                self._step_alert(new, rule, reading, step)
        for key, track in self.tracks.items():
            if track.alert.rule == rule.name and key not in seen:
                seen.add(key)
                advance(track, rule, figure.absent, step)

    def _step_alert(self, new: Alert, rule: AlertRule, reading: Reading, step: Step) -> None:
        status = judged(rule, reading)
        track = self.tracks.get(new.id)
        if status.rank >= Status.WARNING.rank and (track is None or track.alert.state is AlertState.RESOLVED):
            if reading.at is not None and reading.at < self._history:
                return
            track = self.tracks[new.id] = _begun(new, track, reading, step.now)
        elif track and _is_new_cause(track, reading):
            ended = dataclasses.replace(track.alert, state=AlertState.RESOLVED, resolved_at=step.now)
            self.replaced.append(dataclasses.replace(track, alert=ended))
            track = self.tracks[new.id] = _begun(new, track, reading, step.now)
        if track is not None:
            _note(track, rule, reading, status)
            advance(track, rule, status, step)

    def _drop_unruled(self, seen: set[str], now: float) -> None:
        """End alerts whose rule is gone or switched off: nobody judges them any more."""
        for key, track in self.tracks.items():
            if key not in seen and track.alert.state is not AlertState.RESOLVED:
                track.alert = dataclasses.replace(track.alert, state=AlertState.RESOLVED, resolved_at=now)

    def _forget(self, now: float) -> None:
        for key, track in list(self.tracks.items()):
            alert = track.alert
            old = alert.state is AlertState.RESOLVED and now - (alert.resolved_at or now) > KEEP_RESOLVED_S
            if old or (alert.state is AlertState.PENDING and track.clear_s is not None):
                del self.tracks[key]


def look(rule: AlertRule, snapshot: Snapshot, now: float) -> Figure:
    """Return what a rule looks at."""
    figure = FIGURES[rule.figure](snapshot, now, rule.window_s)
    return burning(rule, rule.burn, figure, snapshot) if rule.burn else figure


def judged(rule: AlertRule, reading: Reading) -> Status:
    """Return how a rule judges a reading; too few samples say nothing either way."""
    if reading.status is Status.NO_DATA or reading.n < rule.min_n:
        return Status.NO_DATA
    status: Status = reading.status
    if rule.limits and not rule.burn and reading.value is not None:
        status = rule.limits.status(reading.value)
        status = reading.cap if status.rank > reading.cap.rank else status
    return Status.WARNING if status is Status.CRITICAL and rule.severity == "warning" else status


def advance(track: Track, rule: AlertRule, status: Status, step: Step) -> None:
    """Take one step of an alert; without data its timers stand still."""
    now, elapsed = step
    if status is Status.NO_DATA or track.alert.state is AlertState.RESOLVED:
        return
    if status is Status.OK:
        track.clear_s = 0.0 if track.clear_s is None else track.clear_s + elapsed
        track.breach_s, track.critical_s = 0.0, None
    else:
        track.breach_s = track.breach_s + elapsed if track.clear_s is None else 0.0
        track.clear_s = None
        _time_critical(track, elapsed, critical=status is Status.CRITICAL)
    if track.alert.state is AlertState.PENDING:
        _fire(track, rule, now)
    elif track.clear_s is not None and track.clear_s >= rule.resolve_for_s:
        track.alert = dataclasses.replace(track.alert, state=AlertState.RESOLVED, resolved_at=now, value=track.worst)
    else:
        _reweigh(track, rule)


def _time_critical(track: Track, elapsed: float, *, critical: bool) -> None:
    if critical:
        track.critical_s = 0.0 if track.critical_s is None else track.critical_s + elapsed
        track.calm_s = None
    else:
        track.calm_s = 0.0 if track.calm_s is None else track.calm_s + elapsed
        track.critical_s = None


def _fire(track: Track, rule: AlertRule, now: float) -> None:
    if track.clear_s is None and track.breach_s >= rule.for_s:
        severity: Severity = "critical" if _long_critical(track, rule) else "warning"
        track.alert = dataclasses.replace(track.alert, state=AlertState.FIRING, fired_at=now, severity=severity)


def _long_critical(track: Track, rule: AlertRule) -> bool:
    return track.critical_s is not None and track.critical_s >= rule.for_s


def _reweigh(track: Track, rule: AlertRule) -> None:
    """Make a firing alert as severe as what has lasted; it gets milder as slowly as it would end."""
    if _long_critical(track, rule):
        track.alert = dataclasses.replace(track.alert, severity="critical")
    elif track.calm_s is not None and track.calm_s >= rule.resolve_for_s and track.clear_s is None:
        track.alert = dataclasses.replace(track.alert, severity="warning")


def _begun(new: Alert, former: Track | None, reading: Reading, now: float) -> Track:
    """Return an alert at its beginning, an episode later than the former one of its name."""
    episode = max(int(now), former.alert.episode + 1 if former else 0)
    since = now if reading.began is None else min(now, reading.began)
    severity = _SEVERITY.get(reading.status, "warning")
    begun = dataclasses.replace(new, episode=episode, since=since, severity=severity)
    return Track(begun, breach_s=0.0, clear_s=0.0)


def _is_new_cause(track: Track, reading: Reading) -> bool:
    """Tell whether the log shows the same thing begun anew, as a redeployment that misses the key again (R77)."""
    began = reading.began
    return (
        track.alert.state is AlertState.FIRING
        and began is not None
        and track.evidence_at is not None
        and began > track.evidence_at
    )


def _note(track: Track, rule: AlertRule, reading: Reading, status: Status) -> None:
    """Put the newest figure into an alert that is not over."""
    if track.alert.state is AlertState.RESOLVED:
        return
    if reading.at is not None:
        track.evidence_at = max(reading.at, track.evidence_at or reading.at)
    if status.rank >= Status.WARNING.rank and reading.value is not None:
        track.worst = max(reading.value, track.worst or reading.value)
    track.alert = dataclasses.replace(
        track.alert,
        value=reading.value,
        target=_target(rule, reading, status),
        unit=reading.unit,
        n=reading.n,
        window_s=reading.window_s,
        host=reading.host,
        provider=_masked(reading.provider) or track.alert.provider,
        playbook=reading.playbook or _playbook_key(rule, track.alert.labels),
    )


def _target(rule: AlertRule, reading: Reading, status: Status) -> float | None:
    limits = reading.limits if rule.burn else rule.limits or reading.limits
    if limits is None:
        return None
    return limits.crit_at if status is Status.CRITICAL else limits.warn_at


def _playbook_key(rule: AlertRule, labels: Labels) -> str:
    """Fill labels into the alert key of the playbook; a key whose labels are missing is cut before them."""
    key = rule.playbook
    for name, value in labels:
        key = key.replace(f"{{{name}}}", value)
    return key.partition(":{")[0]


def _left(track: Track, rule: AlertRule) -> Iterator[float]:
    """Yield the seconds left of everything that has lasted for a while, over or not."""
    if track.alert.state is not AlertState.RESOLVED:
        yield rule.for_s - track.breach_s
        for lasted, limit in (
            (track.critical_s, rule.for_s),
            (track.clear_s, rule.resolve_for_s),
            (track.calm_s, rule.resolve_for_s),
        ):
            if lasted is not None:
                yield limit - lasted


def _standing(track: Track) -> tuple[AlertState, Severity, int]:
    return track.alert.state, track.alert.severity, track.alert.episode
