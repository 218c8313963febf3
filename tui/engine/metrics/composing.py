"""One report out of the totals of several sources."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from tui.engine.metrics.kpis import with_kpis
from tui.engine.metrics.period import PeriodFigures
from tui.engine.metrics.totals import SourceTotals
from tui.engine.model import Thresholds
from tui.engine.report import Hour, InputTotals, Period, Report, Span

MAX_HOURS = 24 * 366


def composed(totals: Sequence[SourceTotals], thresholds: Thresholds, period: Period, read: InputTotals) -> Report:
    """Return the figures of all sources together; ``read`` lacks only the samples that were none."""
    covered = Span(period.start, period.end)
    figures = PeriodFigures(totals, thresholds, covered)
    hours = figures.hours()
    report = Report(
        period=period,
        input=replace(read, bad_samples=read.bad_samples + figures.bad_samples()),
        config=figures.config(),
        fallback=figures.fallback(),
        ttfb=figures.ttfb(),
        providers=figures.providers(),
        turn=figures.turn(),
        calls=figures.calls,
        errors=figures.errors(),
        uptime=figures.uptime(),
        hours=_every_hour(hours, covered),
        worst=figures.worst(hours),
        top_errors=figures.top_errors(),
        untimed=not any(one.is_timed for one in totals),
    )
    return with_kpis(report, thresholds)


def iso_week(covered: Span, tz: tzinfo | None, until: float | None = None) -> str | None:
    """Return the ISO week that holds all of a period, None if it reaches over several (semantics R74).

    A period that was cut off at ``until`` does not hold its last moment.
    """
    if covered.start is None or covered.end is None:
        return None
    last = covered.end - 0.001 if covered.end == until else covered.end
    weeks = {datetime.fromtimestamp(at, tz).strftime("%G-W%V") for at in (covered.start, max(covered.start, last))}
    same = len(weeks) == 1 and covered.end - covered.start <= timedelta(days=8).total_seconds()
    return weeks.pop() if same else None


def _every_hour(hours: Sequence[Hour], covered: Span) -> tuple[Hour, ...]:
    """Return the hours with those put in between in which nothing happened, at most the last year."""
    if covered.start is None or covered.end is None:
        return tuple(hours)
    known = {int(hour.start // 3600): hour for hour in hours}
    last = int(covered.end // 3600)
    first = max(int(covered.start // 3600), last - MAX_HOURS)
    return tuple(known.get(hour, Hour(hour * 3600.0)) for hour in range(first, last + 1))
