"""The KPI table: what was reached against what was aimed at (semantics R76)."""

from dataclasses import replace
from typing import Literal

from tui.engine.model import STAGES, Limits, Percentiles, Status, Thresholds
from tui.engine.report import Kpi, Report

KpiName = Literal[
    "config_warnings",
    "fallback_rate",
    "ttfb_p95_stt",
    "ttfb_p95_llm",
    "ttfb_p95_tts",
    "peak_calls",
    "error_rate",
    "errors_per_minute",
    "uptime",
]


def kpis(report: Report, thresholds: Thresholds) -> tuple[Kpi, ...]:
    """Return the KPIs in the order of the contract; a value exactly at its target has not met it."""
    calls, errors, fallback, uptime = report.calls, report.errors, report.fallback, report.uptime
    config = report.config.count if report.has_data else None
    peak = None if calls.status is Status.NO_DATA else calls.peak
    slow = [_latency(report, thresholds, index) for index in range(len(STAGES))]
    ratio = None if uptime.ratio is None else 100 * uptime.ratio
    return (
        Kpi("config_warnings", "0", config, "", report.config.status, sum(one.lines for one in report.config.missing)),
        Kpi(
            "fallback_rate",
            _below(thresholds.fallback_pct, "%"),
            fallback.per_100_calls,
            "%",
            fallback.status,
            calls.counted,
        ),
        *slow,
        Kpi("peak_calls", _below(thresholds.active_calls), peak, "", calls.status, calls.opened),
        Kpi("error_rate", _below(thresholds.error_pct, "%"), errors.rate, "%", errors.rate_status, calls.counted),
        Kpi(
            "errors_per_minute",
            _below(thresholds.errors_per_minute),
            errors.per_minute,
            "/min",
            errors.per_minute_status,
            errors.count,
        ),
        Kpi("uptime", ">99%", ratio, "%", uptime.status),
    )


def _latency(report: Report, thresholds: Thresholds, index: int) -> Kpi:
    stage = STAGES[index]
    found = report.ttfb.get(stage, Percentiles())
    target = _below(thresholds.ttfb_ms(stage), "ms")
    return Kpi(f"ttfb_p95_{stage.lower()}", target, found.p95, "ms", found.status, found.n)


def _below(limits: Limits, unit: str = "") -> str:
    return f"<{limits.warn_at:g}{unit}"


def with_kpis(report: Report, thresholds: Thresholds) -> Report:
    """Return the report with its KPI table."""
    return replace(report, kpis=kpis(report, thresholds))
