"""Standard input, or any other stream: lines as they come, until it ends."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Sequence

from tui.engine.clock import Clock
from tui.engine.lines import Piece
from tui.engine.model import LineBlock, SourceState, SourceStatus, SourceStep
from tui.engine.safe_text import safe_text
from tui.engine.sources._cutter import Cutter
from tui.engine.sources._local import in_thread
from tui.engine.sources._opening import Opening
from tui.engine.sources._piped import Piped
from tui.engine.sources._reading import Reading
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

SCHEMES = ("-",)

READ_SIZE = 256 * 1024
TICK_S = 0.25
"""Silence after which an empty block says that the stream is still there."""


class StdinSource:
    """Reads a descriptor that others write to; never closes it."""

    def __init__(self, fd: int, name: str, clock: Clock, *, tick_s: float = TICK_S) -> None:
        """``fd`` is a pipe, socket, terminal or, redirected, a regular file."""
        self._fd = fd
        self._name = name
        self._clock = clock
        self._tick_s = tick_s
        self._reading = Reading(name, "stdin", clock)
        self._piped = Piped()
        self._cutter = Cutter(clock)

    @property
    def name(self) -> str:
        """The name shown on screen and written into events."""
        return self._name

    def status(self) -> SourceStatus:
        """Return how reading goes."""
        return self._reading.status()

    @property
    def bookmark(self) -> str:
        """Empty: nobody can read a stream again."""
        return ""

    def retry(self) -> None:
        """Do nothing: a stream is not waited for."""

    def trail(self) -> Sequence[SourceStep]:
        """Return nothing: a stream is either there or not."""
        return ()

    async def batches(self) -> AsyncIterator[LineBlock]:
        """Yield lines as they come, an empty block after each silent tick, and nothing after the end."""
        live = not stat.S_ISREG(os.fstat(self._fd).st_mode)
        try:
            async for piece in self._pieces(live=live):
                yield self._block(piece, live=live)
        except TroubleError as trouble:
            self._reading.troubled(trouble)
            return
        except OSError as error:
            reason = safe_text(error.strerror or type(error).__name__)
            self._reading.stopped(SourceState.FAILED, "unreadable", path=self._name, reason=reason)
            return
        rest, broken = self._cutter.flush(), self._piped.broken
        if rest.lines or broken:
            yield self._block(rest, live=live, gap=t(f"sources.gap_{broken}") if broken else "")
        self._reading.ended()

    async def _pieces(self, *, live: bool) -> AsyncIterator[Piece]:
        """Yield what comes until the end, nothing after each silent tick; raises OSError."""
        while not self._piped.given_up:
            ready = not live or await self._readable()
            data = await self._read(live=live) if ready else None
            if data == b"":
                return
            if data is None:
                self._reading.worked()
                yield self._cutter.overdue()
                continue
            async for part in self._piped.contents(data):
                self._reading.worked()
                yield self._cutter.take(part)

    async def _read(self, *, live: bool) -> bytes:
        """Return what is there: at once from a pipe that is ready, through a thread from a disk."""
        if live:
            return os.read(self._fd, READ_SIZE)
        data: bytes = await in_thread(os.read, self._fd, READ_SIZE)
        return data

    async def _readable(self) -> bool:
        """Wait for data or for the end, at most one tick; tell whether it came.

        The descriptor stays blocking, since its mode is shared with whoever else has it open.
        """
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        try:
            loop.add_reader(self._fd, _settle, ready)
        except PermissionError:  # such as /dev/null: always ready
            return True
        try:
            async with asyncio.timeout(self._tick_s):
                await ready
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._fd)
        return True

    def _block(self, piece: Piece, *, live: bool, gap: str = "") -> LineBlock:
        if piece.lines:
            self._reading.line_came(None, live=live)
        return self._reading.block(piece, history=not live, gap=gap)


def _settle(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


def open_spec(rest: str, name: str, opening: Opening) -> StdinSource:
    """Open ``-``."""
    del rest
    return StdinSource(opening.stdin_fd, name or "stdin", opening.clock)
