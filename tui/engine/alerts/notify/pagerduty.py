"""PagerDuty, Events API v2: one incident per episode, opened, acknowledged and closed by its key."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tui.engine.alerts.notify._network import WebOptions, WebTarget
from tui.engine.alerts.notify._posting import Poster, needed_secret
from tui.engine.alerts.notify._record import record
from tui.engine.alerts.notify._required import required
from tui.engine.alerts.notify._wording import Wording
from tui.engine.model import Notification, Occasion
from tui.engine.secret import Secret
from tui.engine.text import t

SUMMARY_LENGTH = 1024
KEY_LENGTH = 255

Action = Literal["trigger", "acknowledge", "resolve"]

ACTIONS: Mapping[Occasion, Action] = {
    "fired": "trigger",
    "worse": "trigger",
    "repeat": "trigger",
    "acknowledged": "acknowledge",
    "resolved": "resolve",
    "test": "trigger",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(WebOptions):
    """``kind = "pagerduty"``."""

    key_env: str = ""
    """Variable that holds the integration (routing) key."""
    key_file: str = ""
    """File that holds it, for this user alone."""
    url: str = "https://events.pagerduty.com/v2/enqueue"
    """Where events go; accounts in the EU use ``https://events.eu.pagerduty.com/v2/enqueue``."""


def shape(about: Notification, wording: Wording, routing_key: str) -> Mapping[str, object]:
    """Return one event; acknowledging and resolving need no more than the incident's key."""
    found: dict[str, object] = {
        "routing_key": routing_key,
        "event_action": ACTIONS[about.occasion],
        "dedup_key": about.alert_key[:KEY_LENGTH],
    }
    if ACTIONS[about.occasion] != "trigger":
        return found
    message = wording.message(about)
    details = record(about, wording)
    found["payload"] = {
        "summary": message.subject[:SUMMARY_LENGTH],
        "source": details["server"] or "voxtop",
        "severity": "info" if about.occasion == "test" else about.severity,
        "timestamp": details["at"],
        "component": wording.service.name,
        "group": wording.service.environment,
        "class": about.rule,
        "custom_details": details,
    }
    if message.link:
        found["links"] = [{"href": message.link, "text": t("notify.dashboard")}]
    return found


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """One service's events."""

    name: str
    events: Poster

    async def send(self, message: Notification) -> None:
        """Send one event; a test closes what it opened. Raises DeliveryError."""
        await self.events.send(message)
        if message.occasion == "test":
            await self.events.send(replace(message, occasion="resolved", key=f"{message.key}-over"))


def open_channel(name: str, options: Options, wording: Wording) -> PagerDuty:
    """Return the channel; raises ConfigError."""
    required(name, url=options.url)
    key = needed_secret(f"notify.{name}.key", env=options.key_env, file=options.key_file)
    target = WebTarget(f"notify.{name}", Secret(options.url), options)
    events = Poster(name, target, lambda about: shape(about, wording, key.reveal()), in_body=key)
    return PagerDuty(name, events)
