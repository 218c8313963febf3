"""The report as CSV: one figure per row, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator

from tui.engine.model import Percentiles
from tui.engine.report import Report
from tui.engine.reports.json import rfc3339

ENDING = ".csv"

COLUMNS = ("section", "name", "figure", "value", "unit", "target", "status")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = tuple[object, ...]


def render(report: Report) -> str:
    """Return the report as CSV with a row of names at the top; what is unknown is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([_cell(cell) for cell in (*row, *[""] * (len(COLUMNS) - len(row)))])
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _rows(report: Report) -> Iterator[Row]:
    yield from _input(report)
    for kpi in report.kpis:
        yield "kpi", kpi.name, "actual", kpi.actual, kpi.unit, kpi.target, kpi.status.value
    yield from _events(report)
    for stage, found in report.ttfb.items():
        yield from _latency("ttfb", stage, found)
    for row in report.providers:
        yield from _latency("ttfb_by_provider", f"{row.stage}/{row.provider}", row.ttfb)
        yield "provider", f"{row.stage}/{row.provider}", "errors", row.errors
    if report.turn is not None:
        yield from _latency("turn", "", report.turn)
    yield from _hours(report)
    for error in report.top_errors:
        about = "/".join(part for part in (error.stage, error.provider, error.code) if part)
        yield "top_error", about, error.text, error.count


def _hours(report: Report) -> Iterator[Row]:
    for hour in report.hours:
        at = rfc3339(hour.start)
        for key in ("calls", "errors", "fallbacks"):
            yield "hour", at, key, getattr(hour, key)
        for stage, ms in hour.p95.items():
            yield "hour", at, f"ttfb_p95_{stage.lower()}", ms, "ms"


def _input(report: Report) -> Iterator[Row]:
    period, figures = report.period, report.input
    yield from (("period", "", key, rfc3339(at)) for key, at in (("start", period.start), ("end", period.end)))
    yield "period", "", "iso_week", period.iso_week
    yield "period", "", "covered", period.covered_pct, "%"
    yield "period", "", "partial", str(report.partial).lower()
    for source in figures.sources:
        yield "input", source, "read", "no" if source in figures.unreadable else "yes"
    for key in ("lines", "bytes", "events", "unrecognised", "bad_samples", "gaps"):
        yield "input", "", key, getattr(figures, key)
    for gap in figures.gap_list:
        yield "gap", gap.source, "count", gap.count
        yield "gap", gap.source, "noticed", rfc3339(gap.at)
        yield "gap", gap.source, "reason", gap.reason


def _events(report: Report) -> Iterator[Row]:
    calls, errors, fallback = report.calls, report.errors, report.fallback
    for one in report.config.missing:
        yield "config", one.name, "generations", one.generations
        yield "config", one.name, "lines", one.lines
        yield "config", one.name, "resolved", str(one.resolved).lower()
    yield "fallback", "", "activations", fallback.activations
    yield from (("fallback", stage, "activations", count) for stage, count in fallback.by_stage.items())
    yield from (("fallback_target", name, "activations", count) for name, count in fallback.by_target.items())
    for key in ("opened", "closed", "active_at_end", "lost", "ended_unknown", "peak", "short"):
        yield "calls", "", key, getattr(calls, key)
    yield "calls", "", "mean_duration", calls.mean_duration_s, "s"
    yield from (("client", name, "opened", count) for name, count in calls.by_client.items())
    yield "errors", "", "count", errors.count
    yield from (("error_code", code, "count", count) for code, count in errors.by_code.items())
    yield from (("error_stage", stage, "count", count) for stage, count in errors.by_stage.items())


def _latency(section: str, name: str, found: Percentiles) -> Iterator[Row]:
    yield section, name, "n", found.n
    for key in ("p50", "p95", "p99", "mean", "max"):
        yield section, name, key, getattr(found, key), "ms", "", found.status.value if key == "p95" else ""
