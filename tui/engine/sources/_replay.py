"""A finished log played back: its lines come when they were written, by a clock that may run faster."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from tui.engine.clock import ReplayClock
from tui.engine.lines import NOTHING, Piece
from tui.engine.model import LineBlock, SourceState, SourceStatus, SourceStep
from tui.engine.safe_text import safe_text
from tui.engine.sources._access import Handle
from tui.engine.sources._cutter import Cutter
from tui.engine.sources._local import LocalAccess
from tui.engine.sources._reading import Reading
from tui.engine.sources._since import LineTime
from tui.engine.sources._trouble import TroubleError
from tui.engine.sources._unpacking import Unpacking
from tui.engine.text import t

READ_SIZE = 256 * 1024
BLOCK_LINES = 5000
"""Lines delivered at once at most."""

TICK_S = 0.25
"""Real seconds between two looks at the clock; a source that waits says so as often."""

LOOKED_AT = 4 * 1024**2
"""Bytes at the beginning among which the first time is looked for."""


class ReplaySource:
    """Delivers the lines of one file, plain or gzip, by the time they carry.

    A line without a time comes with the one before it. What is older than the clock's start is history.
    """

    def __init__(self, path: Path, name: str, clock: ReplayClock, line_time: LineTime) -> None:
        self._path = path
        self._name = name
        self._clock = clock
        self._line_time = line_time
        self._reading = Reading(name, "replay", clock)
        self._due = float("-inf")

    @property
    def name(self) -> str:
        """The name shown on screen and written into events."""
        return self._name

    @property
    def bookmark(self) -> str:
        """Empty: a replay begins anew each time."""
        return ""

    def retry(self) -> None:
        """Do nothing: the file is there or not."""

    def trail(self) -> Sequence[SourceStep]:
        """Return nothing: only the file is opened."""
        return ()

    def status(self) -> SourceStatus:
        """Return how playing goes."""
        return self._reading.status()

    async def batches(self) -> AsyncIterator[LineBlock]:
        """Yield lines as their time comes, and an empty block while none is due."""
        try:
            handle = await open_log(self._path)
        except TroubleError as trouble:
            self._reading.troubled(trouble)
            return
        except OSError as error:
            reason = safe_text(error.strerror or str(error))
            self._reading.stopped(SourceState.FAILED, "unreadable", path=safe_text(str(self._path)), reason=reason)
            return
        try:
            cutter, offset = Cutter(self._clock), 0
            while data := await handle.read(offset, READ_SIZE):
                offset += len(data)
                async for block in self._play(cutter.take(data)):
                    yield block
            async for block in self._play(cutter.flush()):
                yield block
            if handle.broken:
                yield self._block(NOTHING, gap=t(f"sources.gap_{handle.broken}"))
            self._reading.ended()
        finally:
            await handle.close()

    async def _play(self, piece: Piece) -> AsyncIterator[LineBlock]:
        """Yield the lines of a piece, each when it is due; the piece's other figures come with the first of them."""
        waiting: list[bytes] = []
        rest = piece._replace(lines=[])
        for line in piece.lines:
            due = max(self._due, self._line_time(line) or self._due)
            full = len(waiting) >= BLOCK_LINES or self._due < self._clock.begin <= due
            if waiting and (full or due > self._clock.now()):
                yield self._block(rest._replace(lines=waiting))
                waiting, rest = [], NOTHING
            self._due = due
            while (ahead := self._due - self._clock.now()) > 0:
                yield self._block(NOTHING)
                await asyncio.sleep(min(TICK_S, ahead / self._clock.speed))
            waiting.append(line)
        if waiting:
            yield self._block(rest._replace(lines=waiting))

    def _block(self, piece: Piece, gap: str = "") -> LineBlock:
        history = self._due < self._clock.begin
        self._reading.worked()
        if piece.lines:
            self._reading.line_came(self._due if history and self._due > float("-inf") else None, live=not history)
        return self._reading.block(piece, history=history, gap=gap)


async def open_log(path: Path) -> Handle:
    """Open a log, uncompressing it if it is a gzip file; raises OSError."""
    return await Unpacking(LocalAccess()).open(str(path))


async def first_time(path: Path, line_time: LineTime) -> float | None:
    """Return the time of the first line that carries one, None if none of the first 4 MB does; raises OSError."""
    handle = await open_log(path)
    try:
        head = await handle.read(0, LOOKED_AT)
    finally:
        await handle.close()
    return next((time for line in head.split(b"\n") if (time := line_time(line)) is not None), None)
