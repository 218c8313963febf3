"""Snapshots in which one figure is as a test wants it."""

from dataclasses import replace
from typing import Any

from tui.engine.model import (
    EMPTY_SNAPSHOT,
    STAGES,
    CallsFigure,
    ConfigHealth,
    ErrorGroup,
    ErrorsFigure,
    Finding,
    MissingKey,
    Percentiles,
    ProviderFailures,
    SilenceFigure,
    Snapshot,
    SourceState,
    SourceStatus,
    Stage,
    StageFallback,
    StageTtfb,
    Status,
    Thresholds,
    TurnFigure,
    Verdict,
)

NOW = 1_800_000_000.0
LIMITS = Thresholds()
APP = SourceStatus("app", "file", SourceState.LIVE)

CALM = replace(
    EMPTY_SNAPSHOT,
    verdict=Verdict(Status.OK, freshness="live"),
    config=ConfigHealth(Status.OK, start_seen=True),
    fallback=tuple(StageFallback(stage, Status.OK, 0, 100, 0.0) for stage in STAGES),
    ttfb=tuple(StageTtfb(stage, LIMITS.ttfb_ms(stage), Percentiles(100, 90, 100, 110)) for stage in STAGES),
    turn=TurnFigure(figures=Percentiles(100, 800, 900, 1000)),
    calls=CallsFigure(Status.OK, active=3, opened=100),
    errors=ErrorsFigure(
        Status.OK, 0, 100, 0.0, pct_status=Status.OK, rate=0.0, rate_status=Status.OK, per_minute=(0,) * 60
    ),
    sources=(APP,),
)
"""Everything known and everything well."""


def stale(snapshot: Snapshot) -> Snapshot:
    """Return it as it is shown when no source is live any more."""
    return replace(snapshot, verdict=Verdict(Status.NO_DATA, freshness="stale"))


def missing(field: str = "GROQ_API_KEY", at: float = NOW, first_at: float | None = None) -> Snapshot:
    key = MissingKey(field, at if first_at is None else first_at, at, 3, "app")
    return replace(CALM, config=ConfigHealth(Status.CRITICAL, (key,), start_seen=True))


def falling_back(pct: float, stage: Stage = "STT", calls: int = 100, at: float | None = None) -> Snapshot:
    status = LIMITS.fallback_pct.status(pct)
    if calls < LIMITS.min_calls and status is Status.CRITICAL:
        status = Status.WARNING
    row = StageFallback(stage, status, int(pct * calls / 100), calls, pct, failing="Azure", last_at=at)
    return replace(CALM, fallback=tuple(row if one.stage == stage else one for one in CALM.fallback))


def spiking(count: int, stage: Stage = "TTS") -> Snapshot:
    minutes = (0,) * 59 + (count,)
    row = StageFallback(stage, Status.WARNING, count, 2000, count / 20, spike=count >= 50, per_minute=minutes)
    return replace(CALM, fallback=tuple(row if one.stage == stage else one for one in CALM.fallback))


def slow(ms: float, stage: Stage = "TTS", n: int = 100, **more: Any) -> Snapshot:  # noqa: ANN401 - fields of StageTtfb
    row = StageTtfb(stage, LIMITS.ttfb_ms(stage), Percentiles(n, ms / 2, ms, ms), (("Azure", Percentiles(n, 1, ms)),))
    row = replace(row, **more)
    return replace(CALM, ttfb=tuple(row if one.stage == stage else one for one in CALM.ttfb))


def slow_turn(ms: float) -> Snapshot:
    return replace(CALM, turn=TurnFigure(figures=Percentiles(100, ms / 2, ms, ms)))


def busy(active: int) -> Snapshot:
    return replace(CALM, calls=replace(CALM.calls, active=active))


def cut_short(count: int) -> Snapshot:
    return replace(CALM, calls=replace(CALM.calls, short_recent=count, short_last_at=NOW))


def failing(pct: float, calls: int = 100) -> Snapshot:
    status = LIMITS.error_pct.status(pct)
    if calls < LIMITS.min_calls and status is Status.CRITICAL:
        status = Status.WARNING
    return replace(CALM, errors=replace(CALM.errors, pct=pct, calls=calls, pct_status=status, count=5))


def erring(per_minute: float) -> Snapshot:
    status = LIMITS.errors_per_minute.status(per_minute)
    return replace(CALM, errors=replace(CALM.errors, rate=per_minute, rate_status=status, count=9))


def broken(provider: str = "Azure", failures: int = 20, stage: Stage = "STT") -> Snapshot:
    found = ProviderFailures(stage, provider, failures, NOW)
    return replace(CALM, errors=replace(CALM.errors, providers=(found,)))


def found(kpi: str, status: Status, value: float, stage: Stage | None = None) -> Snapshot:
    finding = Finding(kpi, status, value, 0, stage, n=int(value))
    return replace(CALM, verdict=Verdict(status, findings=(finding,), freshness="live"))


def source(state: SourceState, **more: Any) -> Snapshot:  # noqa: ANN401 - fields of SourceStatus
    live = "live" if state is SourceState.LIVE else "stale"
    verdict = Verdict(Status.NO_DATA, freshness=live)  # type: ignore[arg-type] # one of its words
    return replace(CALM, verdict=verdict, sources=(replace(APP, state=state, **more),))


def group(text: str, count: int = 1, at: float = NOW, **more: Any) -> ErrorGroup:  # noqa: ANN401 - fields of ErrorGroup
    values = {"kind": "error", "stage": "STT", "provider": "Azure", "code": "401", **more}
    return ErrorGroup(text, text=text, count=count, first_at=at, last_at=at, source="app", **values)


def silent(callers: int) -> Snapshot:
    status = LIMITS.silent_callers.status(callers)
    return replace(CALM, silence=SilenceFigure(status, callers=callers, since=NOW, stage="LLM", answered=50))
