"""What clocks and writers do to times (faults 40 to 44, semantics R66 and R67)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.engine.monitor.scripted import NOW, Scripted, running, stamped
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LineBlock, LogEvent, Snapshot, SourceState, SourceStatus, Thresholds
from tui.engine.monitor import Monitor
from tui.engine.parser import Parser, line_time

PARIS = ZoneInfo("Europe/Paris")


def utc(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


SPRING = {  # 2026-03-29 in Paris: 02:00 becomes 03:00, so that 02:30 never is
    "2026-03-29 01:30:00": "2026-03-29T00:30:00",
    "2026-03-29 01:59:59": "2026-03-29T00:59:59",
    "2026-03-29 02:30:00": "2026-03-29T01:30:00",
    "2026-03-29 03:00:00": "2026-03-29T01:00:00",
    "2026-03-29 03:30:00": "2026-03-29T01:30:00",
}
AUTUMN = {  # 2026-10-25 in Paris: 03:00 becomes 02:00, so that 02:30 is twice; which one, only the reading clock tells
    "2026-10-25 01:30:00": "2026-10-24T23:30:00",
    "2026-10-25 02:30:00": "2026-10-25T00:30:00",
    "2026-10-25 03:00:00": "2026-10-25T02:00:00",
    "2026-10-25 03:30:00": "2026-10-25T02:30:00",
}


@pytest.mark.parametrize(("naive", "expected"), [*SPRING.items(), *AUTUMN.items()])
def test_fault_40_naive_stamps_around_both_changes_of_the_clock_fall_into_these_buckets(
    naive: str, expected: str
) -> None:
    raw = f"{naive} INFO 📊 [TTS Azure] TTFB=300ms".encode()

    assert line_time(raw, PARIS, utc(expected)) == utc(expected)


YEARLESS = {  # a line, when it is read, and the year that it is of
    ("Dec 31 23:59:58", "2026-01-01T00:00:05"): "2025-12-31T23:59:58",
    ("Jan  1 00:00:01", "2026-01-01T00:00:05"): "2026-01-01T00:00:01",
    ("Jan  1 00:00:01", "2025-12-31T23:59:59"): "2026-01-01T00:00:01",
    ("Feb 29 12:00:00", "2028-02-29T12:00:05"): "2028-02-29T12:00:00",
    ("Feb 29 12:00:00", "2028-03-05T12:00:00"): "2028-02-29T12:00:00",
    ("Jun 15 08:00:00", "2026-06-15T08:00:01"): "2026-06-15T08:00:00",
}


@pytest.mark.parametrize(("stamp", "read_at", "expected"), [(*key, value) for key, value in YEARLESS.items()])
def test_fault_44_stamps_without_a_year_are_of_these_years(stamp: str, read_at: str, expected: str) -> None:
    raw = f"{stamp} voice-1 app[123]: 📊 [TTS Azure] TTFB=300ms".encode()

    assert line_time(raw, UTC, utc(read_at)) == utc(expected)


def story(source: str, seed: int) -> list[tuple[float, str]]:
    """Return half an hour of calls, first bytes, errors and fallbacks of one source, by time."""
    random = Random(seed)  # noqa: S311 - a story, no secret
    lines = []
    for n in range(80):
        at = NOW - 1800 + random.random() * 1700
        lines.append((at, f"🔌 WS CONNECTION | Client: twilio, ID: {source}-{n}"))
        lines.append((at + 1 + random.random() * 90, f"🔌 WS CLOSED | ID: {source}-{n}"))
        stage = random.choice(["STT", "LLM", "TTS"])
        lines.append((at + 0.7, f"📊 [{stage} Azure] trace=t{n} TTFB={random.randint(80, 2500)}ms"))
        if n % 9 == 0:
            lines.append((at + 3, f"❌ [TTS Azure] trace=e{n} Error: {500 + n} busy"))
            lines.append((at + 6, "🔄 [TTS Fallback] Switching to Google TTS"))
    return sorted(lines)


def events_of(source: str, lines: Sequence[tuple[float, str]]) -> list[LogEvent]:
    parser = Parser(source, UTC, clock=ManualClock(NOW))
    blocks = [stamped(text, at).encode() for at, text in lines]
    return [
        *(event._replace(arrived=NOW) for n, raw in enumerate(blocks, 1) for event in _fed(parser, source, n, raw)),
        *parser.flush(),
    ]


def _fed(parser: Parser, source: str, number: int, raw: bytes) -> list[LogEvent]:
    return parser.feed(LineBlock(source, number, [raw], len(raw), NOW)) + parser.flush()


def figures(events: Sequence[LogEvent], names: Sequence[str]) -> tuple[object, ...]:
    store = MetricsStore(Thresholds())
    store.expose(NOW - 3600)
    store.apply(events, NOW)
    statuses = tuple(SourceStatus(name, "test", SourceState.LIVE) for name in names)
    shown = store.snapshot(NOW, statuses)
    calls = shown.calls
    aggregates = (calls.active, calls.peak, calls.opened, calls.closed, calls.short, calls.per_minute, calls.by_client)
    errors = sorted((group.key, group.count, group.first_at, group.last_at) for group in shown.recent)
    told = store.cumulative()
    exported = (
        told.counts,
        told.examples,
        {series: (each.counts, each.examples) for series, each in told.latencies.items()},
    )
    return (*aggregates, shown.ttfb, shown.fallback, shown.errors, errors, exported)


@pytest.mark.parametrize("seed", range(20))
def test_fault_41_lines_out_of_order_within_thirty_seconds_give_the_aggregates_of_sorted_ones(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a shuffle, no secret
    events = events_of("a", story("a", seed))
    shuffled = sorted(events, key=lambda event: (event.time or 0) + random.random() * 25)

    assert shuffled != events
    assert figures(shuffled, ["a"]) == figures(events, ["a"])


@pytest.mark.parametrize("seed", range(20))
def test_fault_41_however_sources_are_read_beside_each_other_their_figures_are_those_of_one_merged_log(
    seed: int,
) -> None:
    random = Random(seed)  # noqa: S311 - a shuffle, no secret
    names = ["a", "b", "c"]
    each = {name: events_of(name, story(name, 100 * seed + n)) for n, name in enumerate(names)}
    merged = sorted((event for events in each.values() for event in events), key=lambda event: event.time or 0)
    interleaved, left = [], {name: list(events) for name, events in each.items()}
    while any(left.values()):
        name = random.choice([name for name in names if left[name]])
        count = random.choice([1, 10, 200])
        interleaved += left[name][:count]
        left[name] = left[name][count:]

    assert interleaved != merged
    assert figures(interleaved, names) == figures(merged, names)


async def live(*lines: str, clock: ManualClock | None = None) -> Snapshot:
    """Return what a monitor shows of lines that arrive now."""
    clock = clock or ManualClock(NOW)
    source = Scripted("a", clock)
    source.put(*lines)
    return await running(Monitor([source], MetricsStore(Thresholds()), clock, UTC), source)


async def test_fault_42_events_more_than_thirty_seconds_older_than_one_before_them_are_counted_as_late() -> None:
    ages = [0, 10, 29, 30, 31, 45, 3000, 0, 12]

    snapshot = await live(*(stamped(f"📊 [TTS Azure] TTFB={n + 100}ms", NOW - age) for n, age in enumerate(ages)))

    assert snapshot.sources[0].late == 3
    assert snapshot.sources[0].events == len(ages)


async def test_fault_43_stamps_from_the_future_count_at_their_arrival_and_are_told() -> None:
    ahead = [0, 200, 299, 301, 3600, 86_400 * 365]

    snapshot = await live(*(stamped(f"📊 [TTS Azure] TTFB={n + 100}ms", NOW + s) for n, s in enumerate(ahead)))

    assert snapshot.sources[0].clamped == 3
    assert snapshot.ttfb[2].figures.n == 6
    assert snapshot.ttfb[2].last_at == NOW + 299


@pytest.mark.parametrize(("ahead", "told"), [(0.0, 0.0), (1.4, 0.0), (4.2, 4.0), (-3.0, -3.0), (-7200.0, -7200.0)])
async def test_r67_a_clock_that_is_two_seconds_off_or_more_is_told(ahead: float, told: float) -> None:
    snapshot = await live(*(stamped(f"📊 [TTS Azure] TTFB={n + 100}ms", NOW + ahead - n) for n in range(5)))

    assert snapshot.sources[0].skew_s == told


async def test_r66_history_says_nothing_about_a_clock_and_its_order_counts_alone() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    source.put(stamped("📊 [TTS Azure] TTFB=100ms", NOW - 3000), live=False)
    snapshot = await running(Monitor([source], MetricsStore(Thresholds()), clock, UTC), source)

    assert snapshot.sources[0].skew_s is None
    assert snapshot.sources[0].late == 0
