"""A source of containers that is read in the background."""

import asyncio
from collections.abc import Callable

from tui.engine.model import LineBlock, SourceStatus
from tui.engine.sources._source import Source

PATIENCE_S = 30.0


class Following:
    """Collects what a source gives."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.blocks: list[LineBlock] = []
        self._task = asyncio.create_task(self._read())
        self._came = asyncio.Event()

    async def _read(self) -> None:
        batches = self.source.batches()
        try:
            async for block in batches:
                self.blocks.append(block)
                self._came.set()
        finally:
            await batches.aclose()  # type: ignore[attr-defined] # an async generator

    @property
    def status(self) -> SourceStatus:
        return self.source.status()

    @property
    def texts(self) -> list[bytes]:
        """Every line so far without the engine's time."""
        return [line.partition(b" ")[2] for block in self.blocks for line in block.lines]

    @property
    def lives(self) -> list[bytes]:
        """The first line of each process that was told of."""
        return [block.lines[0].partition(b" ")[2] for block in self.blocks if block.life]

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at after each block and now and then."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not reached():
            assert asyncio.get_running_loop().time() < deadline, (self.status, self.texts[-3:], len(self.texts))
            if self._task.done():
                self._task.result()
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), 0.05)
            except TimeoutError:
                continue

    async def lines(self, count: int) -> list[bytes]:
        """Wait for so many lines and return all that came."""
        await self.until(lambda: len(self.texts) >= count)
        return self.texts

    async def all(self) -> list[bytes]:
        """Read to the end and return every line."""
        await asyncio.wait_for(self._task, PATIENCE_S)
        return self.texts

    async def stop(self) -> str:
        """End reading, as when the program ends; return the bookmark."""
        self._task.cancel()
        _, running = await asyncio.wait([self._task], timeout=PATIENCE_S)
        assert not running, self._task.get_stack()
        return self.source.bookmark
