"""The slices of a snapshot, one per panel."""

from typing import Literal

from tui.engine.frozen import frozen
from tui.engine.model._limits import Limits
from tui.engine.model._playbook import Playbook
from tui.engine.model._words import SourceState, Stage, Status


@frozen
class MissingKey:
    """A configuration field that the running generation said is not set."""

    field: str
    first_at: float | None
    last_at: float | None
    lines: int
    source: str
    playbook: Playbook | None = None


@frozen
class ConfigHealth:
    """Panel 1. Green only if a start was seen and nothing is missing (semantics R82)."""

    status: Status = Status.NO_DATA
    missing: tuple[MissingKey, ...] = ()
    start_seen: bool = False
    started_at: float | None = None
    """Start of the newest generation."""
    generations: int = 0
    resolved: tuple[str, ...] = ()
    """Fields that an earlier generation missed and the present one has."""
    last_warning_at: float | None = None


@frozen
class StageFallback:
    """Panel 2, one stage: activations against calls opened in the same window (semantics R26–R28)."""

    stage: Stage
    status: Status = Status.NO_DATA
    activations: int = 0
    calls: int = 0
    pct: float | None = None
    """Activations per 100 calls; may exceed 100."""
    affected: int | None = None
    """Calls with an activation, when at least 80 % of the activations name their call; then the state is theirs."""
    on_fallback: bool = False
    """The last word was an activation, no recovery since."""
    failing: str | None = None
    """The primary that failed, when known (semantics R32)."""
    to: str | None = None
    last_at: float | None = None
    spike: bool = False
    per_minute: tuple[int | None, ...] = ()
    """Activations in each of the last 60 minutes, oldest first; ``None`` where nothing was observed."""


@frozen
class Percentiles:
    """Nearest-rank percentiles in ms, at most 1 % off; ``None`` without samples."""

    n: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    mean: float | None = None
    max: float | None = None
    status: Status = Status.NO_DATA
    widened: bool = False
    """Fewer than 20 in the window: the last 20 of the hour were taken instead (semantics R14)."""
    estimated: bool = False
    """Read between the bounds of a histogram; above its last bound a percentile is infinite (semantics R21)."""


@frozen
class StageTtfb:
    """Panel 3, one stage."""

    stage: Stage
    limits: Limits
    figures: Percentiles = Percentiles()
    providers: tuple[tuple[str, Percentiles], ...] = ()
    series: tuple[tuple[float, float, float] | None, ...] = ()
    """(P50, P95, P99) of each of the last 60 minutes, oldest first; ``None`` is a gap."""
    last_at: float | None = None
    total: bool = False
    """These are whole requests, not first bytes, and so judged by nothing (semantics R20)."""
    per_minute: tuple[int | None, ...] = ()
    """How many samples each point of ``series`` stands on."""


@frozen
class CallsFigure:
    """Panel 4: calls as a set of open ids (semantics R44–R56)."""

    status: Status = Status.NO_DATA
    limits: Limits = Limits(20, 50)
    active: int | None = None
    lower_bound: bool = True
    """Attached in the middle: there may be more (semantics R47)."""
    peak: int = 0
    opened: int = 0
    """Within the rate window; so are closed, lost, short and by_client."""
    closed: int = 0
    lost: int = 0
    ghosts: int = 0
    short: int = 0
    short_recent: int = 0
    """Within the last 15 minutes."""
    short_last_at: float | None = None
    """When the newest of all short calls ended."""
    by_client: tuple[tuple[str, int], ...] = ()
    per_minute: tuple[int | None, ...] = ()
    """Highest number of open calls in each of the last 60 minutes, oldest first."""
    anonymous: bool = False
    """Counted from anonymous sockets, because the source never names its calls (semantics R51)."""


@frozen
class ProviderFailures:
    """How often a provider failed within the errors window, as error or as warning."""

    stage: Stage | None
    provider: str
    failures: int
    last_at: float | None


