"""A file source under test: every poll is started by hand, no time passes by itself."""

import asyncio
import math
from pathlib import Path
from typing import Any

from tests.engine.sources.access import inline
from tui.engine.clock import ManualClock
from tui.engine.model import LineBlock, SourceStatus
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._local import LocalAccess

NOW = 1_800_000_000.0


def line_time(line: bytes) -> float | None:
    """Read the seconds that the lines of some tests begin with: ``@1800000000 text``."""
    head = line.split(b" ", 1)[0]
    return float(head[1:]) if head.startswith(b"@") else None


class Session:
    """Reads a file source in the background and stops it at each pause."""

    def __init__(self, path: Path | str, **settings: Any) -> None:  # noqa: ANN401 - as the source's
        self.clock = ManualClock(NOW)
        self.blocks: list[LineBlock] = []
        self.pauses: list[float] = []
        self._go = asyncio.Event()
        self._paused = asyncio.Event()
        settings = {"since": None, "line_time": line_time, "access": LocalAccess(inline), **settings}
        self.source = FileSource(path, "app", self.clock, wait=self._wait, **settings)
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

    async def poll(self, times: int = 1) -> None:
        """Let the source read until it pauses or ends."""
        for _ in range(times):
            self._paused.clear()
            self._go.set()
            self._task = self._task or asyncio.create_task(self._read())
            paused = asyncio.create_task(self._paused.wait())
            await asyncio.wait([paused, self._task], return_when=asyncio.FIRST_COMPLETED)
            paused.cancel()
            if self._task.done():
                self._task.result()
                return

    async def pass_time(self, seconds: float) -> None:
        """Move the clock and read again."""
        self.clock.advance(seconds)
        await self.poll()

    async def close(self) -> None:
        """End reading, as when the program ends."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _read(self) -> None:
        batches = self.source.batches()
        try:
            async for block in batches:
                self.blocks.append(block)
        finally:
            await batches.aclose()  # type: ignore[attr-defined] # an async generator

    async def _wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)
        self._go.clear()
        self._paused.set()
        await self._go.wait()


def numbered(first: int, last: int) -> list[bytes]:
    """Return lines that carry unique increasing ids."""
    return [b"line %d" % number for number in range(first, last + 1)]


def text(lines: list[bytes]) -> bytes:
    """Return lines as a file has them."""
    return b"".join(line + b"\n" for line in lines)


def append(path: Path, lines: list[bytes]) -> None:
    """Write lines to the end of a file."""
    with path.open("ab") as file:
        file.write(text(lines))


FROM_NOW_ON = math.inf
