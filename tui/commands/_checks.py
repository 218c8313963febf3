"""The KPIs of a report as checks: each with the limits in force, its state, and why it may have none."""

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tui.engine.errors import UsageError
from tui.engine.metrics.histogram import MIN_JUDGED
from tui.engine.model import Limits, Status, Thresholds
from tui.engine.report import Kpi, Report
from tui.engine.safe_text import safe_text
from tui.engine.text import t

CONFIG, UPTIME = "config_warnings", "uptime"

LIMITS = {
    "fallback_rate": "fallback_pct",
    "ttfb_p95_stt": "ttfb_stt_ms",
    "ttfb_p95_llm": "ttfb_llm_ms",
    "ttfb_p95_tts": "ttfb_tts_ms",
    "peak_calls": "active_calls",
    "error_rate": "error_pct",
    "errors_per_minute": "errors_per_minute",
}
"""The thresholds by the KPI that they judge; the other two have fixed targets: none missing, above 99 %."""


@dataclass(frozen=True, slots=True)
class Check:
    """One KPI, judged."""

    kpi: str
    status: Status
    value: float | None = None
    unit: str = ""
    limits: Limits | None = None
    n: int = 0
    """Calls, samples or events that it stands on."""
    reason: str = ""
    """Why nobody can tell, or why there is no value: a key of the table ``check_reason`` in the catalogue."""
    at_least: bool = False
    """Reading began in the middle of a log: there may have been more (semantics R47)."""
    fields: tuple[str, ...] = ()
    """The configuration that is missing, as the log names it."""


def checks(report: Report, thresholds: Thresholds, *, windowed: bool) -> list[Check]:
    """Return the KPIs in the order of the contract; ``windowed`` is False for a report on whole logs.

    The figures are those of the report. Missing configuration is what the present generation misses, since
    a field that an earlier one missed is mended (semantics R57, R61). A P95 takes five samples to be judged,
    as it does for an alert (R14), and what nobody knows is never green.
    """
    return [_check(kpi, report, thresholds, windowed=windowed) for kpi in report.kpis]


def _check(kpi: Kpi, report: Report, thresholds: Thresholds, *, windowed: bool) -> Check:
    limits = getattr(thresholds, LIMITS[kpi.name]) if kpi.name in LIMITS else None
    nothing = Check(kpi.name, Status.NO_DATA, unit=kpi.unit, limits=limits)
    if not report.has_data:
        return replace(nothing, reason="no_data")
    if kpi.name == CONFIG:
        return _config(nothing, report)
    if windowed and (report.untimed or report.input.untimed):
        return replace(nothing, reason="untimed")
    found = replace(nothing, status=kpi.status, value=kpi.actual, n=kpi.n)
    if kpi.name == "peak_calls":
        return replace(found, at_least=windowed, reason=_reason(found))
    if kpi.unit == "ms" and 0 < kpi.n < MIN_JUDGED:
        return replace(found, status=Status.NO_DATA, reason="few")
    if kpi.actual is None and kpi.status is Status.WARNING:
        count = report.fallback.activations if kpi.name == "fallback_rate" else report.errors.count
        return replace(found, n=count, reason="without_calls")
    return replace(found, reason=_reason(found))


def _config(nothing: Check, report: Report) -> Check:
    missing = tuple(one.name for one in report.config.missing if not one.resolved)
    if missing:
        return replace(nothing, status=Status.CRITICAL, value=len(missing), n=len(missing), fields=missing)
    if report.config.present is Status.OK:
        return replace(nothing, status=Status.OK, value=0)
    return replace(nothing, reason="no_start")


def _reason(check: Check) -> str:
    """Return why there is no value, if there is none."""
    if check.value is not None:
        return ""
    if check.unit == "ms":
        return "no_samples"
    return {UPTIME: "no_markers", "errors_per_minute": "no_times"}.get(check.kpi, "no_calls")


def overall(found: Iterable[Check], *, complete: bool) -> Status:
    """Return the worst of what is known; ``complete`` is False if some source could not be read.

    Unknown figures beside known ones decide nothing, for no log knows them all; a missing source does,
    unless something is wrong already.
    """
    known = [check.status for check in found if check.status is not Status.NO_DATA]
    worst = max(known, key=lambda status: status.rank, default=Status.NO_DATA)
    return worst if complete or worst.rank >= Status.WARNING.rank else Status.NO_DATA


def with_limits(thresholds: Thresholds, wanted: Iterable[str]) -> Thresholds:
    """Return the thresholds with some replaced: ``ttfb_p95_tts=400:900``, either number may be left out.

    Raises:
        UsageError: there is no such KPI, or these are no limits for it.
    """
    for text in wanted:
        name, _, numbers = text.partition("=")
        if name not in LIMITS:
            raise UsageError(t("check.unknown_kpi", name=safe_text(name)), _nearest(name))
        known: Limits = getattr(thresholds, LIMITS[name])
        changed: dict[str, Any] = {LIMITS[name]: _limits(text, numbers, known)}
        thresholds = replace(thresholds, **changed)
    return thresholds


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), LIMITS, n=1, cutoff=0.4)
    return t("check.did_you_mean", name=close[0]) if close else t("check.known_kpis", names=", ".join(LIMITS))


def _limits(text: str, numbers: str, known: Limits) -> Limits:
    warn, colon, crit = numbers.partition(":")
    try:
        limits = Limits(float(warn or known.warn_at), float(crit or known.crit_at)) if colon else None
    except ValueError:
        limits = None
    if limits is None:
        raise UsageError(t("check.no_limits", value=safe_text(text)), t("check.limits_remedy"))
    if not 0 <= limits.warn_at <= limits.crit_at < math.inf:
        shown = {"warn": f"{limits.warn_at:g}", "crit": f"{limits.crit_at:g}"}
        raise UsageError(t("check.bad_limits", value=safe_text(text), **shown), t("check.limits_remedy"))
    return limits
