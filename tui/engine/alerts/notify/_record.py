"""A notification as JSON, schema ``voxtop.alert/1``: for webhooks and commands."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tui.engine.alerts.notify._wording import Wording, clean
from tui.engine.model import Notification

SCHEMA = "voxtop.alert/1"


def record(about: Notification, wording: Wording) -> Mapping[str, object]:
    """Return everything a program may want to know; texts are as clean as in a message."""
    message = wording.message(about)
    return {
        "schema": SCHEMA,
        "key": about.key,
        "alert_key": about.alert_key,
        "occasion": about.occasion,
        "rule": about.rule,
        "severity": about.severity,
        "subject": message.subject,
        "summary": clean(about.summary),
        "at": _stamp(about.at),
        "since": _stamp(about.since),
        "labels": {name: clean(value) for name, value in about.labels},
        "value": about.value,
        "target": about.target,
        "unit": about.unit,
        "n": about.n,
        "window_s": about.window_s,
        "environment": wording.service.environment,
        "service": wording.service.name,
        "server": clean(wording.server(about)),
        "sources": list(map(clean, about.sources)),
        "impact": message.impact,
        "playbook": about.playbook,
        "actions": list(message.actions),
        "evidence": list(message.evidence),
        "also": list(message.also),
        "suppressed": about.suppressed,
        "episode": about.episode,
        "dashboard": message.link,
    }


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
