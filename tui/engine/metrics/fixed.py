"""Latencies by fixed bounds, as Prometheus wants them: counted exactly, the newest trace of each kept."""

from bisect import bisect_left

from tui.engine.model import Distribution, LogEvent, Series, Thresholds, TraceExample

NO_TRACE = frozenset({"", "unknown", "none", "None", "null", "-"})
"""What stands where an orchestrator knows no trace (semantics R19)."""

OTHER = "other"
UNKNOWN = "unknown"

_SERIES_KEPT = 64
_USUAL_S = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


def bounds_s(thresholds: Thresholds) -> tuple[float, ...]:
    """Return the bounds: usual ones and every limit in force, so that "over the goal" can be counted exactly."""
    limits = (thresholds.ttfb_stt_ms, thresholds.ttfb_llm_ms, thresholds.ttfb_tts_ms, thresholds.turn_ms)
    goals = {value / 1000 for one in limits for value in (one.warn_at, one.crit_at) if value > 0}
    return tuple(sorted({*_USUAL_S, *goals}))


def example(event: LogEvent, time: float | None, seconds: float = 0.0) -> TraceExample | None:
    """Return the trace of an event as an example, if it has one."""
    trace = event.trace
    return None if trace is None or trace in NO_TRACE else TraceExample(trace, seconds, time)


def newer(one: TraceExample, other: TraceExample | None) -> TraceExample:
    """Return the newer of two examples, the first where none is: sources are not read in step."""
    return one if other is None or (one.at or 0.0) >= (other.at or 0.0) else other


class _Buckets:
    """The samples of one series."""

    __slots__ = ("counts", "examples", "sum_s")

    def __init__(self, size: int) -> None:
        self.counts = [0] * size
        self.examples: list[TraceExample | None] = [None] * size
        self.sum_s = 0.0


class FixedHistograms:
    """The samples of every stage and provider, and of the turns."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.bounds_s = bounds_s(thresholds)
        self._series: dict[Series, _Buckets] = {}

    def add(self, event: LogEvent, time: float | None, ms: float) -> None:
        """Take a sample that the store took."""
        series = ("turn",) if event.stage is None else ("ttfb", event.stage, event.provider or UNKNOWN)
        if series not in self._series and len(self._series) >= _SERIES_KEPT:
            series = (*series[:-1], OTHER)
        found = self._series.get(series)
        if found is None:
            found = self._series[series] = _Buckets(len(self.bounds_s) + 1)
        seconds = ms / 1000
        bucket = bisect_left(self.bounds_s, seconds)
        found.counts[bucket] += 1
        found.sum_s += seconds
        if traced := example(event, time, seconds):
            found.examples[bucket] = newer(traced, found.examples[bucket])

    def totals(self) -> dict[Series, Distribution]:
        """Return what was taken so far."""
        return {
            series: Distribution(tuple(found.counts), found.sum_s, tuple(found.examples))
            for series, found in self._series.items()
        }
