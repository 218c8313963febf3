"""Everything at one moment, and the verdict over it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui.engine.frozen import frozen
from tui.engine.model._board import NO_BOARD, AlertBoard
from tui.engine.model._figures import (
    CallsFigure,
    ConfigHealth,
    ErrorGroup,
    ErrorsFigure,
    SilenceFigure,
    SourceStatus,
    StageFallback,
    StageTtfb,
    TurnFigure,
)
from tui.engine.model._limits import Thresholds
from tui.engine.model._playbook import Playbook
from tui.engine.model._words import Stage, Status

if TYPE_CHECKING:
    from tui.engine.model._blame import Blame

Freshness = Literal["none", "live", "stale"]


@frozen
class Finding:
    """One thing that is wrong, worst first in the verdict."""

    kpi: str
    """One of config, fallback, fallback_spike, all_failed, ttfb, turn, calls, errors, errors_per_minute,
    short_calls, restarts, silence, source."""
    status: Status
    value: float | None = None
    limit: float | None = None
    stage: Stage | None = None
    provider: str | None = None
    n: int = 0
    window_s: float | None = None
    detail: str = ""
    """Outside text (a field, a source name): pass it through ``safe_text``."""
    playbook: Playbook | None = None


@frozen
class Verdict:
    """The strip: one word, since when, and why."""

    status: Status = Status.NO_DATA
    since: float | None = None
    findings: tuple[Finding, ...] = ()
    freshness: Freshness = "none"
    """``live`` when at least one source was read lately and gave lines lately."""
    sources_live: int = 0
    sources_total: int = 0
    newest_at: float | None = None
    """When the newest line of all sources came."""
    affected_calls: int | None = None
    sources_down: int = 0
    """Sources that count in the figures and cannot be read now."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything a screen or an export may show, at one moment.

    A slice that did not change is the same object as in the snapshot before, and so is the whole
    snapshot of an idle store: compare with ``is``.
    """

    at: float = 0.0
    """When the figures were taken."""
    version: int = 0
    verdict: Verdict = Verdict()
    config: ConfigHealth = ConfigHealth()
    fallback: tuple[StageFallback, ...] = ()
    ttfb: tuple[StageTtfb, ...] = ()
    turn: TurnFigure = TurnFigure()
    calls: CallsFigure = CallsFigure()
    silence: SilenceFigure = SilenceFigure()
    errors: ErrorsFigure = ErrorsFigure()
    recent: tuple[ErrorGroup, ...] = ()
    sources: tuple[SourceStatus, ...] = ()
    blame: "tuple[Blame, ...]" = ()
    """What changed, for the worst findings of which that is known, in their order."""
    alerts: AlertBoard = NO_BOARD
    thresholds: Thresholds = field(default_factory=Thresholds)
    notice: str = ""
    """What is being simulated or replayed, if anything."""
    scope: str = ""
    """The source or host that the figures are about; empty where they are about all. Outside text."""
    frozen_since: float | None = None
    """Since when nothing reaches the figures although it should; None in the good case."""


@frozen
class Scope:
    """Which sources the figures are about."""

    label: str
    """What a user calls it: a source's name or a host; outside text."""
    names: frozenset[str]
    """The sources in it."""


EMPTY_SNAPSHOT = Snapshot()
"""Before anything was read: no data anywhere."""
