"""However a log is cut into blocks, mixed with others or shared among processes, its report is the same."""

import gzip
import json
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.metrics.log_events import closed, opened, ttfb
from tests.engine.reports.reading import DATA, NOW, events_of, report_on, story, written
from tui.engine.bulk import Parsed, Reader
from tui.engine.bulk._chunks import Chunks, _parse_apart, _received, parse_chunks
from tui.engine.metrics.period import PeriodFigures
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.model import LineBlock, LogEvent, SourceState, SourceStatus, Thresholds
from tui.engine.report import Report, Span
from tui.engine.reports.json import as_object

LINES = [line.encode() for line in story(scenario="crash-loop", until=120)[-600:]]
GUIDE = (DATA / "guide" / "guide.log").read_bytes().split(b"\n")[:-1]

TRACEBACK = [
    b"ERROR:root:Turn failed",
    b"Traceback (most recent call last):",
    b'  File "app.py", line 3, in run',
    b"    raise TimeoutError('slow')",
    b"TimeoutError: slow",
    b"",
]
SPLIT = [
    json.dumps({"log": text, "stream": "stdout", "time": "2027-01-15T07:59:01.5Z"}).encode()
    for text in ("\U0001f4ca [TTS Azure] trace=s1 TT", "FB=412ms ", "total=1s\n", "❌ [TTS Azure] Error: 401\n")
]


def blocks_of(lines: Sequence[bytes], sizes: Sequence[int]) -> list[LineBlock]:
    blocks, at, turn = [], 0, 0
    while at < len(lines):
        count = sizes[turn % len(sizes)]
        part = list(lines[at : at + count])
        blocks.append(LineBlock("app", at + 1, part, sum(len(line) + 1 for line in part), None))
        at, turn = at + count, turn + 1
    return blocks


def figures(totals: Sequence[SourceTotals]) -> dict[str, object]:
    starts = [one.first_at for one in totals if one.first_at is not None]
    ends = [one.last_at for one in totals if one.last_at is not None]
    found = PeriodFigures(totals, Thresholds(), Span(min(starts, default=None), max(ends, default=None)))
    return {
        "calls": found.calls,
        "config": found.config(),
        "fallback": found.fallback(),
        "errors": found.errors(),
        "ttfb": found.ttfb(),
        "turn": found.turn(),
        "providers": found.providers(),
        "uptime": found.uptime(),
        "hours": found.hours(),
        "top": found.top_errors(),
        "bad": found.bad_samples(),
    }


def totals_of(source: str) -> SourceTotals:
    return SourceTotals(source, Asked(), NOW)


@given(
    sizes=st.tuples(st.lists(st.integers(1, 90), min_size=1, max_size=6), st.lists(st.integers(1, 9), min_size=1)),
    mix=st.randoms(use_true_random=False),
)
@settings(max_examples=30, deadline=None)
def test_any_block_split_and_any_interleaving_of_sources_gives_the_same_figures(
    sizes: tuple[list[int], list[int]], mix: random.Random
) -> None:
    def run(splits: Sequence[Sequence[int]], mix: random.Random) -> dict[str, object]:
        feeds = [
            (totals_of(name), Reader(name, None, NOW), blocks_of(lines, split))
            for name, lines, split in zip(("andrea", "guide"), (LINES, GUIDE), splits, strict=True)
        ]
        while waiting := [feed for feed in feeds if feed[2]]:
            totals, reader, blocks = mix.choice(waiting)
            parsed = reader.read(blocks.pop(0))
            totals.apply(parsed.events, parsed.above)
        for totals, reader, _ in feeds:
            totals.apply(reader.finish().events)
        return figures([totals for totals, _, _ in feeds])

    whole = run([[10_000], [10_000]], mix)

    assert run(sizes, mix) == whole


@given(st.randoms(use_true_random=False), st.integers(2, 40))
@settings(max_examples=60, deadline=None)
def test_r67_events_up_to_30_s_out_of_order_give_the_same_figures(rng: random.Random, count: int) -> None:
    events: list[LogEvent] = []
    moments = rng.sample(range(600_000), 2 * count)  # of two things at once, nobody can tell which came first
    for number in range(count):
        at, end = (NOW - 3000 + ms / 1000 for ms in sorted(moments[2 * number : 2 * number + 2]))
        logged = rng.choice((None, round(end - at, 1)))
        events += [opened(f"c{number}", at), closed(f"c{number}", end, duration_s=logged)]
        events.append(ttfb(rng.uniform(100, 900), (at + end) / 2))
    events.sort(key=lambda event: event.time or 0.0)
    late = sorted(events, key=lambda event: (event.time or 0.0) + rng.uniform(0, 29.9))
    in_order, out_of_order = totals_of("app"), totals_of("app")

    in_order.apply(events)
    out_of_order.apply(late)

    assert figures([out_of_order]) == figures([in_order])


def test_r56_the_peak_of_several_sources_is_that_of_their_calls_together() -> None:
    one, other = totals_of("one"), totals_of("other")
    one.apply([opened("a", NOW - 600), closed("a", NOW - 500), opened("b", NOW - 300), closed("b", NOW - 200)])
    other.apply([opened("a", NOW - 400), closed("a", NOW - 350), opened("b", NOW - 250), closed("b", NOW - 100)])

    found = PeriodFigures([one, other], Thresholds(), Span(NOW - 600, NOW))

    assert found.calls.peak == 2
    assert (found.calls.opened, found.calls.active_at_end) == (4, 0)


