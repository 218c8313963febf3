"""Frozen values that cross the borders between modules: lines, events, figures, states.

Times are seconds since the epoch (UTC) as floats; ``None`` means that nobody knows.
Latencies are milliseconds, durations seconds, shares per cent (2.3 means 2.3 %).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

Stage = Literal["STT", "LLM", "TTS"]
STAGES: tuple[Stage, ...] = ("STT", "LLM", "TTS")

Kind = Literal[
    "ttfb",
    "turn",
    "call_opened",
    "call_closed",
    "socket_opened",
    "socket_closed",
    "fallback",
    "recovery",
    "config_warning",
    "error",
    "warning",
    "process_start",
    "process_ready",
    "process_stop",
    "key_present",
]
"""What a log event is. ``process_ready`` (start-up complete) and ``key_present`` (``… configured: True``)
serve the store only and are not printed by ``voxtop events``."""

Level = Literal["debug", "info", "warning", "error", "critical"]


class Status(StrEnum):
    """How a figure stands against its limits; values as in reports."""

    OK = "ok"
    NO_DATA = "no_data"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Order for "the worst of": ok < no data < warning < critical."""
        return _RANK[self]


_RANK = {Status.OK: 0, Status.NO_DATA: 1, Status.WARNING: 2, Status.CRITICAL: 3}


class SourceState(StrEnum):
    """What a source is doing."""

    CONNECTING = "connecting"
    """Not read yet, or history is still being read."""
    LIVE = "live"
    """The last read worked and lines arrived lately."""
    QUIET = "quiet"
    """The last read worked, but no line came for a while: neither good nor bad."""
    STALE = "stale"
    """No read worked for longer than three polls, or silence outlasted ``expect_every``."""
    WAITING = "waiting"
    """The file does not exist yet or was deleted; the path is looked at again and again."""
    FAILED = "failed"
    """It cannot be read; reason and remedy say more."""
    ENDED = "ended"
    """It is over (end of standard input, end of a replay)."""


class LineBlock(NamedTuple):
    """Whole lines from a source, in order, never a single line at a time.

    A block without lines says that the source was read, worked, and had nothing new.
    """

    source: str
    first_line: int
    """1-based number of the first line within the source, counted since reading began."""
    lines: list[bytes]
    """Without the newline; a carriage return or NULs may still be there."""
    size: int
    """Bytes consumed, newlines included."""
    arrived: float | None
    """When it was read; ``None`` for history read at the start (semantics R66: no time is invented)."""
    gap: str = ""
    """Set when lines before this block may be lost: one plain sentence that says why."""


class LogLine(NamedTuple):
    """One record of a log after its wrapping was taken off; may span several physical lines."""

    source: str
    line: int
    """1-based number of the record's first physical line."""
    message: str
    """The innermost message, first line only, without level, time and logger."""
    level: Level | None = None
    """The innermost explicit level."""
    time: float | None = None
    """Event time by the rule of formats §2.5 (zone-less times read in the configured zone)."""
    arrived: float | None = None
    more: str = ""
    """Continuation lines joined with newlines: traceback, dump, the rest of a JSON text."""
    fields: Mapping[str, object] | None = None
    """The innermost JSON object, when the record was one."""
    logger: str = ""


class LogEvent(NamedTuple):
    """What a record means, in the contract's words; a field the line does not carry is empty."""

    kind: Kind
    source: str
    line: int
    time: float | None = None
    arrived: float | None = None
    dialect: str = ""
    level: Level | None = None
    stage: Stage | None = None
    provider: str | None = None
    ms: float | None = None
    trace: str | None = None
    id: str | None = None
    client: str | None = None
    duration_s: float | None = None
    to: str | None = None
    field: str | None = None
    code: str | None = None
    text: str = ""
    """The message (and for errors the last line of its traceback), at most 500 characters."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Warn at or above the first, critical above the second (semantics R1)."""

    warn_at: float
    crit_at: float

    def status(self, value: float | None) -> Status:
        """Judge an unrounded value; no value is no data."""
        if value is None:
            return Status.NO_DATA
        if value > self.crit_at:
            return Status.CRITICAL
        return Status.WARNING if value >= self.warn_at else Status.OK


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every limit and window in force; the defaults are the guide's."""

    ttfb_stt_ms: Limits = Limits(200, 500)
    ttfb_llm_ms: Limits = Limits(1000, 2000)
    ttfb_tts_ms: Limits = Limits(500, 1000)
    turn_ms: Limits = Limits(1500, 3000)
    """Caller stops speaking to first audio; default of the tool, the guide names none."""
    fallback_pct: Limits = Limits(5, 10)
    fallback_spike_per_hour: int = 50
    """Activations of one stage in a rolling hour that count as a spike (semantics R9)."""
    active_calls: Limits = Limits(20, 50)
    error_pct: Limits = Limits(1, 5)
    """The guide gives 1 %; 5 % is the default of the tool (semantics R6)."""
    errors_per_minute: Limits = Limits(1, 5)
    ttfb_window_s: float = 300
    rate_window_s: float = 3600
    errors_window_s: float = 300
    max_call_s: float = 3600
    """A call open for longer is a ghost (semantics R45)."""
    idle_call_s: float = 900
    """A call without any line of its own for this long is a ghost, where the source has per-call lines."""
    short_call_s: float = 3
    short_calls_warn: int = 3
    """Short calls in 15 minutes that warn (semantics R55)."""
    min_calls: int = 10
    """Below this many calls a rate never turns critical (semantics R27)."""
    min_p95: int = 20
    min_p99: int = 100

    def ttfb_ms(self, stage: Stage) -> Limits:
        """Return the limits of a stage."""
        return {"STT": self.ttfb_stt_ms, "LLM": self.ttfb_llm_ms, "TTS": self.ttfb_tts_ms}[stage]


