"""Frozen values of a report: every figure over a whole period, as the formats print it.

Times are seconds since the epoch, latencies milliseconds, durations seconds, rates per cent. Text
from outside has passed ``safe_text`` and, unless switched off, redaction.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import tzinfo
from typing import Literal

from tui.engine.frozen import frozen
from tui.engine.model import ErrorGroup, Percentiles, Stage, Status


@frozen
class Span:
    """A period asked for; an open end is None."""

    start: float | None = None
    end: float | None = None

    def holds(self, time: float) -> bool:
        """Tell whether a moment lies in it; the end does not."""
        return (self.start is None or time >= self.start) and (self.end is None or time < self.end)


@frozen
class Period:
    """What the log covers of what was asked for (semantics R69, R74)."""

    start: float | None = None
    end: float | None = None
    asked: Span = Span()
    covered_pct: float | None = None
    """Of the period asked for; None where it has no beginning."""
    iso_week: str | None = None
    """``2026-W10`` if everything covered lies in that one week."""
    tz: tzinfo | None = None
    """The zone of weeks and of the times in texts; None is the machine's own."""


@frozen
class InputGap:
    """Where lines of a source may be missing."""

    source: str
    count: int
    """Places of that source."""
    at: float | None
    """When the last of them was noticed."""
    reason: str
    """Why lines may be missing there, a sentence."""


@frozen
class InputTotals:
    """What was read."""

    sources: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Those of the sources that could not be read."""
    untimed: tuple[str, ...] = ()
    """Those whose events carry no times: whether these lie in the period, nobody knows (semantics R66)."""
    lines: int = 0
    bytes: int = 0
    events: int = 0
    unrecognised: int = 0
    bad_samples: int = 0
    gaps: int = 0
    """Places where lines may be missing."""
    gap_list: tuple[InputGap, ...] = ()
    """The last of them in each source that has any."""
    taken: int = 0
    """Events that lie in the period."""


@frozen
class MissingField:
    """A configuration field that some process generation said is not set (semantics R57)."""

    name: str
    generations: int
    lines: int
    resolved: bool
    """The newest generation has it (semantics R61)."""
    last: float | None


@frozen
class ConfigTotals:
    """Config warnings: distinct fields of each generation."""

    missing: tuple[MissingField, ...] = ()
    count: int = 0
    status: Status = Status.NO_DATA
    """Ok only where every orchestrator was seen starting and is up at the end (semantics R82)."""
    present: Status = Status.NO_DATA
    """The same of the processes at the end alone: what an earlier one missed is mended (semantics R61)."""


@frozen
class FallbackTotals:
    """Activations against calls (semantics R25-R28)."""

    activations: int = 0
    per_100_calls: float | None = None
    by_stage: Mapping[Stage, int] = field(default_factory=dict)
    by_target: Mapping[str, int] = field(default_factory=dict)
    status: Status = Status.NO_DATA
    affected: int | None = None
    """Calls with an activation, when at least 80 % of the activations name their call; then the state is theirs."""


@frozen
class CallTotals:
    """Calls (semantics R44-R56)."""

    opened: int = 0
    counted: int = 0
    """Opens that are another call: what rates divide by (semantics R28)."""
    closed: int = 0
    active_at_end: int = 0
    lost: int = 0
    ended_unknown: int = 0
    """Given up because nothing was heard of them any more (semantics R45)."""
    peak: int = 0
    short: int = 0
    by_client: Mapping[str, int] = field(default_factory=dict)
    mean_duration_s: float | None = None
    measured: int = 0
    """Calls whose duration is known."""
    status: Status = Status.NO_DATA
    """Of the peak."""


@frozen
class ErrorTotals:
    """Errors as two rates (semantics R7, R42)."""

    count: int = 0
    per_100_calls: float | None = None
    affected_calls: int | None = None
    """Calls with an error, where at least 80 % of the errors name theirs."""
    rate: float | None = None
    """Per cent of calls: those affected where they are known, else errors."""
    rate_status: Status = Status.NO_DATA
    per_minute: float | None = None
    per_minute_status: Status = Status.NO_DATA
    by_code: Mapping[str, int] = field(default_factory=dict)
    by_stage: Mapping[Stage, int] = field(default_factory=dict)


@frozen
class UptimeTotals:
    """How much of the period a process was up (semantics R73)."""

    ratio: float | None = None
    """From 0 to 1."""
    basis: Literal["markers", "probe"] | None = None
    status: Status = Status.NO_DATA
    probes: int = 0
    """Answers of the health endpoint that it stands on."""


@frozen
class ProviderRow:
    """One provider of one stage."""

    stage: Stage
    provider: str
    ttfb: Percentiles = field(default_factory=Percentiles)
    errors: int = 0


@frozen
class Hour:
    """What happened within one hour."""

    start: float
    calls: int = 0
    errors: int = 0
    fallbacks: int = 0
    p95: Mapping[Stage, float] = field(default_factory=dict)
    """Of stages with enough samples in this hour (semantics R81)."""


@frozen
class Kpi:
    """One line of the KPI table."""

    name: str
    target: str
    actual: float | None
    unit: str
    status: Status
    n: int = 0
    """Calls, samples or events that it stands on."""


@frozen
class Report:
    """Everything a report says."""

    period: Period = Period()
    input: InputTotals = InputTotals()
    config: ConfigTotals = ConfigTotals()
    fallback: FallbackTotals = FallbackTotals()
    ttfb: Mapping[Stage, Percentiles] = field(default_factory=dict)
    """Stages with samples."""
    providers: tuple[ProviderRow, ...] = ()
    turn: Percentiles | None = None
    calls: CallTotals = CallTotals()
    errors: ErrorTotals = ErrorTotals()
    uptime: UptimeTotals = UptimeTotals()
    kpis: tuple[Kpi, ...] = ()
    hours: tuple[Hour, ...] = ()
    """Every hour of the covered period, oldest first."""
    worst: Hour | None = None
    top_errors: tuple[ErrorGroup, ...] = ()
    partial: bool = False
    """Reading was interrupted: the figures are those of what had been read by then."""
    untimed: bool = False
    """The log tells no times: there is nothing about windows, durations and minutes (semantics R66)."""

    @property
    def has_data(self) -> bool:
        """Tell whether anything was understood at all."""
        return self.input.taken > 0
