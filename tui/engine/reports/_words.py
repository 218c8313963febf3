"""Figures and states as words, the same in every format that people read."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from tui.engine import written
from tui.engine.model import ErrorGroup, Stage, Status
from tui.engine.report import Kpi, Report
from tui.engine.text import language, t

NOTHING = "–"
SYMBOLS = {Status.OK: "●", Status.WARNING: "▲", Status.CRITICAL: "✖", Status.NO_DATA: NOTHING}
EMOJI = {Status.OK: "✅", Status.WARNING: "⚠️", Status.CRITICAL: "❌", Status.NO_DATA: NOTHING}


def number(value: float | None, unit: str = "") -> str:
    """Return a figure rounded for reading; what is unknown is a dash (semantics R75, R76)."""
    if value is None:
        return NOTHING
    if unit == "%":
        return written.percent(value)
    if unit == "ms":
        return f"{written.number(value) if value >= 10 else written.figures(value, 3)}ms"
    return f"{written.number(value, 0 if float(value).is_integer() else 2)}{unit}"


def actual(kpi: Kpi) -> str:
    """Return what a KPI reached; uptime without markers is n/d, never 100 % (semantics R73)."""
    if kpi.name == "uptime" and kpi.actual is None:
        return t("report.none")
    return number(kpi.actual, kpi.unit)


def state(status: Status, symbols: Mapping[Status, str] = SYMBOLS) -> str:
    """Return symbol and word of a state; no data is a dash (semantics R76)."""
    return symbols[status] if status is Status.NO_DATA else f"{symbols[status]} {word(status)}"


def word(status: Status) -> str:
    """Return the word of a state; no data is a dash."""
    return NOTHING if status is Status.NO_DATA else t(f"report.{status.value}")


def kpi_name(kpi: Kpi) -> str:
    """Return the name of a KPI as people know it."""
    return t(f"report.kpi_{kpi.name}")


def moment(time: float | None, tz: tzinfo | None) -> str:
    """Return a moment with its zone."""
    if time is None:
        return t("report.no_period")
    return written.date_and_time(datetime.fromtimestamp(time, tz).astimezone(tz))


def period(report: Report) -> str:
    """Return the period covered, with its share of the one asked for."""
    found = report.period
    if found.start is None:
        return t("report.no_period")
    text = f"{moment(found.start, found.tz)} – {moment(found.end, found.tz)}"
    if found.covered_pct is None:
        return text
    return f"{text} ({t('report.covered', percent=number(found.covered_pct, '%'))})"


def size(count: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    for unit, worth in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= worth:
            return f"{written.number(count / worth, 1)} {unit}"
    return f"{count} B"


def notes(report: Report) -> list[str]:
    """Return what has to be known before any figure is believed."""
    found = []
    if report.partial:
        found.append(t("report.partial"))
    if not report.has_data:
        found.append(t("report.no_data"))
    elif report.untimed:
        found.append(t("report.untimed"))
    if report.input.gaps:
        found.append(t("report.gaps", gaps=report.input.gaps))
    for gap in report.input.gap_list:
        at = moment(gap.at, report.period.tz)
        found.append(t("report.gap", source=gap.source, count=gap.count, time=at, reason=gap.reason))
    return found


def counts(values: Mapping[Stage, int] | Mapping[str, int]) -> str:
    """Return names with their counts: ``Google 3, Deepgram 1``."""
    return ", ".join(f"{name} {count}" for name, count in values.items())


def what(row: ErrorGroup) -> str:
    """Return what an error was about: stage, provider and code."""
    return " ".join(part for part in (row.stage, row.provider, row.code) if part) or NOTHING


def playbook(row: ErrorGroup) -> str:
    """Return the title of the playbook of an error."""
    return NOTHING if row.playbook is None else row.playbook.title[language()]


def read_line(report: Report) -> str:
    """Return what was read."""
    found = report.input
    return t(
        "report.read",
        lines=written.count(found.lines),
        size=size(found.bytes),
        sources=", ".join(found.sources),
        events=written.count(found.events),
        unrecognised=written.count(found.unrecognised),
        bad=written.count(found.bad_samples),
    )


def details(report: Report) -> list[tuple[str, str]]:
    """Return what stands behind the KPIs, as (label, text)."""
    calls, errors, fallback = report.calls, report.errors, report.fallback
    found = [(t("report.config"), text) for text in _missing(report)]
    activations = counts(fallback.by_stage)
    if fallback.by_target:
        activations += f"; {t('report.to', names=counts(fallback.by_target))}"
    found.append((t("report.fallback"), activations))
    opened = {"opened": calls.opened, "closed": calls.closed, "active": calls.active_at_end}
    line = t("report.calls_line", lost=calls.lost, unknown=calls.ended_unknown, short=calls.short, **opened)
    if calls.by_client:
        line += f"; {t('report.clients')}: {counts(calls.by_client)}"
    if calls.mean_duration_s is not None:
        line += f"; {t('report.duration')}: {written.number(calls.mean_duration_s)}s (n={calls.measured})"
    found.append((t("report.calls"), line))
    line = t("report.errors_line", count=errors.count, share=number(errors.per_100_calls))
    if errors.affected_calls is not None:
        line += f"; {t('report.affected', calls=errors.affected_calls)}"
    if errors.by_code:
        line += f"; {t('report.by_code')}: {counts(errors.by_code)}"
    found.append((t("report.errors"), line))
    if report.turn is not None:
        turn = report.turn
        shown = f"P50 {number(turn.p50, 'ms')}, P95 {number(turn.p95, 'ms')} (n={turn.n}) {word(turn.status)}"
        found.append((t("report.turn"), shown))
    if report.uptime.basis == "markers":
        found.append((t("report.kpi_uptime"), t("report.uptime_basis")))
    elif report.uptime.basis == "probe":
        found.append((t("report.kpi_uptime"), t("report.uptime_probes", n=report.uptime.probes)))
    found.append((t("report.worst_hour"), worst_hour(report)))
    return found


def _missing(report: Report) -> list[str]:
    return [
        t("report.missing", field=one.name, generations=one.generations, lines=one.lines)
        + f" ({t('report.resolved' if one.resolved else 'report.unresolved')})"
        for one in report.config.missing
    ]


def worst_hour(report: Report) -> str:
    """Return the worst hour in one line."""
    hour = report.worst
    if hour is None:
        return NOTHING
    line = t(
        "report.worst",
        hour=moment(hour.start, report.period.tz),
        errors=hour.errors,
        fallbacks=hour.fallbacks,
        calls=hour.calls,
    )
    slow = ", ".join(f"{stage} P95 {number(ms, 'ms')}" for stage, ms in hour.p95.items())
    return f"{line}; {slow}" if slow else line
