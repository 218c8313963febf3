"""A source of any kind that runs in the background of a test, against the real clock and the real thing."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from tui.engine.clock import SystemClock
from tui.engine.model import LineBlock, SourceState, SourceStatus
from tui.engine.parser import line_time
from tui.engine.sources import open_source

PATIENCE_S = 30.0


class Running:
    """Reads a source until the test closes it; wait for what is to be seen, never for a time."""

    def __init__(self, spec: str, **opening: Any) -> None:  # noqa: ANN401 - as open_source's
        settings = {"clock": SystemClock(), "since": None, "line_time": line_time, **opening}
        self.source = open_source(spec, **settings)
        self.blocks: list[LineBlock] = []
        self.states: list[SourceState] = []
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._read())

    @property
    def lines(self) -> list[bytes]:
        """Every line delivered so far."""
        return [line for block in self.blocks for line in block.lines]

    @property
    def gaps(self) -> list[str]:
        """Every gap told so far."""
        return [block.gap for block in self.blocks if block.gap]

    @property
    def status(self) -> SourceStatus:
        """How reading goes."""
        return self.source.status()

    async def until(self, wanted: Callable[[], object]) -> None:
        """Wait until something is so; a test that waits in vain says what it saw."""
        async with asyncio.timeout(PATIENCE_S):
            while not wanted():
                if self._task.done():
                    await self._task
                    assert wanted(), f"ended with {self.status}, lines {self.lines[-5:]}"
                    return
                self._news.clear()
                with_status = asyncio.create_task(self._news.wait())
                await asyncio.wait([with_status], timeout=0.05)
                with_status.cancel()

    async def lines_to_be(self, wanted: list[bytes]) -> None:
        """Wait for so many lines and compare."""
        try:
            await self.until(lambda: len(self.lines) >= len(wanted))
        except TimeoutError:
            assert self.lines == wanted, self.status
        assert self.lines == wanted

    async def end(self) -> SourceStatus:
        """Wait until the source is over by itself."""
        await asyncio.wait_for(self._task, PATIENCE_S)
        return self.status

    async def close(self) -> None:
        """Stop reading, as when the program ends."""
        self._task.cancel()
        done, _ = await asyncio.wait([self._task], timeout=PATIENCE_S)
        assert done, "the source does not let itself be stopped"

    async def _read(self) -> None:
        async with aclosing(self.source.batches()) as blocks:  # type: ignore[type-var] # an async generator
            async for block in blocks:
                self.blocks.append(block)
                self._news.set()