def sequentially(lines: Sequence[bytes]) -> list[Parsed]:
    reader = Reader("app", None, NOW)
    return [*(reader.read(block) for block in blocks_of(lines, [50])), reader.finish()]


def added_up(parts: Sequence[Parsed]) -> tuple[object, ...]:
    events = [event for part in parts for event in part.events]
    above = {line: time for part in parts for line, time in part.above.items()}
    return events, above, *(sum(part[index] for part in parts) for index in (2, 3, 4))


@given(st.lists(st.sampled_from([*TRACEBACK, *SPLIT, *LINES[:40], *GUIDE]), max_size=120), st.integers(1, 4000))
@settings(max_examples=80, deadline=None)
def test_chunks_understood_apart_give_the_same_events_as_the_whole(lines: list[bytes], size: int) -> None:
    chunks = Chunks(size, limit=10**9)
    cut = [chunk for block in blocks_of(lines, [7]) if (chunk := chunks.add(block)) is not None]
    rest = chunks.rest()

    parts = [_received(_parse_apart(chunk, None, NOW)) for chunk in [*cut, *([rest] if rest else [])]]

    assert added_up(parts) == added_up(sequentially(lines))


async def test_two_processes_give_the_same_events_in_the_same_order() -> None:
    lines = [*LINES, *TRACEBACK, *SPLIT, *GUIDE] * 4

    async def blocks() -> AsyncIterator[LineBlock]:
        for block in blocks_of(lines, [40]):
            yield block

    parts = [part async for part in parse_chunks(blocks(), None, NOW, Chunks(20_000))]

    assert len(parts) > 3
    assert added_up(parts) == added_up(sequentially(lines))


def test_a_report_does_not_show_how_many_processes_made_it(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"\n".join([*LINES, *TRACEBACK, *SPLIT]) + b"\n")

    assert as_object(report_on(path, parallel_from=-1)) == as_object(report_on(path))


def without_input(report: Report) -> dict[str, object]:
    return {key: value for key, value in as_object(report).items() if key != "input"}


@pytest.mark.parametrize("dialect", ["andrea", "guide"])
def test_rotated_files_are_read_oldest_first_as_one_stream(tmp_path: Path, dialect: str) -> None:
    lines = story(dialect, until=60)
    path = written(tmp_path / "app.log", lines[4000:])
    written(tmp_path / "app.log.1", lines[2500:4000])
    (tmp_path / "app.log.2.gz").write_bytes(gzip.compress("".join(f"{line}\n" for line in lines[1200:2500]).encode()))
    written(tmp_path / "app.log-20270101", lines[:1200])
    whole = report_on(written(tmp_path / "whole.log", lines))

    rotated = report_on(path, rotated=True)

    assert rotated.input.lines == len(lines)
    assert rotated.input.events == whole.input.events
    assert without_input(rotated) == without_input(whole)
    assert report_on(path).input.lines == len(lines) - 4000


def test_rotated_files_before_the_period_are_not_even_read(tmp_path: Path) -> None:
    lines = story("guide-docker", until=60)
    half = len(lines) // 2
    written(tmp_path / "app.log.1", lines[:half])
    path = written(tmp_path / "app.log", lines[half:])

    report = report_on(path, asked=Asked(Span(NOW - 30, None)), rotated=True)

    assert 0 < report.input.lines < len(lines) - half
    assert report.period.covered_pct == pytest.approx(100, abs=5)


def test_a_source_named_twice_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path / "app.log", ["🔌 WS CONNECTION | Client: twilio, ID: a"])

    assert report_on(path, path).calls.opened == 1


@pytest.mark.parametrize("dialect", ["andrea", "guide-docker"])
def test_the_monitor_and_the_report_never_disagree(tmp_path: Path, dialect: str) -> None:
    lines = story(dialect, "azure-outage", seed=3)
    thresholds = Thresholds(ttfb_window_s=3600)
    store = MetricsStore(thresholds)
    store.apply(events_of(lines), NOW)
    store.observe(NOW - 3600, NOW)

    live = store.snapshot(NOW, (SourceStatus("app", "file", SourceState.LIVE),))
    report = report_on(written(tmp_path / "app.log", lines), asked=Asked(thresholds=thresholds))

    calls, errors = report.calls, report.errors
    assert calls.opened > 100
    assert errors.count > 0
    assert (calls.opened, calls.closed, calls.lost) == (live.calls.opened, live.calls.closed, live.calls.lost)
    assert (calls.active_at_end, calls.peak, calls.short) == (live.calls.active, live.calls.peak, live.calls.short)
    assert calls.by_client == dict(live.calls.by_client)
    assert (errors.count, errors.rate, errors.affected_calls) == (
        live.errors.count,
        live.errors.pct,
        live.errors.affected,
    )
    assert errors.rate_status is live.errors.pct_status
    assert {row.stage: row.activations for row in live.fallback} == report.fallback.by_stage
    assert {row.stage: row.figures for row in live.ttfb if row.figures.n} == report.ttfb
    assert {key.field for key in live.config.missing} == {one.name for one in report.config.missing if not one.resolved}
