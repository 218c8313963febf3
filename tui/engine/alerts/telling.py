"""Whether people are to be told of an alert now, and the message if so."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from tui.engine.alerts.machine import Track
from tui.engine.alerts.wording import describe
from tui.engine.blame_sentence import blame_sentence
from tui.engine.evidence import reasons
from tui.engine.model import Alert, AlertState, Blame, ErrorGroup, Notification, Occasion, Playbook, Snapshot
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import t

EVIDENCE_LINES = 3
EVIDENCE_LENGTH = 300


PlaybookOf = Callable[[str], Playbook | None]
"""Finds a playbook by alert key or id."""


def occasion(track: Track, *, again: bool) -> Occasion | None:
    """Return why people are to be told of an alert now, None if they need not be.

    Whoever was told that an alert fires is told when it is over; an acknowledged one is not told ``again``
    though it is time, but told when it gets worse.
    """
    alert = track.alert
    if alert.state is AlertState.RESOLVED:
        return "resolved" if track.told else None
    if alert.state is not AlertState.FIRING:
        return None
    if not track.told:
        return "fired"
    if alert.severity == "critical" and track.told == "warning":
        return "worse"
    if alert.acknowledged:
        return None if track.ack_told else "acknowledged"
    return "repeat" if again else None


def alert_key(alert: Alert) -> str:
    """Return what all messages of one episode share."""
    return f"voxtop-{alert.id}-{alert.episode}"


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes the messages."""

    playbook: PlaybookOf = lambda _: None
    zone: tzinfo | None = None
    """Of the times in messages; None is the zone of this machine."""

    def message(self, track: Track, why: Occasion, snapshot: Snapshot, now: float) -> Notification:
        """Return what people are told, masked and safe."""
        alert = track.alert
        found = self.playbook(alert.playbook) if alert.playbook else None
        return Notification(
            key=f"{alert_key(alert)}-{track.sequence}",
            alert_key=alert_key(alert),
            occasion=why,
            rule=alert.rule,
            figure=alert.figure,
            severity=alert.severity,
            summary=redact(describe(alert)),
            at=now,
            since=alert.since,
            labels=tuple((name, _clean(value)) for name, value in alert.labels),
            value=alert.value,
            target=alert.target,
            unit=alert.unit,
            n=alert.n,
            window_s=alert.window_s,
            provider=_clean(alert.provider),
            sources=tuple(_clean(one.name) for one in snapshot.sources),
            host=_clean(_host(alert, snapshot)),
            playbook=found.id if found else "",
            evidence=evidence(alert, snapshot, self.zone),
            episode=alert.episode,
        )


def _host(alert: Alert, snapshot: Snapshot) -> str:
    """Return where it happens: where the alert's source is read, else where all of them are."""
    here = socket.gethostname()
    return alert.host or ", ".join(dict.fromkeys(one.host or here for one in snapshot.sources)) or here


def _clean(text: str) -> str:
    return safe_text(redact(text), 200)


def evidence(alert: Alert, snapshot: Snapshot, zone: tzinfo | None = None) -> tuple[str, ...]:
    """Return what changed and what was counted about the same thing lately, in the log's words, masked and safe."""
    labels = dict(alert.labels)
    changed = [blame_sentence(one, zone) for one in snapshot.blame if _changed(one, alert, labels)]
    found = [group for group in snapshot.recent if _about(group, alert, labels)]
    said = (*changed, *reasons(snapshot, found[:EVIDENCE_LINES], zone))
    return tuple(safe_text(redact(line), EVIDENCE_LENGTH) for line in said)


def _changed(blame: Blame, alert: Alert, labels: Mapping[str, str]) -> bool:
    """Tell whether a change is one of the figure that an alert is about."""
    return blame.kpi == alert.figure and labels.get("stage", blame.stage) == blame.stage


_KINDS: Mapping[str, frozenset[str]] = {
    "config": frozenset({"config_warning"}),
    "fallback": frozenset({"fallback", "warning", "error"}),
    "fallback_spike": frozenset({"fallback", "warning", "error"}),
}
_FAILURES = frozenset({"error", "warning"})


def _about(group: ErrorGroup, alert: Alert, labels: Mapping[str, str]) -> bool:
    """Tell whether a row of the recent errors may explain an alert."""
    if group.last_at is None or group.last_at < alert.since - 3600:
        return False
    if group.kind not in _KINDS.get(alert.figure, _FAILURES):
        return False
    wanted = (("stage", group.stage), ("provider", group.provider), ("source", group.source))
    named = labels.get("field", "") in group.text
    return named and all(name not in labels or labels[name] == value for name, value in wanted)


def sample(now: float) -> Notification:
    """Return a message that tries a channel and says so."""
    return Notification(
        key=f"voxtop-test-{int(now)}",
        alert_key="voxtop-test",
        occasion="test",
        rule="test",
        severity="warning",
        summary=t("alerts.test_summary"),
        at=now,
        since=now,
        host=socket.gethostname(),
    )
