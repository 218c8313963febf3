"""Start markers without a time among lines that have one: bare uvicorn lines in a log of JSON records."""

from tests.engine.metrics.log_events import NOW, applied, opened, started, ttfb
from tui.engine.metrics.findings import RESTARTS_CRITICAL
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Thresholds


def test_r46_calls_lost_at_a_bare_start_marker_are_lost_when_the_last_call_was_heard_of() -> None:
    recent = applied(MetricsStore(Thresholds()), opened("a", NOW - 90), opened("b", NOW - 60), started(None))
    long_ago = applied(MetricsStore(Thresholds()), opened("a", NOW - 9000), started(None), ttfb(300))
    untimed = applied(MetricsStore(Thresholds()), opened("a", None), started(None))

    assert (recent.calls.active, recent.calls.lost) == (0, 2)
    assert (long_ago.calls.active, long_ago.calls.lost) == (0, 0)
    assert (untimed.calls.active, untimed.calls.lost) == (0, 0)


def test_r64_bare_start_markers_of_a_crash_loop_are_a_finding_in_history_too() -> None:
    def lives(begin: float) -> list[LogEvent]:
        return [
            event
            for life in range(RESTARTS_CRITICAL)
            for event in (opened(f"c{life}", begin + 40 * life), started(None, pid=life))
        ]

    looping = applied(MetricsStore(Thresholds()), *lives(NOW - 300))
    over = applied(MetricsStore(Thresholds()), *lives(NOW - 3000), opened("fine", NOW - 10))

    assert "restarts" in {finding.kpi for finding in looping.verdict.findings}
    assert "restarts" not in {finding.kpi for finding in over.verdict.findings}