@frozen
class SilenceFigure:
    """Callers for whom an answer is due and no first byte of speech has come."""

    status: Status = Status.NO_DATA
    limits: Limits = Limits(1, 2)
    callers: int = 0
    """Now."""
    since: float | None = None
    """When the longest silence began."""
    stage: Stage | None = None
    """The last stage that was heard of in it: what follows is missing."""
    provider: str | None = None
    answered: int = 0
    """Turns answered within the rate window."""
    impact_s: int = 0
    """Seconds that callers heard nothing beyond what is allowed, within the rate window; told when a turn is over."""
    at_least: bool = False
    """Some source names no traces: there may be more callers."""


@frozen
class ErrorsFigure:
    """Panel 5: two KPIs, errors per minute and per cent of calls (semantics R7)."""

    status: Status = Status.NO_DATA
    count: int = 0
    """In the rate window."""
    calls: int = 0
    pct: float | None = None
    pct_status: Status = Status.NO_DATA
    pct_limits: Limits = Limits(1, 5)
    affected: int | None = None
    """Calls with at least one error, when at least 80 % of the errors name their call (semantics R42)."""
    rate: float | None = None
    """Mean errors per minute over the last 5 complete minutes."""
    rate_status: Status = Status.NO_DATA
    rate_limits: Limits = Limits(1, 5)
    per_minute: tuple[int | None, ...] = ()
    warnings: int = 0
    providers: tuple[ProviderFailures, ...] = ()


@frozen
class ErrorGroup:
    """Panel 6, one row: equal errors collapsed."""

    key: str
    kind: Literal["error", "warning", "fallback", "config_warning"]
    stage: Stage | None
    provider: str | None
    code: str | None
    text: str
    """As the log has it: pass it through ``safe_text`` before showing it."""
    count: int
    first_at: float | None
    last_at: float | None
    source: str
    playbook: Playbook | None = None
    call: str | None = None
    """Id of the call that the newest line names, outside text."""


@frozen
class TurnFigure:
    """Turn latency, caller stops to first audio: its own series (semantics R16)."""

    limits: Limits = Limits(1500, 3000)
    figures: Percentiles = Percentiles()
    last_at: float | None = None


@frozen
class SourceStatus:
    """Panel 7, one row: how a source is being read."""

    name: str
    kind: str
    state: SourceState = SourceState.CONNECTING
    reason: str = ""
    """Why it is in this state, a sentence in the user's language; may quote outside text (``safe_text``)."""
    remedy: str = ""
    lines: int = 0
    bytes: int = 0
    events: int = 0
    unrecognised: int = 0
    gaps: int = 0
    gap_at: float | None = None
    """When the newest gap was noticed."""
    gap_reason: str = ""
    """Why lines may be missing there, a sentence."""
    truncated: int = 0
    nul_bytes: int = 0
    dropped: int = 0
    late: int = 0
    """Events more than 30 s older than one that came before them (semantics R67)."""
    clamped: int = 0
    """Lines whose time lay more than five minutes ahead: their arrival counted instead (semantics R67)."""
    lag_bytes: int = 0
    lag_s: float | None = None
    """How old the newest line read so far is, while there is more to read; 0 when there is not."""
    skew_s: float | None = None
    """How far the clock that stamps the lines is ahead of this machine's; None while nobody knows."""
    lines_per_s: float = 0.0
    retry_at: float | None = None
    """When reading is tried again; infinity if only on demand, None if nothing is waited for."""
    last_read_at: float | None = None
    """Last attempt to read that worked."""
    last_line_at: float | None = None
    """Arrival of the newest line; for history its event time."""
    progress: float | None = None
    """0…1 while history is read, else ``None``."""
    binary: bool = False
    host: str = ""
    """Where it is read; empty for this machine."""

    @property
    def understood(self) -> float | None:
        """Per cent of the lines that some dialect knows; ``None`` before the first line."""
        return None if not self.lines else 100.0 * (self.lines - self.unrecognised) / self.lines
