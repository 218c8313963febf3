"""How a file source paces itself, tells its state, and delivers blocks."""

# ruff: noqa: ASYNC240 - tests may block

import asyncio
from pathlib import Path

import pytest

from tests.engine.sources.conftest import Begin
from tests.engine.sources.session import NOW, append, line_time, numbered
from tui.engine.clock import SystemClock
from tui.engine.model import SourceState
from tui.engine.sources._file_source import FileSource
from tui.engine.text import t


async def test_r66_history_has_no_arrival_time_and_live_lines_have(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    append(log, numbered(4, 5))
    await session.poll()

    (history, live) = [block for block in session.blocks if block.lines]
    assert history.lines == numbered(1, 3)
    assert history.arrived is None
    assert live.lines == numbered(4, 5)
    assert live.arrived == pytest.approx(NOW, abs=1)
    assert (history.first_line, live.first_line) == (1, 4)


async def test_a_poll_that_finds_nothing_yields_an_empty_block(log: Path, begin: Begin) -> None:
    log.touch()
    session = begin(log)
    await session.poll(3)
    assert [block.lines for block in session.blocks] == [[], [], []]


async def test_an_unfinished_line_waits_for_its_newline(log: Path, begin: Begin) -> None:
    log.write_bytes(b"par")
    session = begin(log)
    await session.poll(3)
    assert session.lines == []
    assert session.status.lines == 0
    with log.open("ab") as writer:
        writer.write(b"tial\n")
    await session.poll()
    assert session.lines == [b"partial"]


async def test_polling_is_quick_after_data_and_slows_down_in_silence(log: Path, begin: Begin) -> None:
    log.touch()
    session = begin(log)
    await session.poll(20)
    assert session.pauses[-1] == pytest.approx(0.25)
    append(log, [b"data"])
    await session.poll(5)
    assert session.pauses[-5:] == [0.04] * 5
    await session.pass_time(10)
    await session.poll(20)
    assert session.pauses[-1] == pytest.approx(0.25)


async def test_blocks_are_bounded_and_the_consumer_sets_the_pace(log: Path) -> None:
    lines = [b"%06d" % number + b"x" * 93 for number in range(20_000)]
    append(log, lines)
    source = FileSource(log, "app", SystemClock(), since=None, line_time=line_time)
    batches = source.batches()
    first = await anext(batches)
    assert 0 < first.size <= 256 * 1024 + 1
    assert source.status().lag_bytes == log.stat().st_size - first.size
    assert 0 < (source.status().progress or 0) < 1
    assert source.status().state is SourceState.CONNECTING

    rest = [line async for block in _until_idle(batches) for line in block]
    assert first.lines + rest == lines
    assert source.status().progress is None
    assert source.status().lag_bytes == 0
    await batches.aclose()


async def _until_idle(batches):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - an async generator of lines
    async for block in batches:
        if not block.lines:
            return
        yield block.lines


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_closing_the_iterator_releases_every_descriptor(log: Path) -> None:
    append(log, numbered(1, 3))
    before = _descriptors()
    batches = FileSource(log, "app", SystemClock(), since=None, line_time=line_time).batches()
    await anext(batches)
    await batches.aclose()
    assert _descriptors() <= before


async def test_cancelling_while_a_file_is_opened_releases_it(log: Path) -> None:
    append(log, numbered(1, 3))
    before = _descriptors()
    for _ in range(50):
        batches = FileSource(log, "app", SystemClock(), since=None, line_time=line_time).batches()
        reading = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        await batches.aclose()
    await asyncio.get_running_loop().shutdown_default_executor()
    await asyncio.sleep(0)
    assert _descriptors() <= before


async def test_silence_makes_a_source_quiet_and_a_line_live_again(log: Path, begin: Begin) -> None:
    append(log, [b"@%d first" % NOW])
    session = begin(log)
    assert session.status.state is SourceState.CONNECTING
    await session.poll(2)
    assert session.status.state is SourceState.LIVE
    await session.pass_time(61)
    assert session.status.state is SourceState.QUIET
    append(log, [b"second"])
    await session.poll()
    assert session.status.state is SourceState.LIVE


async def test_old_history_does_not_make_a_source_live(log: Path, begin: Begin) -> None:
    append(log, [b"@%d long ago" % (NOW - 7200)])
    session = begin(log)
    await session.poll(2)
    assert session.status.state is SourceState.QUIET
    assert session.status.last_line_at == NOW - 7200


async def test_a_reader_that_is_stuck_turns_stale_by_itself(log: Path, begin: Begin) -> None:
    append(log, [b"line"])
    session = begin(log)
    await session.poll()
    append(log, [b"line"])
    await session.poll()
    session.clock.advance(2.5)
    assert session.status.state is SourceState.LIVE
    session.clock.advance(1)
    assert session.status.state is SourceState.STALE
    assert session.status.reason == t("sources.stale", seconds="3")


async def test_counters_are_exact(log: Path, begin: Begin) -> None:
    append(log, [b"one", b"\0\0two", b"three\r"])
    session = begin(log)
    await session.poll()
    assert session.status.lines == 3
    assert session.status.bytes == log.stat().st_size
    assert session.status.nul_bytes == 2
    assert session.lines == [b"one", b"two", b"three"]


async def test_without_following_a_source_ends_with_the_last_line_even_unfinished(log: Path, begin: Begin) -> None:
    log.write_bytes(b"one\ntwo")
    session = begin(log, follow=False)
    await session.poll()
    assert session.lines == [b"one", b"two"]
    assert session.status.state is SourceState.ENDED


async def test_without_following_a_missing_file_ends_as_what_it_is(log: Path, begin: Begin) -> None:
    session = begin(log, follow=False)
    await session.poll()
    assert session.blocks == []
    assert session.status.state is SourceState.WAITING
    assert session.status.reason == t("sources.absent", path=log)
