"""The report as JSON, schema ``voxtop.report/1``."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from tui.engine.model import Percentiles, Stage
from tui.engine.report import Hour, Report

ENDING = ".json"
SCHEMA = "voxtop.report/1"


def render(report: Report) -> str:
    """Return the report as one JSON object."""
    return json.dumps(as_object(report), ensure_ascii=False, indent=2) + "\n"


def as_object(report: Report) -> dict[str, object]:
    """Return the report with the keys of the schema, and some more."""
    found: dict[str, object] = {
        "schema": SCHEMA,
        "period": _period(report),
        "input": _input(report),
        "config": _config(report),
        "fallback": {
            "activations": report.fallback.activations,
            "per_100_calls": report.fallback.per_100_calls,
            "by_stage": dict(report.fallback.by_stage),
            "by_target": dict(report.fallback.by_target),
            "affected_calls": report.fallback.affected,
        },
        "ttfb": {stage: _latency(figures) for stage, figures in report.ttfb.items()},
        "ttfb_by_provider": {
            f"{row.stage}/{row.provider}": _latency(row.ttfb) for row in report.providers if row.ttfb.n
        },
        "turn": None if report.turn is None else _latency(report.turn),
        "calls": _calls(report),
        "errors": _errors(report),
        "uptime": {"ratio": report.uptime.ratio, "basis": report.uptime.basis},
        "kpis": [
            {"name": kpi.name, "target": kpi.target, "actual": kpi.actual, "unit": kpi.unit, "status": kpi.status.value}
            | {"n": kpi.n}
            for kpi in report.kpis
        ],
        "worst_hour": None if report.worst is None else _hour(report.worst),
        "top_errors": _top_errors(report),
    }
    return found | {"partial": True} if report.partial else found


def _period(report: Report) -> dict[str, object]:
    period = report.period
    return {
        "start": rfc3339(period.start),
        "end": rfc3339(period.end),
        "iso_week": period.iso_week,
        "covered_pct": period.covered_pct,
    }


def _input(report: Report) -> dict[str, object]:
    figures = report.input
    return {
        "sources": list(figures.sources),
        "lines": figures.lines,
        "bytes": figures.bytes,
        "events": figures.events,
        "unrecognised": figures.unrecognised,
        "bad_samples": figures.bad_samples,
        "gaps": figures.gaps,
        "gap_list": [
            {"source": gap.source, "count": gap.count, "time": rfc3339(gap.at), "reason": gap.reason}
            for gap in figures.gap_list
        ],
        "unreadable": list(figures.unreadable),
    }


def _config(report: Report) -> dict[str, object]:
    missing = {
        one.name: {
            "generations": one.generations,
            "lines": one.lines,
            "resolved": one.resolved,
            "last": rfc3339(one.last),
        }
        for one in report.config.missing
    }
    return {"missing": missing, "count": report.config.count}


def _latency(figures: Percentiles) -> dict[str, object]:
    return {
        "n": figures.n,
        "p50_ms": figures.p50,
        "p95_ms": figures.p95,
        "p99_ms": figures.p99,
        "mean_ms": figures.mean,
        "max_ms": figures.max,
        "status": figures.status.value,
    }


def _calls(report: Report) -> dict[str, object]:
    calls = report.calls
    return {
        "opened": calls.opened,
        "closed": calls.closed,
        "active_at_end": calls.active_at_end,
        "lost": calls.lost,
        "ended_unknown": calls.ended_unknown,
        "peak": calls.peak,
        "short": calls.short,
        "by_client": dict(calls.by_client),
        "mean_duration_s": calls.mean_duration_s,
    }


def _errors(report: Report) -> dict[str, object]:
    errors = report.errors
    return {
        "count": errors.count,
        "per_100_calls": errors.per_100_calls,
        "affected_calls": errors.affected_calls,
        "per_minute": errors.per_minute,
        "by_code": dict(errors.by_code),
        "by_stage": dict(errors.by_stage),
    }


def _hour(hour: Hour) -> dict[str, object]:
    p95: Mapping[Stage, float] = hour.p95
    return {
        "start": rfc3339(hour.start),
        "calls": hour.calls,
        "errors": hour.errors,
        "fallbacks": hour.fallbacks,
        "ttfb_p95_ms": dict(p95),
    }


def _top_errors(report: Report) -> list[dict[str, object]]:
    return [
        {
            "event": row.kind,
            "stage": row.stage,
            "provider": row.provider,
            "code": row.code,
            "count": row.count,
            "last": rfc3339(row.last_at),
            "text": row.text,
            "playbook": None if row.playbook is None else row.playbook.id,
        }
        for row in report.top_errors
    ]


def rfc3339(time: float | None) -> str | None:
    """Return a moment in UTC."""
    return None if time is None else datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
