"""Panel 5: errors as two rates (semantics R6, R7, R42)."""

from tui.engine.metrics.fallbacks import rate_status
from tui.engine.metrics.windows import ObservedMinutes, SlidingCount, last_minutes
from tui.engine.model import STAGES, ErrorsFigure, LogEvent, Stage, Status, Thresholds

_IDS_KEPT = 100_000
_ATTRIBUTABLE = 0.8


class Errors:
    """Errors per minute and per cent of calls; warnings and fallbacks are not in them (R30, R34)."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.version = 0
        self.errors = SlidingCount()
        self.warnings = SlidingCount()
        self._thresholds = thresholds
        self._named = SlidingCount()
        self._affected: dict[tuple[str, str], float] = {}
        self._all_failed: dict[Stage | None, SlidingCount] = {stage: SlidingCount() for stage in (*STAGES, None)}

    def add(self, event: LogEvent, time: float | None) -> None:
        """Count an incident."""
        self.version += 1
        if event.kind != "error":
            self.warnings.add(time)
            return
        self.errors.add(time)
        if event.code == "all_failed":
            self._all_failed[event.stage].add(time)
        if event.id is not None and time is not None:
            self._named.add(time)
            self._affected.pop((event.source, event.id), None)
            self._affected[event.source, event.id] = time
            if len(self._affected) > _IDS_KEPT:
                del self._affected[next(iter(self._affected))]

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
        affected = self._affected_calls(now, count)
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
        )

    def _affected_calls(self, now: float, count: int) -> int | None:
        """Return how many calls had an error, if at least 80 % of the errors name theirs (semantics R42)."""
        window = self._thresholds.rate_window_s
        if not count or self._named.within(now, window) < _ATTRIBUTABLE * count:
            return None
        return sum(time > now - window for time in self._affected.values())

    def _rate(self, now: float, observed: ObservedMinutes) -> float | None:
        """Return the mean of the complete minutes of the errors window that were observed (semantics R7)."""
        complete = max(1, int(self._thresholds.errors_window_s // 60))
        minutes = last_minutes(now, complete + 1)[:-1]
        found = self.errors.by_minute(minutes)
        seen = [found.get(minute, 0) for minute in minutes if minute in found or minute in observed]
        return sum(seen) / len(seen) if seen else None
