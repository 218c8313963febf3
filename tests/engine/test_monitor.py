import asyncio
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from tests.engine.monitor.scripted import NOW, Scripted, monitor_over, running, stamped
from tui.engine.clock import ManualClock, SystemClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LineBlock, SourceState, Status, Thresholds
from tui.engine.monitor import SLICE_LINES, Monitor, slices
from tui.engine.parser import line_time
from tui.engine.sources import open_source


async def test_lines_become_figures_and_the_sources_row_counts_them() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    source.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: c1"), stamped("nobody knows this line"))

    snapshot = await running(monitor_over(source, clock=clock), source)

    assert snapshot.calls.active == 1
    assert snapshot.sources[0].events == 1
    assert snapshot.sources[0].unrecognised == 1
    assert snapshot.sources[0].lines_per_s == 0.2


async def test_an_error_that_waits_for_its_traceback_is_shown_with_the_next_idle_read() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    source.put(stamped("❌ [TTS Azure] Error: 401 Unauthorized"))

    snapshot = await running(monitor_over(source, clock=clock), source)

    assert [group.code for group in snapshot.recent] == ["401"]


async def test_a_gap_ends_the_record_before_it() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    source.put(stamped("❌ [TTS Azure] Error: 503 busy"))
    source.put("RuntimeError: 401 of another life", gap="lines may be lost")

    snapshot = await running(monitor_over(source, clock=clock), source)

    assert "503" in [group.code for group in snapshot.recent]


async def test_one_source_that_says_nothing_does_not_hold_up_the_other() -> None:
    clock = ManualClock(NOW)
    silent, busy = Scripted("silent", clock), Scripted("busy", clock)
    silent.state = SourceState.FAILED
    busy.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: c1"))

    snapshot = await running(monitor_over(silent, busy, clock=clock), busy)

    assert snapshot.calls.active == 1
    assert (snapshot.verdict.sources_live, snapshot.verdict.sources_total) == (1, 2)


async def test_while_nothing_changes_the_snapshot_is_the_same_object() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    source.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: c1"))
    monitor = monitor_over(source, clock=clock)

    reading = asyncio.create_task(monitor.run())
    await source.all_taken()

    assert monitor.snapshot() is monitor.snapshot()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_without_a_source_that_was_read_nothing_is_ok() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    source.state = SourceState.WAITING
    monitor = monitor_over(source, clock=clock)

    snapshot = monitor.snapshot()

    assert snapshot.verdict.status is Status.NO_DATA
    assert {row.status for row in snapshot.fallback} == {Status.NO_DATA}


async def test_minutes_in_which_no_read_worked_stay_a_gap_in_the_charts() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    monitor = monitor_over(source, clock=clock)
    task = asyncio.create_task(monitor.run())
    source.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: c1"))
    await source.all_taken()
    clock.advance(600)
    source.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: c2", clock.now()))
    await source.all_taken()

    observed = monitor.snapshot().errors.per_minute

    assert observed[-11] == 0
    assert observed[-10:-1] == (None,) * 9
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_news_wakes_as_soon_as_an_event_was_counted() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    monitor = monitor_over(source, clock=clock)
    task = asyncio.create_task(monitor.run())
    source.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: c1"))

    await asyncio.wait_for(monitor.news(3600), 10)

    assert monitor.snapshot().calls.active == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("count", [0, 1, SLICE_LINES, SLICE_LINES + 1, 3 * SLICE_LINES + 7])
def test_slices_hold_every_line_once_and_keep_numbers_size_and_gap(count: int) -> None:
    block = LineBlock("a", 11, [b"%d" % n for n in range(count)], 1000, NOW, "lines may be lost")

    parts = list(slices(block))

    assert [line for part in parts for line in part.lines] == block.lines
    assert [part.first_line for part in parts] == [11 + n * SLICE_LINES for n in range(len(parts))]
    assert sum(part.size for part in parts) == 1000
    assert [part.gap for part in parts] == ["lines may be lost", *[""] * (len(parts) - 1)]


async def test_history_and_live_lines_of_a_real_file_are_counted_once(tmp_path: Path) -> None:
    clock = SystemClock()
    log = tmp_path / "app.log"
    log.write_text(
        "".join(stamped(f"📊 [TTS Azure] TTFB={n}ms\n", clock.now()) for n in range(1, 51)), encoding="utf-8"
    )
    read: Callable[[bytes], float | None] = line_time
    source = open_source(f"app=file:{log}", clock=clock, since=None, line_time=read)
    monitor = Monitor([source], MetricsStore(Thresholds()), clock, UTC)
    task = asyncio.create_task(monitor.run())
    await asyncio.wait_for(monitor.news(3600), 10)
    with log.open("a", encoding="utf-8") as out:
        out.writelines(stamped(f"📊 [TTS Azure] TTFB={n}ms\n", clock.now()) for n in range(51, 101))

    while (tts := monitor.snapshot().ttfb[2]).figures.n < 100:
        await asyncio.wait_for(monitor.news(3600), 10)

    assert tts.figures.n == 100
    assert tts.figures.max == 100
    assert monitor.snapshot().sources[0].lines == 100
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_r65_the_log_of_a_replaced_container_just_ends_and_that_is_told_and_never_green() -> None:
    clock = ManualClock(NOW)
    source = Scripted("container", clock)
    source.put(
        stamped("🔌 WS CONNECTION | Client: twilio, ID: c1"),
        *(stamped(f"📊 [TTS Azure] TTFB={n}ms") for n in range(200, 230)),
    )
    monitor = monitor_over(source, clock=clock)
    live = await running(monitor, source)
    source.state = SourceState.ENDED

    ended = monitor.snapshot()

    assert live.ttfb[2].figures.status is Status.OK
    assert ended.ttfb[2].figures.n == 30
    assert ended.ttfb[2].figures.status is Status.NO_DATA
    assert ended.verdict.status is Status.NO_DATA
