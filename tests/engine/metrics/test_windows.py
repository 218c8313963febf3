"""Windows against a plain recomputation from all events, which come up to 30 s out of order."""

import pickle
from math import ceil
from random import Random

import pytest

from tests.engine.metrics.log_events import LIVE, NOW, closed, error, event, opened, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.windows import ObservedMinutes, SlidingCount, moment
from tui.engine.model import LogEvent, Snapshot, SourceState, SourceStatus, Thresholds

READING = (SourceStatus("app", "file", SourceState.CONNECTING, progress=0.5),)
HOUR, FIVE_MINUTES = 3600.0, 300.0
MINUTE_OF_NOW = int(NOW // 60)


def stream(random: Random, now: float, spread: float) -> list[LogEvent]:
    """Return hundreds of events of the time before ``now``, each up to 30 s late in the stream."""
    events: list[LogEvent] = []
    for number in range(random.randrange(50, 700)):
        at = now - random.random() * spread
        kind = random.choice(["ttfb", "ttfb", "error", "fallback", "turn", "call"])
        if kind == "ttfb":
            events.append(ttfb(round(random.lognormvariate(6, 1), 1), at, random.choice(["STT", "LLM", "TTS"])))
        elif kind == "error":
            events.append(error(at, code=f"c{number}"))
        elif kind == "fallback":
            events.append(event("fallback", at, stage="TTS", source=f"s{number}"))
        elif kind == "turn":
            events.append(event("turn", at, ms=random.uniform(200, 4000)))
        else:
            call, length = f"call{number}", random.uniform(0.1, 900)
            events.append(opened(call, at, client=random.choice(["twilio", "telnyx"])))
            if at + length < now:
                events.append(closed(call, at + length, duration_s=length))
    return sorted(events, key=lambda one: (one.time or 0) + random.random() * 30)


def inside(events: list[LogEvent], kind: str, now: float, window_s: float) -> list[LogEvent]:
    """Return the events of a window, which moves in steps of ten seconds."""
    start = now // 10 * 10 - window_s + 10
    return [one for one in events if one.kind == kind and one.time is not None and one.time >= start]


def rank(values: list[float], share: float) -> float:
    return sorted(values)[ceil(share * len(values)) - 1]


def check_latency(found: Snapshot, events: list[LogEvent], now: float) -> None:
    for row in found.ttfb:
        samples = [one for one in events if one.kind == "ttfb" and one.stage == row.stage]
        window = [one.ms for one in inside(samples, "ttfb", now, FIVE_MINUTES)]
        if len(window) < 20:
            newest = sorted((one.time, one.ms) for one in samples if one.time > now - HOUR)[-20:]
            window = [ms for _, ms in newest]
        assert row.figures.n == len(window)
        if window:
            assert row.figures.p50 == pytest.approx(rank(window, 0.50), rel=0.01)
            assert row.figures.p95 == pytest.approx(rank(window, 0.95), rel=0.01)
            assert row.figures.max == max(window)
        for minute, point in zip(range(MINUTE_OF_NOW - 59, MINUTE_OF_NOW + 1), row.series, strict=True):
            values = [one.ms for one in samples if int(one.time // 60) == minute]
            assert (point is None) == (not values)
            assert point is None or point[1] == pytest.approx(rank(values, 0.95), rel=0.01)


def check_rates(found: Snapshot, events: list[LogEvent], now: float) -> None:
    errors, opens = inside(events, "error", now, HOUR), inside(events, "call_opened", now, HOUR)
    fallbacks = inside(events, "fallback", now, HOUR)
    assert (found.errors.count, found.errors.calls) == (len(errors), len(opens))
    assert found.fallback[2].activations == len(fallbacks)
    if opens:
        assert found.errors.pct == pytest.approx(100 * len(errors) / len(opens))
        assert found.fallback[2].pct == pytest.approx(100 * len(fallbacks) / len(opens))
    per_minute = [
        sum(one.kind == "error" and int(one.time // 60) == minute for one in events)
        for minute in range(MINUTE_OF_NOW - 59, MINUTE_OF_NOW + 1)
    ]
    assert list(found.errors.per_minute) == per_minute
    assert found.errors.rate == pytest.approx(sum(per_minute[-6:-1]) / 5)


def check_calls(found: Snapshot, events: list[LogEvent], now: float) -> None:
    opens = {one.id: one for one in events if one.kind == "call_opened"}
    ends = {one.id for one in events if one.kind == "call_closed"}
    short = [one for one in inside(events, "call_closed", now, HOUR) if one.duration_s < 3]
    still = [call for call, one in opens.items() if call not in ends and one.time >= now - HOUR]
    window = inside(events, "call_opened", now, HOUR)
    assert (found.calls.active or 0) == len(still)
    assert found.calls.opened == len(window)
    assert found.calls.closed == len(inside(events, "call_closed", now, HOUR))
    assert found.calls.short == len(short)
    assert dict(found.calls.by_client) == {
        client: count for client in ("twilio", "telnyx") if (count := sum(one.client == client for one in window))
    }


@pytest.mark.parametrize("seed", range(40))
def test_r67_figures_equal_a_plain_recomputation_whatever_the_order(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - reproducible, not secret
    events = stream(random, NOW, random.choice([200, 1500, 5000]))
    store = MetricsStore(Thresholds())
    store.observe(NOW - HOUR, NOW)
    position = 0
    while position < len(events):
        step = random.randrange(1, 80)
        block = events[position : position + step]
        reached = NOW if random.random() < 0.5 else max(one.time or 0 for one in events[: position + step])
        store.apply(block, reached)
        store.snapshot(reached, READING)
        position += step

    found = store.snapshot(NOW, LIVE)

    check_latency(found, events, NOW)
    check_rates(found, events, NOW)
    check_calls(found, events, NOW)


@pytest.mark.parametrize("seed", range(10))
def test_the_peak_of_each_minute_equals_a_plain_recomputation(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - reproducible, not secret
    events = sorted(stream(random, NOW, 3000), key=lambda one: one.time or 0)
    store = MetricsStore(Thresholds())
    store.apply(events, NOW)
    store.observe(NOW - HOUR, NOW)

    peaks = {}
    level = 0
    steps = [(one.time, 1 if one.kind == "call_opened" else -1) for one in events if one.kind.startswith("call_")]
    for minute in range(MINUTE_OF_NOW - 59, MINUTE_OF_NOW + 1):
        peaks[minute] = level
        for time, step in steps:
            if int(time // 60) == minute:
                level += step
                peaks[minute] = max(peaks[minute], level)
    found = store.snapshot(NOW, LIVE).calls
    assert list(found.per_minute) == list(peaks.values())
    assert (found.active, found.peak) == (level, max(peaks.values()))


def test_a_window_is_never_longer_than_its_name() -> None:
    count = SlidingCount()
    for ago in (0, 289, 290, 299, 300, 310):
        count.add(NOW - ago)

    assert count.within(NOW, FIVE_MINUTES) == 3
    assert count.within(NOW + 9.9, FIVE_MINUTES) == 3
    assert count.total == 6


def test_a_count_does_not_grow_with_the_log() -> None:
    count = SlidingCount()
    for number in range(40_000):
        count.add(NOW + 10 * number)

    assert len(pickle.dumps(count)) < 100_000
    assert count.within(NOW + 399_990, HOUR) == 360
    assert count.total == 40_000


def test_minutes_without_observation_are_none_and_with_it_zero() -> None:
    observed, count = ObservedMinutes(), SlidingCount()
    observed.add(NOW - 150, NOW - 70)
    observed.add(NOW, NOW)
    count.add(NOW - 300)

    assert observed.series(count, NOW)[-6:] == (1, None, 0, 0, None, 0)


def test_a_long_observation_keeps_the_last_hours_only() -> None:
    observed = ObservedMinutes()
    observed.add(0, NOW)
    for step in range(1, 1000):
        observed.add(NOW + 60 * step, NOW + 60 * step)

    assert len(observed._minutes) <= 6 * 60
    assert set(observed.series(SlidingCount(), NOW + 59_940)) == {0}


@pytest.mark.parametrize(
    ("time", "arrived", "effective"),
    [
        (NOW - 50, NOW, NOW - 50),
        (NOW + 300, NOW, NOW + 300),
        (NOW + 301, NOW, NOW),
        (946_684_799.0, NOW, NOW),
        (None, NOW, NOW),
        (None, None, None),
        (NOW + 301, None, None),
    ],
)
def test_r66_r67_the_effective_time(time: float | None, arrived: float | None, effective: float | None) -> None:
    assert moment(LogEvent("turn", "app", 1, time=time, arrived=arrived), NOW) == effective
