"""What is wrong: every figure at or over its limit as a finding."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui.engine.metrics.concurrency import SHORT_WINDOW_S
from tui.engine.metrics.fallbacks import SPIKE_WINDOW_S
from tui.engine.model import (
    CallsFigure,
    ConfigHealth,
    ErrorsFigure,
    Finding,
    Limits,
    Percentiles,
    Playbook,
    SilenceFigure,
    Stage,
    StageFallback,
    StageTtfb,
    Status,
    Thresholds,
    TurnFigure,
)

RESTARTS_WINDOW_S = 900.0
RESTARTS_WARN = 3
RESTARTS_CRITICAL = 5
"""Starts of one source within 15 minutes; a deployment is one, its correction another.
A default of the tool."""

PlaybookOf = Callable[[str], Playbook | None]
"""Finds the playbook of an alert key (formats §5)."""

KPIS = (
    "config",
    "silence",
    "all_failed",
    "restarts",
    "errors_per_minute",
    "errors",
    "ttfb",
    "fallback",
    "fallback_spike",
    "turn",
    "calls",
    "short_calls",
    "source",
)
"""Every kind of finding; of two equally bad ones the earlier is told first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The slices a verdict is built from."""

    config: ConfigHealth
    fallback: tuple[StageFallback, ...]
    ttfb: tuple[StageTtfb, ...]
    turn: TurnFigure
    calls: CallsFigure
    silence: SilenceFigure
    errors: ErrorsFigure
    all_failed: Sequence[tuple[Stage | None, int]] = ()
    restarts: int = 0
    """Starts of the busiest source within 15 minutes."""


def _limit(limits: Limits, status: Status) -> float:
    return limits.crit_at if status is Status.CRITICAL else limits.warn_at


def findings(figures: Figures, thresholds: Thresholds, playbook: PlaybookOf) -> list[Finding]:
    """Return what is at or over its limit, in no order."""
    found: Iterable[Finding] = (
        *_config(figures.config),
        *_processes(figures, thresholds, playbook),
        *_errors(figures.errors, thresholds, playbook),
        *(one for row in figures.ttfb for one in _ttfb(row, thresholds, playbook)),
        *(one for row in figures.fallback for one in _fallback(row, thresholds, playbook)),
        *_turn(figures.turn, thresholds, playbook),
        *_calls(figures.calls, thresholds, playbook),
        *_silence(figures.silence, thresholds, playbook),
    )
    return [one for one in found if one.status.rank >= Status.WARNING.rank]


def _config(config: ConfigHealth) -> Iterator[Finding]:
    for key in config.missing:
        yield Finding("config", Status.CRITICAL, 1, 0, n=key.lines, detail=key.field, playbook=key.playbook)


def _processes(figures: Figures, thresholds: Thresholds, playbook: PlaybookOf) -> Iterator[Finding]:
    for stage, count in figures.all_failed:
        yield Finding(
            "all_failed",
            Status.CRITICAL,
            count,
            0,
            stage,
            n=count,
            window_s=thresholds.errors_window_s,
            playbook=playbook("kpi:all_failed"),
        )
    if figures.restarts >= RESTARTS_WARN:
        status = Status.CRITICAL if figures.restarts >= RESTARTS_CRITICAL else Status.WARNING
        limit = RESTARTS_CRITICAL if status is Status.CRITICAL else RESTARTS_WARN
        yield Finding(
            "restarts",
            status,
            figures.restarts,
            limit,
            n=figures.restarts,
            window_s=RESTARTS_WINDOW_S,
            playbook=playbook("kpi:restarts"),
        )


def _errors(errors: ErrorsFigure, thresholds: Thresholds, playbook: PlaybookOf) -> Iterator[Finding]:
    yield Finding(
        "errors",
        errors.pct_status,
        errors.pct,
        _limit(errors.pct_limits, errors.pct_status),
        n=errors.calls,
        window_s=thresholds.rate_window_s,
        playbook=playbook("kpi:error_rate"),
    )
    yield Finding(
        "errors_per_minute",
        errors.rate_status,
        errors.rate,
        _limit(errors.rate_limits, errors.rate_status),
        n=errors.count,
        window_s=thresholds.errors_window_s,
        playbook=playbook("kpi:errors_per_minute"),
    )


def _ttfb(row: StageTtfb, thresholds: Thresholds, playbook: PlaybookOf) -> Iterator[Finding]:
    yield Finding(
        "ttfb",
        row.figures.status,
        row.figures.p95,
        _limit(row.limits, row.figures.status),
        row.stage,
        _slowest(row.providers),
        n=row.figures.n,
        window_s=thresholds.ttfb_window_s,
        playbook=playbook(f"kpi:ttfb:{row.stage}"),
    )


def _slowest(providers: Sequence[tuple[str, Percentiles]]) -> str | None:
    """Return the provider with the worst judged P95, else the worst of those with too few samples."""
    worst = max(
        providers, key=lambda pair: (pair[1].status is not Status.NO_DATA, pair[1].p95 or 0.0), default=("", None)
    )
    return worst[0] or None


def _fallback(row: StageFallback, thresholds: Thresholds, playbook: PlaybookOf) -> Iterator[Finding]:
    by_rate = row.pct is None or row.pct >= thresholds.fallback_pct.warn_at
    if by_rate:
        yield Finding(
            "fallback",
            row.status,
            row.pct,
            _limit(thresholds.fallback_pct, row.status),
            row.stage,
            row.failing,
            n=row.calls,
            window_s=thresholds.rate_window_s,
            playbook=playbook(f"kpi:fallback_rate:{row.stage}"),
        )
    if row.spike:
        yield Finding(
            "fallback_spike",
            Status.WARNING,
            row.activations,
            thresholds.fallback_spike_per_hour,
            row.stage,
            row.failing,
            n=row.calls,
            window_s=SPIKE_WINDOW_S,
            playbook=playbook(f"kpi:fallback_spike:{row.stage}"),
        )


def _turn(turn: TurnFigure, thresholds: Thresholds, playbook: PlaybookOf) -> Iterator[Finding]:
    yield Finding(
        "turn",
        turn.figures.status,
        turn.figures.p95,
        _limit(turn.limits, turn.figures.status),
        n=turn.figures.n,
        window_s=thresholds.ttfb_window_s,
        playbook=playbook("kpi:turn"),
    )


def _silence(silence: SilenceFigure, thresholds: Thresholds, playbook: PlaybookOf) -> Iterator[Finding]:
    yield Finding(
        "silence",
        silence.status,
        silence.callers,
        _limit(silence.limits, silence.status),
        silence.stage,
        silence.provider,
        n=silence.answered,
        window_s=thresholds.rate_window_s,
        playbook=playbook("kpi:silence"),
    )


def _calls(calls: CallsFigure, thresholds: Thresholds, playbook: PlaybookOf) -> Iterator[Finding]:
    status = calls.limits.status(calls.active)
    yield Finding(
        "calls",
        status,
        calls.active,
        _limit(calls.limits, status),
        n=calls.opened,
        window_s=thresholds.rate_window_s,
        playbook=playbook("kpi:concurrency"),
    )
    if calls.short_recent >= thresholds.short_calls_warn:
        yield Finding(
            "short_calls",
            Status.WARNING,
            calls.short_recent,
            thresholds.short_calls_warn,
            n=calls.short_recent,
            window_s=SHORT_WINDOW_S,
            playbook=playbook("kpi:short_calls"),
        )
