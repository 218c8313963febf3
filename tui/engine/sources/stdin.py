"""Standard input, or any other stream: lines as they come, until it ends."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator

from tui.engine.clock import Clock
from tui.engine.model import LineBlock, SourceState, SourceStatus
from tui.engine.safe_text import safe_text
from tui.engine.sources._lines import NOTHING, Piece, cut, looks_binary
from tui.engine.sources._local import in_thread
from tui.engine.sources._opening import Opening
from tui.engine.sources._reading import Reading

SCHEMES = ("-",)

READ_SIZE = 256 * 1024
TICK_S = 0.25
"""Silence after which an empty block says that the stream is still there."""
PARTIAL_AFTER_S = 2.0
"""Age at which an unfinished line is taken for a whole one: a prompt has no newline (semantics R70)."""


class StdinSource:
    """Reads a descriptor that others write to; never closes it."""

    def __init__(self, fd: int, name: str, clock: Clock, *, tick_s: float = TICK_S) -> None:
        """``fd`` is a pipe, socket, terminal or, redirected, a regular file."""
        self._fd = fd
        self._name = name
        self._clock = clock
        self._tick_s = tick_s
        self._reading = Reading(name, "stdin", clock)
        self._held = b""
        self._held_since = 0.0
        self._skipping = False
        self._first = True

    @property
    def name(self) -> str:
        """The name shown on screen and written into events."""
        return self._name

    def status(self) -> SourceStatus:
        """Return how reading goes."""
        return self._reading.status()

    async def batches(self) -> AsyncIterator[LineBlock]:
        """Yield lines as they come, an empty block after each silent tick, and nothing after the end."""
        live = not stat.S_ISREG(os.fstat(self._fd).st_mode)
        while True:
            ready = not live or await self._readable()
            try:
                data = await self._read(live=live) if ready else None
            except OSError as error:
                reason = safe_text(error.strerror or type(error).__name__)
                self._reading.stopped(SourceState.FAILED, "unreadable", path=self._name, reason=reason)
                return
            if data == b"":
                break
            self._reading.worked()
            yield self._block(self._take(data) if data else self._overdue(), live=live)
        rest = self._flush()
        if rest.lines:
            yield self._block(rest, live=live)
        self._reading.ended()

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
            await asyncio.wait_for(ready, self._tick_s)
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._fd)
        return True

    def _take(self, data: bytes) -> Piece:
        if not self._held:
            self._held_since = self._clock.monotonic()
        whole = self._held + data
        piece = cut(whole, first=self._first, skipping=self._skipping)
        self._first = self._first and not piece.size
        self._skipping = piece.skipping
        self._held = whole[piece.size :]
        if piece.size:
            self._held_since = self._clock.monotonic()
        return piece

    def _overdue(self) -> Piece:
        """Return the unfinished line once it has waited long enough."""
        waited = self._clock.monotonic() - self._held_since
        return self._flush() if self._held and waited >= PARTIAL_AFTER_S else NOTHING

    def _flush(self) -> Piece:
        """Return the unfinished line as a whole one."""
        if not self._held:
            return NOTHING
        piece = cut(self._held + b"\n", first=self._first)
        size, self._held, self._first = len(self._held), b"", False
        return piece._replace(size=size)

    def _block(self, piece: Piece, *, live: bool) -> LineBlock:
        first_line = self._reading.lines + 1
        if piece.lines:
            if first_line == 1:
                self._reading.binary = looks_binary(b"\n".join(piece.lines[:64]))
            self._reading.line_came(None, live=live)
        self._reading.count(piece)
        return LineBlock(self._name, first_line, piece.lines, piece.size, self._clock.now() if live else None)


def _settle(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


def open_spec(rest: str, name: str, opening: Opening) -> StdinSource:
    """Open ``-``."""
    del rest
    return StdinSource(opening.stdin_fd, name or "stdin", opening.clock)