@dataclass(frozen=True, slots=True, eq=False)
class Playbook:
    """What an error or a breached figure usually means and what to do, in both languages."""

    id: str
    severity: Literal["info", "warning", "critical"]
    title: Mapping[str, str]
    """By language code."""
    cause: Mapping[str, str]
    steps: Mapping[str, tuple[str, ...]]
    commands: tuple[str, ...] = ()
    """To copy, never run."""
    link: str = ""


class Hints(Protocol):
    """Finds the playbook for what went wrong."""

    def for_event(self, event: LogEvent) -> Playbook | None:
        """Return the first playbook that matches an error, warning, fallback or config warning."""

    def for_kpi(self, key: str) -> Playbook | None:
        """Return the playbook of an alert key such as ``kpi:ttfb:TTS`` (formats §5)."""


@dataclass(frozen=True, slots=True)
class MissingKey:
    """A configuration field that the running generation said is not set."""

    field: str
    first_at: float | None
    last_at: float | None
    lines: int
    source: str
    playbook: Playbook | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class StageFallback:
    """Panel 2, one stage: activations against calls opened in the same window (semantics R26–R28)."""

    stage: Stage
    status: Status = Status.NO_DATA
    activations: int = 0
    calls: int = 0
    pct: float | None = None
    """Activations per 100 calls; may exceed 100."""
    on_fallback: bool = False
    """The last word was an activation, no recovery since."""
    failing: str | None = None
    """The primary that failed, when known (semantics R32)."""
    to: str | None = None
    last_at: float | None = None
    spike: bool = False
    per_minute: tuple[int | None, ...] = ()
    """Activations in each of the last 60 minutes, oldest first; ``None`` where nothing was observed."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class StageTtfb:
    """Panel 3, one stage."""

    stage: Stage
    limits: Limits
    figures: Percentiles = Percentiles()
    providers: tuple[tuple[str, Percentiles], ...] = ()
    series: tuple[tuple[float, float, float] | None, ...] = ()
    """(P50, P95, P99) of each of the last 60 minutes, oldest first; ``None`` is a gap."""
    last_at: float | None = None


@dataclass(frozen=True, slots=True)
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
    by_client: tuple[tuple[str, int], ...] = ()
    per_minute: tuple[int | None, ...] = ()
    """Highest number of open calls in each of the last 60 minutes, oldest first."""
    anonymous: bool = False
    """Counted from anonymous sockets, because the source never names its calls (semantics R51)."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class TurnFigure:
    """Turn latency, caller stops to first audio: its own series (semantics R16)."""

    limits: Limits = Limits(1500, 3000)
    figures: Percentiles = Percentiles()
    last_at: float | None = None


@dataclass(frozen=True, slots=True)
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
    truncated: int = 0
    nul_bytes: int = 0
    dropped: int = 0
    lag_bytes: int = 0
    lines_per_s: float = 0.0
    last_read_at: float | None = None
    """Last attempt to read that worked."""
    last_line_at: float | None = None
    """Arrival of the newest line; for history its event time."""
    progress: float | None = None
    """0…1 while history is read, else ``None``."""
    binary: bool = False

    @property
    def understood(self) -> float | None:
        """Per cent of the lines that some dialect knows; ``None`` before the first line."""
        return None if not self.lines else 100.0 * (self.lines - self.unrecognised) / self.lines


Freshness = Literal["none", "live", "stale"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, worst first in the verdict."""

    kpi: str
    """One of config, fallback, fallback_spike, all_failed, ttfb, turn, calls, errors, errors_per_minute,
    short_calls, restarts, source."""
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strip: one word, since when, and why."""

    status: Status = Status.NO_DATA
    since: float | None = None
    findings: tuple[Finding, ...] = ()
    freshness: Freshness = "none"
    """``live`` when at least one source was read lately and gave lines lately."""
    sources_live: int = 0
    sources_total: int = 0
    lag_s: float | None = None
    """Now minus the newest line of all sources."""
    affected_calls: int | None = None


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
    errors: ErrorsFigure = ErrorsFigure()
    recent: tuple[ErrorGroup, ...] = ()
    sources: tuple[SourceStatus, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    notice: str = ""
    """What is being simulated or replayed, if anything."""


EMPTY_SNAPSHOT = Snapshot()
"""Before anything was read: no data anywhere."""
