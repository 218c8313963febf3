"""An alert as it stands, a silence, and the message about either that goes to a channel."""

from dataclasses import dataclass
from typing import Literal

from tui.engine.model._board import AlertState
from tui.engine.model._words import Severity

Labels = tuple[tuple[str, str], ...]
"""Names and values in the order of the names; what tells the alerts of one rule apart."""

Occasion = Literal["fired", "worse", "repeat", "acknowledged", "resolved", "test"]
"""Why somebody is told."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule broken for one set of labels."""

    id: str
    """Short and the same for ever: it names rule and labels, not the episode."""
    rule: str
    severity: Severity
    state: AlertState = AlertState.PENDING
    summary: str = ""
    """One sentence with figure, limit and n, in the language of whoever reads the board; safe text."""
    labels: Labels = ()
    """Outside text (a field, a provider, a source): pass it through ``safe_text``."""
    figure: str = ""
    """What the rule looks at: config, fallback, ttfb …"""
    episode: int = 0
    """Tells this occurrence from others of the same alert; it grows."""
    since: float = 0.0
    """When the condition began to hold."""
    fired_at: float | None = None
    resolved_at: float | None = None
    value: float | None = None
    """The newest figure; while resolved, the worst of the episode."""
    target: float | None = None
    """The limit it is over."""
    unit: str = ""
    n: int = 0
    window_s: float | None = None
    host: str = ""
    provider: str = ""
    """Who is behind it, where the figures tell."""
    playbook: str = ""
    """Alert key (``kpi:ttfb:TTS``) or id of the playbook, empty if none is known."""
    acked_by: str = ""
    acked_at: float | None = None
    muted_by: str = ""
    """Why nobody is told: a silence's id, or the rule of the alert that explains this one."""
    sent: int = 0
    """Messages that reached a channel in this episode."""
    dead: int = 0
    """Messages of this episode that were given up."""

    @property
    def acknowledged(self) -> bool:
        """Tell whether somebody has taken it on."""
        return self.acked_at is not None


@dataclass(frozen=True, slots=True)
class Silence:
    """Mutes the alerts that match, for a time."""

    id: str
    match: str
    """What the user typed: ``rule=ttfb,stage=TTS``, values may be patterns (``source=~web.*``)."""
    until: float
    comment: str
    author: str = ""
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Notification:
    """What a channel sends: one alert, and a word on the others that travel with it.

    Texts are in the user's language, masked (``redact``) and free of controls (``safe_text``).
    """

    key: str
    """Idempotency key: the same for every attempt, and for nothing else."""
    alert_key: str
    """The same for every message of one episode, so that a receiver can close what it opened."""
    occasion: Occasion
    rule: str
    severity: Severity
    summary: str
    """One sentence with figure, limit and n."""
    at: float
    """When the state changed."""
    since: float
    figure: str = ""
    """What the rule looks at: config, fallback, ttfb …"""
    labels: Labels = ()
    value: float | None = None
    target: float | None = None
    unit: str = ""
    n: int = 0
    window_s: float | None = None
    provider: str = ""
    """Who is behind it, where the figures tell."""
    sources: tuple[str, ...] = ()
    host: str = ""
    """Where the log is read; the name of this machine when that is here."""
    playbook: str = ""
    """Id of the playbook, empty if none is known."""
    evidence: tuple[str, ...] = ()
    """What was counted, in whose words; at most a few lines."""
    also: tuple[str, ...] = ()
    """Summaries of others told by this one message; at most a few."""
    also_keys: tuple[str, ...] = ()
    """``alert_key`` of all others told by it, for a receiver that keeps one incident for each."""
    suppressed: int = 0
    """Messages that this one stands for beside its own: grouped, overtaken or held back."""
    dashboard: str = ""
    """Address to look at, from the configuration."""
    episode: int = 0

    def label(self, name: str) -> str:
        """Return the value of a label, empty if there is none."""
        return dict(self.labels).get(name, "")


NoteKind = Literal["firing", "resolved", "acknowledged", "silenced", "unsilenced"]


@dataclass(frozen=True, slots=True)
class AlertNote:
    """Something that became of an alert, or that somebody said."""

    at: float
    what: NoteKind
    summary: str
    """One sentence in the user's language; of a silence what it matches and why: outside text."""
    alert: Alert | None = None
    """As it stood; None for a silence."""
    author: str = ""
    """Who said it; empty where nobody did."""
