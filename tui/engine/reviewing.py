"""Reports over spans of the past: from recorded events by the counters of every report, else from roll-ups."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Literal

from tui.engine.metrics.composing import composed, iso_week
from tui.engine.metrics.fallbacks import rate_status
from tui.engine.metrics.kpis import with_kpis
from tui.engine.metrics.period import percentiles
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.model import STAGES, Hints, LogEvent, Stage, Thresholds
from tui.engine.report import (
    CallTotals,
    ErrorTotals,
    FallbackTotals,
    InputTotals,
    Period,
    ProviderRow,
    Report,
    Span,
)
from tui.engine.reports import cleaned
from tui.engine.state import Rollup

Kept = Literal["events", "rollups", "nothing"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What is known of a span."""

    report: Report = field(default_factory=Report)
    kept: Kept = "nothing"
    """What the figures were computed from; roll-ups know no peak and no processes, only numbers and latencies."""

    @property
    def first(self) -> float | None:
        """Return when what is kept begins."""
        return self.report.period.start


def report_over(
    events: Iterable[LogEvent],
    span: Span,
    now: float,
    thresholds: Thresholds,
    *,
    hints: Hints | None = None,
    tz: tzinfo | None = None,
    clean: Callable[[str], str] = str,
) -> Report:
    """Return the figures of a span of which every event is given; ``now`` says which times are impossible."""
    asked = Asked(span, thresholds=thresholds, hints=hints)
    by_source: defaultdict[str, list[LogEvent]] = defaultdict(list)
    for event in events:
        by_source[event.source].append(event)
    totals = []
    for name, given in by_source.items():
        totals.append(SourceTotals(name, asked, now))
        totals[-1].apply(given)
    taken = sum(one.taken for one in totals)
    first = min((one.first_at for one in totals if one.first_at is not None), default=None)
    start, end = (None, None) if first is None else (max(first, span.start or first), span.end)
    week = iso_week(Span(start, end), tz, until=end)
    read = InputTotals(tuple(by_source), events=taken, taken=taken)
    return cleaned(composed(totals, thresholds, Period(start, end, span, None, week, tz), read), clean)


def report_of_rollups(rows: Sequence[Rollup], span: Span, thresholds: Thresholds) -> Report:
    """Return the figures of a span of which only roll-ups are left: counts and latencies, no calls one by one."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        counts[row.kind, row.stage, row.what] += row.n

    def count(kind: str, stage: str | None = None) -> int:
        return sum(n for (each, at, _), n in counts.items() if each == kind and stage in {None, at})

    calls = count("call_opened") or count("socket_opened")
    fallbacks, errors = count("fallback"), count("error")
    minutes = max(1.0, ((span.end or 0.0) - (span.start or 0.0)) / 60)
    report = Report(
        period=Period(span.start, span.end, span),
        input=InputTotals(tuple(dict.fromkeys(row.source for row in rows)), taken=sum(counts.values())),
        fallback=FallbackTotals(
            fallbacks,
            100 * fallbacks / calls if calls else None,
            {stage: count("fallback", stage) for stage in STAGES},
            status=rate_status(fallbacks, calls, thresholds.fallback_pct, thresholds.min_calls),
        ),
        ttfb={
            stage: found
            for stage in STAGES
            if (found := percentiles(_samples(rows, "ttfb", stage), thresholds.ttfb_ms(stage)))
        },
        providers=tuple(_providers(rows, thresholds)),
        turn=percentiles(_samples(rows, "turn", ""), thresholds.turn_ms),
        calls=CallTotals(opened=calls, counted=calls, closed=count("call_closed") or count("socket_closed")),
        errors=ErrorTotals(
            errors,
            100 * errors / calls if calls else None,
            rate=100 * errors / calls if calls else None,
            rate_status=rate_status(errors, calls, thresholds.error_pct, thresholds.min_calls),
            per_minute=errors / minutes,
            per_minute_status=thresholds.errors_per_minute.status(errors / minutes),
        ),
    )
    return with_kpis(report, thresholds)


def _samples(
    rows: Iterable[Rollup], kind: str, stage: str, what: str | None = None
) -> Iterable[tuple[dict[int, int], float]]:
    return ((row.buckets, 0.0) for row in rows if row.kind == kind and row.stage == stage and what in {None, row.what})


def _providers(rows: Sequence[Rollup], thresholds: Thresholds) -> Iterable[ProviderRow]:
    names: set[tuple[Stage, str]] = {
        (stage, row.what) for stage in STAGES for row in rows if row.kind == "ttfb" and row.stage == stage and row.what
    }
    for stage, name in sorted(names):
        found = percentiles(_samples(rows, "ttfb", stage, name), thresholds.ttfb_ms(stage))
        if found:
            yield ProviderRow(stage, name, found)
