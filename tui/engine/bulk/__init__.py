"""Large logs on their way into events: line by line, in two processes, or whole blocks at once."""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, closing
from datetime import tzinfo
from math import inf
from typing import TYPE_CHECKING

from tui.engine.bulk._reader import CONTEXT, Parsed, Reader
from tui.engine.bulk._task import Log, Task
from tui.engine.clock import Clock
from tui.engine.dialects._dialect import own_dialects
from tui.engine.model import LineBlock
from tui.engine.parser import Parser
from tui.engine.worker import ONE_THREAD, PARALLEL_FROM

if TYPE_CHECKING:
    from tui.engine.bulk._history import HistoryParser
    from tui.engine.event_lines import EventLines
    from tui.engine.sources._file_source import FileSource
    from tui.engine.sources._follow import Unread
    from tui.engine.sources._source import Source

__all__ = ["COLUMNS_FROM", "CONTEXT", "PARALLEL_FROM", "Parsed", "Reader", "history_parser", "parse"]

COLUMNS_FROM = 20 * 1024**2
"""Bytes to read from which on it pays to load what understands whole blocks."""


async def parse(
    source: "Source",
    blocks: AsyncGenerator[LineBlock, None],
    reader: Reader,
    parallel_from: int = PARALLEL_FROM,
    columns_from: float = inf,
    *,
    lines: "EventLines | None" = None,
) -> AsyncGenerator[Parsed, None]:
    """Yield what the blocks of a source mean, in order.

    They are understood by ``reader``, which the caller finishes, or, if more than ``parallel_from`` bytes are
    still to be read, by two processes. From ``columns_from`` bytes on, local files are understood whole blocks at
    a time, and latencies come as columns; or, with ``lines``, all that such blocks say comes written.
    """
    from tui.engine.sources._file_source import FileSource  # noqa: PLC0415 - the other process opens no sources

    async with aclosing(blocks):
        first = await anext(blocks, None)
        while first is not None and isinstance(source, FileSource) and source.status().lines < CONTEXT:
            yield reader.read(first)  # what begins with lines that are far too long is no reason to hold many of them
            first = await anext(blocks, None)
        if first is None:
            return
        status = source.status()
        parallel = status.lag_bytes > parallel_from and (os.cpu_count() or 1) > 1
        unread = source.unread() if isinstance(source, FileSource) else None
        if isinstance(source, FileSource) and unread is not None and unread.size > columns_from:
            task = Task(Log(source.name, reader.tz, reader.now), lines, own_dialects())
            async with aclosing(_past_source(source, unread, first, reader, task, helped=parallel)) as parsed:
                async for each in parsed:
                    yield each
                    del each  # or its events would be kept until there are others
            async for block in blocks:
                yield reader.read(block)
            return
        if parallel:
            from tui.engine.bulk._chunks import parse_chunks  # noqa: PLC0415 - other processes: seldom wanted

            async with aclosing(parse_chunks(_chained(first, blocks), reader.tz, reader.now)) as parsed:
                async for each in parsed:
                    yield each
            return
        yield reader.read(first)
        async for block in blocks:
            yield reader.read(block)


async def _past_source(
    source: "FileSource", unread: "Unread", first: LineBlock, reader: Reader, task: Task, *, helped: bool
) -> AsyncGenerator[Parsed, None]:
    """Yield what a file means up to somewhere near its end, from the block that was read first on."""
    os.environ.update(ONE_THREAD)
    from tui.engine.bulk._ahead import Ahead  # noqa: PLC0415 - most logs are smaller

    above = [*reader.context, *first.lines][-CONTEXT:]
    with closing(Ahead(unread, above, source.status().lines, task, helped=helped)) as ahead:
        yield reader.read(first)
        from tui.engine.bulk._ranges import Pass  # noqa: PLC0415 - numpy takes 60 ms to load

        async with aclosing(Pass(source, reader, ahead, task).parsed()) as parsed:
            async for each in parsed:
                yield each
                del each  # likewise


async def _chained(first: LineBlock, rest: AsyncIterator[LineBlock]) -> AsyncIterator[LineBlock]:
    yield first
    async for block in rest:
        yield block


def history_parser(source: str, tz: tzinfo | None, clock: Clock, parser: Parser) -> "HistoryParser":
    """Return what understands much history of a source, and then goes on with its parser; loads numpy."""
    from tui.engine.bulk._history import HistoryParser  # noqa: PLC0415 - numpy takes 80 ms to load

    return HistoryParser(source, tz, clock, parser)
