"""A source of another machine under test: read in the background, in real time."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.engine.sources.session import append, numbered
from tui.engine.clock import SystemClock
from tui.engine.model import LineBlock, SourceState, SourceStatus
from tui.engine.sources import open_source

TIMEOUT_S = 60.0
LOOK_S = 0.01


class Reader:
    """Opens a source as a user types it and keeps all that it brings."""

    def __init__(self, spec: str, **settings: Any) -> None:  # noqa: ANN401 - as those of ``open_source``
        settings = {"clock": SystemClock(), "since": None, "line_time": lambda _: None, **settings}
        self.source = open_source(spec, **settings)
        self.blocks: list[LineBlock] = []
        self.states: list[SourceState] = []
        self.pause_s = 0.0
        """How long the one who reads takes for each block."""
        self.keep: Callable[[LineBlock], LineBlock] = lambda block: block
        """What is kept of a block."""
        self._task: asyncio.Task[None] | None = None

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

    async def until(self, wanted: Callable[[], bool], timeout: float = TIMEOUT_S) -> None:  # noqa: ASYNC109
        """Wait until something is so, and note every state on the way."""
        deadline = time.monotonic() + timeout
        while not wanted():
            self.note_state()
            if self._task is not None and self._task.done():
                self._task.result()
            assert time.monotonic() < deadline, f"{len(self.lines)} lines, {self.status}"
            await asyncio.sleep(LOOK_S)

    async def until_lines(self, lines: Iterable[bytes]) -> None:
        """Wait until as many lines are there, and require these very ones in this order."""
        expected = list(lines)
        await self.until(lambda: sum(len(block.lines) for block in self.blocks) >= len(expected))
        assert self.lines == expected

    async def until_state(self, state: SourceState) -> SourceStatus:
        """Wait until the source is in a state and return its status."""
        await self.until(lambda: self.status.state is state)
        return self.status

    def note_state(self) -> None:
        """Remember the present state if it is a new one."""
        state = self.status.state
        if self.states[-1:] != [state]:
            self.states.append(state)

    def start(self) -> None:
        """Begin to read."""
        self._task = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """End reading, as when the program ends."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _read(self) -> None:
        batches = self.source.batches()
        try:
            async for block in batches:
                self.blocks.append(self.keep(block))
                if self.pause_s:
                    await asyncio.sleep(self.pause_s)
        finally:
            await batches.aclose()  # type: ignore[attr-defined] # an async generator


class Writer:
    """Writes lines with increasing ids to a file all the time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.count = 0
        self._task: asyncio.Task[None] | None = None

    def write(self, count: int = 1) -> None:
        """Write some lines now."""
        append(self._path, numbered(self.count + 1, self.count + count))
        self.count += count

    @property
    def lines(self) -> list[bytes]:
        """All lines written so far."""
        return numbered(1, self.count)

    async def stop(self) -> None:
        """Write no more."""
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._go_on())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _go_on(self) -> None:
        while True:
            self.write(3)
            await asyncio.sleep(0.01)
