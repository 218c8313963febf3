"""What a user says about notifications: what goes to which channel and when, and what the service is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tui.engine.frozen import frozen
from tui.engine.model._words import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOptions:
    """The part of ``[notify.NAME]`` that every kind of channel understands."""

    kind: str = ""
    """How it is sent: the name of a module in ``tui/engine/alerts/notify``."""
    severities: tuple[Severity, ...] = ("warning", "critical")
    """Which alerts go out."""
    match: Mapping[str, str] = field(default_factory=dict)
    """Label, or ``rule``, to a shell pattern: only alerts that fit all of them go out."""
    resolved: bool = True
    """Tell when an alert is over."""
    repeat: str = "30m"
    """An alert that nobody acknowledged is told again after this long; empty is never (semantics R77)."""
    quiet_hours: str = ""
    """Local time of day in which only critical alerts go out, such as ``22:00-07:00``."""
    per_hour: int = 30
    """Messages within an hour; what is beyond is counted, and the count told in the next message."""


@frozen
class ServiceOptions:
    """What messages call the thing that is watched."""

    name: str = "Voice Orchestrator"
    """At the end of the subject."""
    environment: str = "PROD"
    """In brackets at the beginning of the subject."""
    server: str = ""
    """Where it runs; empty is the host that the log is read from."""
    dashboard: str = ""
    """Address of a page that a message links to."""


Desktop = Literal["off", "osc9", "osc777", "notify-send"]
"""How a notification gets onto the desktop: by an escape sequence of the terminal, or by a program."""


@frozen
class Calling:
    """How a monitor calls somebody who looks at another window."""

    bell: bool = True
    desktop: Desktop = "off"
