"""Large streams on two cores: whole records in chunks, each understood by a process of its own."""

import asyncio
import marshal
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from datetime import tzinfo
from typing import NamedTuple

from tui.engine.bulk._reader import CONTEXT, Parsed, Reader
from tui.engine.bulk._records import last_cut
from tui.engine.dialects._dialect import Dialect, own_dialects, use_dialects
from tui.engine.model import LineBlock, LogEvent

CHUNK_SIZE = 1024**2
_CHUNK_LIMIT = 16 * CHUNK_SIZE
"""A chunk this large is cut anywhere: a record keeps only so many of its lines anyhow."""

_WAITING = 4
"""Chunks that are on their way at once."""


class Chunk(NamedTuple):
    """Whole records of one source."""

    source: str
    first_line: int
    data: bytes
    """Lines joined with newlines."""
    context: list[bytes]
    """The lines above."""


class Chunks:
    """Gathers blocks and cuts them where a record begins, so that each chunk can be understood by itself."""

    def __init__(self, size: int = CHUNK_SIZE, limit: int = _CHUNK_LIMIT) -> None:
        self._size = size
        self._limit = limit
        self._lines: list[bytes] = []
        self._held = 0
        self._source = ""
        self._first_line = 1
        self._context: list[bytes] = []

    def add(self, block: LineBlock) -> Chunk | None:
        """Take a block; return a chunk as soon as there is enough for one."""
        if not self._lines:
            self._source, self._first_line = block.source, block.first_line
        self._lines += block.lines
        self._held += block.size
        if self._held < self._size:
            return None
        at = last_cut(self._lines)
        if at is None and self._held >= self._limit:
            at = len(self._lines)
        return self._take(at) if at else None

    def rest(self) -> Chunk | None:
        """Return what is left at the end."""
        return self._take(len(self._lines)) if self._lines else None

    def _take(self, at: int) -> Chunk:
        lines, self._lines = self._lines[:at], self._lines[at:]
        chunk = Chunk(self._source, self._first_line, b"\n".join(lines), self._context)
        self._context = (self._context + lines[-CONTEXT:])[-CONTEXT:]
        self._first_line += at
        self._held = sum(len(line) + 1 for line in self._lines)
        return chunk


async def parse_chunks(
    blocks: AsyncIterator[LineBlock], tz: tzinfo | None, now: float, chunks: Chunks | None = None
) -> AsyncGenerator[Parsed, None]:
    """Yield what the blocks of a source mean, in order; the same as a ``Reader`` gives, from two processes."""
    cutter, loop = chunks or Chunks(), asyncio.get_running_loop()
    on_the_way: deque[asyncio.Future[bytes]] = deque()
    context = multiprocessing.get_context("spawn")  # the threads of the sources must not be forked
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), context, prepare, (own_dialects(),)) as pool:
        try:
            async for block in blocks:
                chunk = cutter.add(block)
                if chunk is not None:
                    on_the_way.append(loop.run_in_executor(pool, _parse_apart, chunk, tz, now))
                if len(on_the_way) >= _WAITING:
                    yield _received(await on_the_way.popleft())
            last = cutter.rest()
            if last is not None:
                on_the_way.append(loop.run_in_executor(pool, _parse_apart, last, tz, now))
            while on_the_way:
                yield _received(await on_the_way.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            await asyncio.gather(*on_the_way, return_exceptions=True)  # an error nobody asks for would be printed


def prepare(users: tuple[Dialect, ...]) -> None:
    """Know the user's dialects as the parent does, and leave interrupts to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_dialects(users)


def _parse_apart(chunk: Chunk, tz: tzinfo | None, now: float) -> bytes:
    """Understand one chunk in another process; plain tuples travel fastest."""
    lines = chunk.data.split(b"\n")
    reader = Reader(chunk.source, tz, now)
    found = reader.read(LineBlock(chunk.source, chunk.first_line, lines, len(chunk.data), None), chunk.context)
    last = reader.finish()
    events = [tuple(event) for event in (*found.events, *last.events)]
    counts = [one + other for one, other in zip(found[2:5], last[2:5], strict=True)]
    return marshal.dumps((events, found.above, *counts))


def _received(data: bytes) -> Parsed:
    events, *rest = marshal.loads(data)  # noqa: S302 - written by our own child a moment ago
    return Parsed([LogEvent._make(event) for event in events], *rest)
