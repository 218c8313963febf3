"""Limits and windows in force."""

from tui.engine.frozen import frozen
from tui.engine.model._words import Stage, Status


@frozen
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


@frozen
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
    silence_after_s: float = 6
    """An answer that takes longer is silence to the caller; a default of the tool."""
    silent_callers: Limits = Limits(1, 2)
    """Callers who hear silence now; a default of the tool."""
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


@frozen
class Retention:
    """How long what is kept on disk."""

    events_s: float = 86_400
    minutes_s: float = 30 * 86_400
    hours_s: float = 365 * 86_400
    max_bytes: int = 500_000_000
    """Size of the state file; beyond it the oldest events go first, then the oldest minutes."""
