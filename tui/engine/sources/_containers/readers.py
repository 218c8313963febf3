"""The logs of several containers, followed at once."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from functools import partial
from types import TracebackType
from typing import Self

from tui.engine.sources._containers.container import Chunk, Engine
from tui.engine.sources._containers.log import Log

TICK_S = 1.0
"""Silence after which the engine is asked whether it is still there, and the least time between two looks around."""

News = tuple[Log, Sequence[Chunk] | None] | Exception
"""Some of a log, its end, or why somebody cannot go on."""


class Readers:
    """One task for each log; they wait until what they brought is taken."""

    def __init__(self, engine: Engine, *, watch: bool) -> None:
        """With ``watch`` the engine is heard whenever it starts a container."""
        self.reading: dict[str, Log] = {}
        """The logs that are being followed, by container id."""
        self._engine = engine
        self._watch = watch
        self._news: asyncio.Queue[News] = asyncio.Queue(1)
        self._changed = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        if self._watch:
            self._start(self._hear)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def add(self, log: Log) -> None:
        """Follow one more log."""
        self.reading[log.container.id] = log
        self._start(partial(self._read, log))

    async def until_changed(self) -> AsyncGenerator[tuple[Log, Sequence[Chunk]], None]:
        """Yield what comes, nothing of some log where only the engine answered, until containers came or went.

        Raises:
            TroubleError: the engine or a log cannot be read any more.
        """
        loop = asyncio.get_running_loop()
        earliest = loop.time() + TICK_S
        while not self._changed or loop.time() < earliest:
            try:
                async with asyncio.timeout(TICK_S):  # unlike wait_for it swallows no cancellation
                    news = await self._news.get()
            except TimeoutError:
                if await self._engine.answers():
                    yield next(iter(self.reading.values())), ()
                continue
            if isinstance(news, Exception):
                raise news
            log, chunks = news
            if chunks is None:
                del self.reading[log.container.id]
                log.ended()
                self._changed = True
                if not self.reading:
                    break
            else:
                yield log, chunks
        self._changed = False

    def _start(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(self._done(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _done(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Let whoever takes the news hear of a failure, unless nobody does any more."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - raised where the news are taken
            task = asyncio.current_task()
            if task and not task.cancelling():
                await self._news.put(error)

    async def _read(self, log: Log) -> None:
        async with aclosing(self._engine.log(log.container, log.since, follow=True)) as chunks:
            async for each in chunks:
                await self._news.put((log, each))
        await self._news.put((log, None))

    async def _hear(self) -> None:
        async with aclosing(self._engine.starts()) as starts:
            async for _ in starts:
                self._changed = True
