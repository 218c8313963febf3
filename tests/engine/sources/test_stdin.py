"""Standard input through a real pipe."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.engine.sources.session import numbered, text
from tui.engine.clock import ManualClock
from tui.engine.lines import LINE_CAP
from tui.engine.model import LineBlock, SourceState
from tui.engine.sources.stdin import StdinSource

TICK_S = 0.01


class Pipe:
    """Both ends of a pipe."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()

    def end(self) -> None:
        """Close the writing end."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.end()
    os.close(pipe.reader)


async def next_with_lines(batches: AsyncIterator[LineBlock]) -> LineBlock:
    while True:
        block = await anext(batches)
        if block.lines:
            return block


async def rest_of(batches: AsyncIterator[LineBlock]) -> list[bytes]:
    return [line async for block in batches for line in block.lines]


async def test_fault_73_the_end_of_input_ends_the_source_with_final_counters(pipe: Pipe) -> None:
    source = StdinSource(pipe.reader, "stdin", ManualClock(100.0), tick_s=TICK_S)
    os.write(pipe.writer, text(numbered(1, 3)) + b"unfinished")
    pipe.end()

    assert await rest_of(source.batches()) == [*numbered(1, 3), b"unfinished"]
    status = source.status()
    assert status.state is SourceState.ENDED
    assert status.lines == 4
    assert status.bytes == len(text(numbered(1, 3))) + len(b"unfinished")


async def test_fault_74_a_million_lines_all_arrive(pipe: Pipe) -> None:
    count = 1_000_000
    source = StdinSource(pipe.reader, "stdin", ManualClock(100.0), tick_s=TICK_S)

    def write() -> None:
        for first in range(0, count, 10_000):
            left = memoryview(text(numbered(first, first + 9_999)))
            while left:
                left = left[os.write(pipe.writer, left) :]
        pipe.end()

    writing = asyncio.create_task(asyncio.to_thread(write))
    next_id = 0
    async for block in source.batches():
        assert block.lines == numbered(next_id, next_id + len(block.lines) - 1)
        assert not block.lines or block.first_line == next_id + 1
        next_id += len(block.lines)
    await writing
    assert next_id == count


async def test_silence_yields_empty_blocks(pipe: Pipe) -> None:
    source = StdinSource(pipe.reader, "stdin", ManualClock(100.0), tick_s=TICK_S)
    batches = source.batches()
    assert (await anext(batches)).lines == []
    os.write(pipe.writer, b"line\n")
    block = await next_with_lines(batches)
    assert block == LineBlock("stdin", 1, [b"line"], 5, 100.0)
    assert source.status().state is SourceState.LIVE
    await batches.aclose()


async def test_r70_an_unfinished_line_is_told_after_two_seconds(pipe: Pipe) -> None:
    clock = ManualClock(100.0)
    source = StdinSource(pipe.reader, "stdin", clock, tick_s=TICK_S)
    batches = source.batches()
    os.write(pipe.writer, b"password: ")
    for _ in range(3):
        assert (await anext(batches)).lines == []
    clock.advance(2)
    assert (await next_with_lines(batches)).lines == [b"password: "]
    os.write(pipe.writer, b"next\n")
    assert (await next_with_lines(batches)).lines == [b"next"]
    assert source.status().lines == 2
    await batches.aclose()


async def test_an_endless_line_is_cut_and_its_rest_skipped(pipe: Pipe) -> None:
    source = StdinSource(pipe.reader, "stdin", ManualClock(), tick_s=TICK_S)

    def write() -> None:
        left = memoryview(b"x" * (3 * LINE_CAP) + b"\nok\n")
        while left:
            left = left[os.write(pipe.writer, left) :]
        pipe.end()

    writing = asyncio.create_task(asyncio.to_thread(write))
    assert await rest_of(source.batches()) == [b"x" * LINE_CAP, b"ok"]
    await writing
    assert source.status().truncated == 1


async def test_a_redirected_file_is_history(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(text(numbered(1, 3)))
    fd = os.open(log, os.O_RDONLY)
    blocks = [block async for block in StdinSource(fd, "stdin", ManualClock()).batches()]
    os.close(fd)
    assert [line for block in blocks for line in block.lines] == numbered(1, 3)
    assert {block.arrived for block in blocks} == {None}


async def test_empty_input_that_cannot_be_polled_ends_at_once() -> None:
    fd = os.open(os.devnull, os.O_RDONLY)
    source = StdinSource(fd, "stdin", ManualClock())
    assert await rest_of(source.batches()) == []
    os.close(fd)
    assert source.status().state is SourceState.ENDED


async def test_the_mode_of_the_shared_descriptor_is_left_alone(pipe: Pipe) -> None:
    batches = StdinSource(pipe.reader, "stdin", ManualClock(), tick_s=TICK_S).batches()
    await anext(batches)
    assert os.get_blocking(pipe.reader)
    await batches.aclose()
