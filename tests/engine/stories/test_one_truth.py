"""What a bucket's calls add up to is what its panel shows: no figure is computed twice in two ways."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.metrics.log_events import NOW
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import STAGES, Bucket, LineBlock, LogEvent, SourceState, SourceStatus, Thresholds
from tui.engine.parser import Parser
from tui.engine.stories import attention, tell, totals
from tui.simulator.story import Story as Simulated

LIMITS = Thresholds()
SOURCES = tuple(SourceStatus(name, "file", SourceState.LIVE) for name in ("a", "b"))


def compare(events: Sequence[LogEvent], now: float) -> None:
    store = MetricsStore(LIMITS)
    store.apply(events, now)
    store.observe(now - 3600, now)
    shown = store.snapshot(now, SOURCES)
    stories = tell(events, now, LIMITS)
    last = int(now // 60)
    for place, minute in enumerate(range(last - 59, last + 1)):
        for panel, stage, figure in [
            *((3, row.stage, row.per_minute) for row in shown.ttfb),
            *((2, row.stage, row.per_minute) for row in shown.fallback),
            (5, None, shown.errors.per_minute),
        ]:
            bucket = Bucket(panel, 60.0 * minute, 60.0 * minute + 60, stage)
            rows = attention(stories, bucket, LIMITS, now)
            assert totals(rows) == (figure[place] or 0), (panel, stage, datetime.fromtimestamp(60 * minute, UTC))
            assert all(row.n for row in rows)
        if shown.calls.per_minute:
            calls = attention(stories, Bucket(4, 60.0 * minute, 60.0 * minute + 60), LIMITS, now)
            assert totals(calls) >= (shown.calls.per_minute[place] or 0)
    assert sum(story.ending == "open" for story in stories) == (shown.calls.active or 0)
    assert sum(turn.silence_s for story in stories for turn in story.turns) == shown.silence.impact_s


@pytest.mark.parametrize("dialect", ["andrea", "guide-docker"])
@pytest.mark.parametrize("scenario", ["azure-outage", "slow-tts", "overload", "crash-loop"])
def test_every_minute_of_a_simulated_incident_adds_up_call_by_call(scenario: str, dialect: str) -> None:
    lines = []
    for second, line in Simulated(scenario, 7, dialect, UTC, past=200.0).lines(NOW):
        if second > 330:
            break
        lines.append(line.encode())
    parser = Parser("a", UTC)
    events = parser.feed(LineBlock("a", 1, lines, 0, None)) + parser.flush()

    compare(events, NOW + 331)


def _event(**fields: Any) -> LogEvent:  # noqa: ANN401 - whatever a line may carry
    return LogEvent(line=0, **fields)


moments = st.floats(NOW - 1200, NOW - 1)
names = st.sampled_from(["a", "b"])
traces = st.sampled_from([None, "unknown", "k1-1", "k1-2", "k2-1", "zz"])
ids = st.sampled_from([None, "c1", "c2", "c3"])
stages = st.sampled_from(STAGES)
anything = st.one_of(
    st.builds(
        _event,
        kind=st.just("ttfb"),
        source=names,
        time=moments,
        stage=stages,
        provider=st.sampled_from(["Azure", "Groq", None]),
        ms=st.sampled_from([None, 0.0, 120.0, 121.0, 900.0, 4000.0, 200_000.0]),
        trace=traces,
        id=st.sampled_from([None, None, "c1"]),
        dialect=st.sampled_from(["guide", "andrea"]),
    ),
    st.builds(_event, kind=st.just("turn"), source=names, time=moments, ms=st.sampled_from([800.0, 5000.0]), id=ids),
    st.builds(
        _event,
        kind=st.sampled_from(["error", "warning"]),
        source=names,
        time=moments,
        stage=st.none() | stages,
        provider=st.sampled_from(["Azure", None]),
        code=st.sampled_from([None, "401", "403", "90018", "connect_failed"]),
        trace=traces,
        id=ids,
        text=st.sampled_from(["Error: x", "Manager connect failed: y"]),
        level=st.sampled_from(["error", None]),
    ),
    st.builds(_event, kind=st.just("fallback"), source=names, time=moments, stage=st.none() | stages, id=ids),
    st.builds(
        _event, kind=st.sampled_from(["call_opened", "call_closed"]), source=names, time=moments, id=ids.filter(bool)
    ),
    st.builds(_event, kind=st.just("process_start"), source=names, time=moments, text=st.just("process [7]")),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(anything, max_size=60))
def test_whatever_a_log_says_every_bucket_adds_up_and_nothing_is_left_out_or_told_twice(said: list[LogEvent]) -> None:
    said.sort(key=lambda event: event.time or 0.0)
    events = [event._replace(line=line) for line, event in enumerate(said, 1)]

    compare(events, NOW)
    told = [(event.source, event.line) for story in tell(events, NOW, LIMITS) for event in story.events]
    assert len(told) == len(set(told))
    repeated = len(events) - sum(1 for one, other in pairwise([*events, None]) if one != other)
    processes = sum(event.kind == "process_start" for event in events)
    assert len(told) >= len(events) - processes - repeated - _twins(events)


def _twins(events: Sequence[LogEvent]) -> int:
    store = MetricsStore(LIMITS)
    store.apply(events, NOW)
    return store.repeated
