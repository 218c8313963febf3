"""Panel 5: errors as two rates (semantics R6, R7, R42)."""

from collections import Counter

from tui.engine.metrics.affected import AffectedCalls
from tui.engine.metrics.fallbacks import rate_status
from tui.engine.metrics.fixed import UNKNOWN, example, newer
from tui.engine.metrics.windows import ObservedMinutes, SlidingCount, last_minutes
from tui.engine.model import (
    STAGES,
    ErrorsFigure,
    LogEvent,
    ProviderFailures,
    Series,
    Stage,
    Status,
    Thresholds,
    TraceExample,
)

_CODES_KEPT = 100
_CAUSES_KEPT = 150
OTHER = "other"

HANG_UP_RACE = frozenset({"20404", "90018"})
"""Codes of hanging up a call that the caller had already left: nobody was failed (semantics R41)."""


class Errors:
    """Errors per minute and per cent of calls; warnings and fallbacks are not in them (R30, R34)."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.version = 0
        self.errors = SlidingCount()
        self.warnings = SlidingCount()
        self._thresholds = thresholds
        self.by_code: Counter[str] = Counter()
        """Since the beginning, as are the next two; errors without a code, stage or provider are in none."""
        self.by_stage: Counter[Stage] = Counter()
        self.by_provider: Counter[tuple[Stage | None, str]] = Counter()
        self.by_cause: Counter[Series] = Counter()
        """Every error since the beginning by stage, provider and code; rare combinations share one per stage."""
        self.examples: dict[Series, TraceExample] = {}
        """The newest error with a trace, by ``("errors", stage, provider, code)``."""
        self._affected = AffectedCalls()
        self._failures: dict[tuple[Stage | None, str], tuple[SlidingCount, float | None]] = {}
        self._all_failed: dict[Stage | None, SlidingCount] = {stage: SlidingCount() for stage in (*STAGES, None)}

    def add(self, event: LogEvent, time: float | None) -> None:
        """Count an incident."""
        self.version += 1
        if event.provider is not None and event.code not in HANG_UP_RACE:
            self._provider_failed((event.stage, event.provider), time)
        if event.kind != "error" or event.code in HANG_UP_RACE:
            self.warnings.add(time)
            return
        self.errors.add(time)
        if event.code == "all_failed":
            self._all_failed[event.stage].add(time)
        self._break_down(event)
        self._note_cause(event, time)
        self._affected.add(event, time)

    def _provider_failed(self, key: tuple[Stage | None, str], time: float | None) -> None:
        if key not in self._failures and len(self._failures) >= _CODES_KEPT:
            return  # a log that names more providers means something else
        count, last = self._failures.get(key, (SlidingCount(), None))
        count.add(time)
        self._failures[key] = (count, last if time is None else max(time, last or time))

    def _break_down(self, event: LogEvent) -> None:
        if event.code is not None:
            known = event.code in self.by_code or len(self.by_code) < _CODES_KEPT
            self.by_code[event.code if known else OTHER] += 1
        if event.stage is not None:
            self.by_stage[event.stage] += 1
        if event.provider is not None:
            key = (event.stage, event.provider)
            known = key in self.by_provider or len(self.by_provider) < _CODES_KEPT
            self.by_provider[key if known else (event.stage, OTHER)] += 1

    def _note_cause(self, event: LogEvent, time: float | None) -> None:
        cause = (event.stage or UNKNOWN, event.provider or UNKNOWN, event.code or UNKNOWN)
        if cause not in self.by_cause and len(self.by_cause) >= _CAUSES_KEPT:
            cause = (cause[0], OTHER, OTHER)
        self.by_cause[cause] += 1
        if found := example(event, time):
            series = ("errors", *cause)
            self.examples[series] = newer(found, self.examples.get(series))

    @property
    def attributed(self) -> tuple[int, int]:
        """Return how many errors since the beginning name their call, and how many calls these are."""
        return self._affected.totals

    def all_failed(self, now: float) -> list[tuple[Stage | None, int]]:
        """Return the stages in which every provider failed within the errors window, and how often."""
        window = self._thresholds.errors_window_s
        found = [(stage, count.within(now, window)) for stage, count in self._all_failed.items()]
        return [(stage, count) for stage, count in found if count]

    def figure(self, now: float, calls: int, observed: ObservedMinutes, *, alive: bool) -> ErrorsFigure:
        """Return panel 5 as of now.

        ``alive`` says that the log told anything at all within the rate window; without it no errors
        prove nothing.
        """
        limits = self._thresholds
        window = limits.rate_window_s
        count = self.errors.within(now, window)
        affected = self._affected.within(now, window, count)
        share = count if affected is None else affected
        pct_status = rate_status(share, calls, limits.error_pct, limits.min_calls)
        rate = self._rate(now, observed) if alive else None
        rate_status_now = limits.errors_per_minute.status(rate)
        judged = [status for status in (pct_status, rate_status_now) if status is not Status.NO_DATA]
        return ErrorsFigure(
            status=max(judged, key=lambda status: status.rank, default=Status.NO_DATA),
            count=count,
            calls=calls,
            pct=100 * share / calls if calls else None,
            pct_status=pct_status,
            pct_limits=limits.error_pct,
            affected=affected,
            rate=rate,
            rate_status=rate_status_now,
            rate_limits=limits.errors_per_minute,
            per_minute=observed.series(self.errors, now),
            warnings=self.warnings.within(now, window),
            providers=self._providers(now),
        )

    def _providers(self, now: float) -> tuple[ProviderFailures, ...]:
        window = self._thresholds.errors_window_s
        found = [(*key, count.within(now, window), last) for key, (count, last) in self._failures.items()]
        return tuple(ProviderFailures(*each) for each in found if each[2])

    def _rate(self, now: float, observed: ObservedMinutes) -> float | None:
        """Return the mean of the complete minutes of the errors window that were observed (semantics R7)."""
        complete = max(1, int(self._thresholds.errors_window_s // 60))
        minutes = last_minutes(now, complete + 1)[:-1]
        found = self.errors.by_minute(minutes)
        seen = [found.get(minute, 0) for minute in minutes if minute in found or minute in observed]
        return sum(seen) / len(seen) if seen else None
