"""Finds two spans of time and compares them figure by figure: what is now against what was then."""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo

from tui.engine.clock import Clock
from tui.engine.model import Amount, Compared, ComparedSpan, Comparison, Hints, LogEvent, Thresholds
from tui.engine.report import Span
from tui.engine.reviewing import Reviewed, report_of_rollups, report_over
from tui.engine.state import Archive

LENGTHS = (600.0, 3600.0, 86_400.0)
"""Of the windows, in seconds."""
LATE_S = 60.0
"""What is kept of a window and begins later than this after it is told to do so."""

Window = tuple[float, float]


def compared(then: Reviewed, now: Reviewed) -> tuple[Compared, ...]:
    """Return every figure of two spans: the KPIs, calls, turns, and each provider that either has samples of."""
    old, new = dict(_amounts(then)), dict(_amounts(now))
    keys = dict.fromkeys((*new, *old))
    return tuple(Compared(*key, then=old.get(key, Amount()), now=new.get(key, Amount())) for key in keys)


_Key = tuple[str, str, str]


def _amounts(one: Reviewed) -> Iterator[tuple[_Key, Amount]]:
    report = one.report
    if not report.has_data:
        return
    for kpi in report.kpis:
        if kpi.name != "uptime" and (kpi.name != "config_warnings" or one.kept == "events"):
            yield (kpi.name, "", kpi.unit), Amount(kpi.actual, kpi.n, kpi.status)
    yield ("calls", "", ""), Amount(report.calls.counted, report.calls.counted)
    if one.kept == "events":
        yield ("short_calls", "", ""), Amount(report.calls.short, report.calls.measured)
    if report.turn:
        yield ("turn_p95", "", "ms"), Amount(report.turn.p95, report.turn.n, report.turn.status)
    for row in report.providers:
        if row.ttfb.n:
            yield (
                ("provider_p95", f"{row.stage} {row.provider}", "ms"),
                Amount(row.ttfb.p95, row.ttfb.n, row.ttfb.status),
            )


class Comparing:
    """Finds what is kept of two windows."""

    def __init__(
        self,
        events: Callable[[float, float], Iterable[LogEvent]],
        clock: Clock,
        thresholds: Thresholds,
        hints: Hints | None = None,
        *,
        archive: Archive | None = None,
        tz: tzinfo | None = None,
        clean: Callable[[str], str] = str,
    ) -> None:
        """``events`` gives what is kept of a span, whoever iterates; ``archive`` has older figures."""
        self._events = events
        self._clock = clock
        self._thresholds = thresholds
        self._hints = hints
        self._archive = archive
        self._tz = tz
        self._clean = clean

    def compare(self, then: Window, now: Window) -> Callable[[], Comparison]:
        """Return what compares two windows, their ends not included: blocking, for a thread; raises StateError."""
        before, present = self._within(then), self._within(now)

        def run() -> Comparison:
            old, new = self._reviewed(before, Span(*then)), self._reviewed(present, Span(*now))
            return Comparison(_side(then, old), _side(now, new), compared(old, new))

        return run

    def kept(self, window: Window) -> Callable[[], bool]:
        """Return what tells whether anything is kept of a window: blocking too."""
        events = iter(self._within(window))
        archive = self._archive
        return lambda: next(events, None) is not None or bool(archive and archive.rollups(*window, 60))

    def _within(self, window: Window) -> Iterable[LogEvent]:
        return self._events(window[0], math.nextafter(window[1], 0.0))

    def _reviewed(self, events: Iterable[LogEvent], span: Span) -> Reviewed:
        now, limits = self._clock.now(), self._thresholds
        report = report_over(events, span, now, limits, hints=self._hints, tz=self._tz, clean=self._clean)
        if report.has_data:
            return Reviewed(report, "events")
        rows = self._archive.rollups(span.start or 0.0, span.end or now, 60) if self._archive else []
        return Reviewed(report_of_rollups(rows, span, limits), "rollups") if rows else Reviewed()


def _side(window: Window, found: Reviewed) -> ComparedSpan:
    first = found.first
    return ComparedSpan(*window, found.kept, first if first is not None and first > window[0] + LATE_S else None)


def window_before(now: Window, ago: float) -> Window:
    """Return the window so long before; 0 is the one right before."""
    back = ago or now[1] - now[0]
    return now[0] - back, now[1] - back
