"""A file, followed through rotation, truncation, deletion and re-creation, here or over SFTP."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from math import inf
from pathlib import Path

from tui.engine.clock import Clock, until_tick
from tui.engine.lines import NOTHING
from tui.engine.model import LineBlock, SourceState, SourceStatus, SourceStep
from tui.engine.safe_text import safe_text
from tui.engine.sources._access import Access, NotRegularError
from tui.engine.sources._follow import Chunk, Follower, Unread
from tui.engine.sources._local import LocalAccess
from tui.engine.sources._lookout import LOOKOUT, STUCK_S
from tui.engine.sources._position import Position
from tui.engine.sources._reading import Reading
from tui.engine.sources._seen import Seen, Silent
from tui.engine.sources._since import LineTime, beginning, beginning_rotated
from tui.engine.sources._tail import UnsupportedEncodingError
from tui.engine.sources._trouble import TroubleError
from tui.engine.sources._unpacking import Unpacking
from tui.engine.text import t

HOT_POLL_S = 0.04
IDLE_POLL_S = 0.25
"""Between polls of a file in which nothing was new for a while, where nobody watches it."""
SILENT_POLL_S = 1.0
"""Between polls of a file that has been silent for a minute and more."""
WATCHED_POLL_S = 10.0
"""Between polls of a file that is watched: all that they can find is what changed neither size nor time."""
TOLD_POLL_S = 60.0
"""Between polls of a file of which the kernel tells: it tells of that too, unless it was written to as memory."""
ABSENT_POLL_S = 1.0
"""Between attempts to open what cannot be opened."""
HOT_FOR_S = 10.0
"""How long after data the short interval is kept."""

Wait = Callable[[float], Awaitable[None]]


class FileSource:
    """Reads one file: first what it holds since a moment, then what is written to it."""

    _watched: LocalAccess | None
    """Whom to ask what the file is like; None where nobody watches it."""
    _calm: Seen | None = None
    """What it was like, if the last poll found nothing new and nothing wrong."""
    _silent_s: Silent | None = None
    """Tells since when nobody has seen that it is still like that; None while nobody looks."""

    def __init__(
        self,
        path: Path | str,
        name: str,
        clock: Clock,
        *,
        since: float | None,
        line_time: LineTime,
        follow: bool = True,
        rotated: bool = False,
        position: Position | None = None,
        access: Access | None = None,
        reading: Reading | None = None,
        idle_poll_s: float = IDLE_POLL_S,
        wait: Wait | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            path: may contain any character; bytes that are no UTF-8 as surrogate escapes.
            name: shown on screen and written into events.
            clock: tells arrival times and ages.
            since: start at the first line not older; None is the start of the file, infinity its end.
                Only counts if the file exists when reading begins.
            line_time: event time of a raw line, None if it carries none.
            follow: go on with what is written later; otherwise stop at the end of the file.
            rotated: begin with the rotated files beside it.
            position: go on from here instead of ``since``.
            access: the file system, this machine's by default.
            reading: keeps the figures, by default those of a local file.
            idle_poll_s: seconds between polls while nothing new is found.
            wait: pauses between polls; None really waits.
        """
        self._path, self._name, self._clock = os.fspath(path), name, clock
        self._line_time = line_time
        self._follow = follow
        self._wait = wait or self._pause
        self._reading = reading or Reading(name, "file", clock)
        self._idle_poll_s = idle_poll_s
        self._wanted = asyncio.Event()
        access = access or LocalAccess()
        self._access = Unpacking(access)
        self._watched = access if wait is None and isinstance(access, LocalAccess) else None
        begin = beginning_rotated if rotated else beginning
        start = partial(begin, since=since, line_time=line_time) if rotated or since is not None else None
        self._follower = Follower(self._access, self._path, clock, position=position, start=start)
        self._unopened, self._over = True, False
        self._in_history = self._unsettled = False
        self._history_size, self._pause_s, self._polled_at = 0, 0.0, -inf
        self._hot_until = clock.monotonic()

    @property
    def name(self) -> str:
        """The name shown on screen and written into events."""
        return self._name

    @property
    def position(self) -> Position | None:
        """Where reading goes on after the blocks delivered so far; None before the file was opened."""
        return self._follower.position

    @property
    def bookmark(self) -> str:
        """The position as text; empty before the file was opened."""
        return self.position.to_json() if self.position else ""

    def retry(self) -> None:
        """End the pause between two polls."""
        self._wanted.set()

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried to get at the file."""
        return self._reading.steps

    def status(self) -> SourceStatus:
        """Return how reading goes."""
        if self._silent_s is not None:
            self._reading.looked(self._silent_s())
        return self._reading.status()

    def rests_until(self) -> float:
        """Return before when its status stays as it is; the beginning of time while nobody watches the file."""
        watched = self._calm is not None and (self._silent_s is None or self._silent_s() <= STUCK_S)
        return self._reading.stays_until() if watched else -inf

    def unread(self) -> Unread | None:
        """Return what may be read past this source; only of local files that nobody follows."""
        return None if self._follow or self._over else self._follower.unread()

    def passed(self, lines: int, size: int, mark: bytes, truncated: int = 0) -> None:
        """Count whole lines that were read past this source, and go on behind them; ``mark`` are their last bytes."""
        self._follower.passed(size, mark)
        self._reading.passed(lines, size, truncated)
        self._tell_progress()

    async def batches(self) -> AsyncIterator[LineBlock]:
        """Yield what the file holds from the chosen start on, then what is written to it."""
        try:
            while not self._over:
                block = self._reading.block(NOTHING, history=False) if self._needs_no_poll() else await self._poll()
                if block is not None:
                    yield block
                if self._pause_s and not self._over:
                    await self._rest()
        finally:
            await self._follower.close()

    async def _rest(self) -> None:
        """Wait for the next poll; where that is not soon, the status says when."""
        if self._pause_s > ABSENT_POLL_S and self._calm is None:
            self._reading.retry_at = self._clock.now() + self._pause_s
        try:
            await self._wait(self._pause_s)
        finally:
            self._reading.retry_at = None

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until the file changes, where that is watched."""
        self._wanted.clear()
        if self._calm is None or self._watched is None:
            await self._wanted_within(seconds)
            return
        with LOOKOUT.watching(self._path, self._calm, self._wanted.set, told=self._watched.told) as silent_s:
            self._silent_s = silent_s
            try:
                await self._wanted_within(until_tick(seconds, early=True))
            finally:
                self._reading.looked(silent_s())
                self._silent_s = None

    async def _wanted_within(self, seconds: float) -> None:
        """Wait for a reason to read again, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wanted.wait()

    def _needs_no_poll(self) -> bool:
        """Tell whether nothing can be new: the kernel, which would have told, has not."""
        told = self._calm is not None and self._watched is not None and self._watched.told
        soon = self._clock.monotonic() < self._polled_at + TOLD_POLL_S
        return told and soon and not self._wanted.is_set() and self._follower.reads_one_file

    async def _poll(self) -> LineBlock | None:
        """Read once, note how it went, and decide when to read again."""
        self._calm, self._polled_at = None, self._clock.monotonic()
        try:
            if self._unopened:
                await self._begin()
            chunk = await self._follower.poll()
            if not (self._follow or chunk.more or chunk.piece.lines):
                chunk = await self._follower.finish()
                self._over = not chunk.more
        except OSError as error:
            self._explain(error)
            self._back_off(ABSENT_POLL_S)
            if isinstance(error, TroubleError) and error.retry_in_s is not None:
                self._pause_s = error.retry_in_s
            self._over = not self._follow
            return None
        self._note(chunk)
        return self._block(chunk)

    async def _begin(self) -> None:
        """Open the file for the first time; one that appears later is live from its first line on."""
        try:
            await self._follower.begin(history=True)
        except FileNotFoundError:
            self._follower = Follower(self._access, self._path, self._clock, position=self._follower.position)
            self._unopened = False
            raise
        self._unopened, self._in_history = False, True
        self._history_size = self._follower.left

    def _note(self, chunk: Chunk) -> None:
        """Keep the state and the pace."""
        if not chunk.more or (chunk.piece.size and not chunk.history):
            self._in_history = False
        self._tell_progress()
        if chunk.trouble is None:
            self._reading.worked(reading_history=self._in_history)
        else:
            self._explain(chunk.trouble, held=True)
        if self._over:
            self._reading.ended()
        if chunk.more or not self._follow:
            self._pause_s = 0.0
        elif chunk.piece.size:
            if not chunk.history:
                self._hot_until = self._clock.monotonic() + HOT_FOR_S
            self._pause_s = HOT_POLL_S
        elif self._watched is not None and self._watched.seen is not None:
            self._pause_s, self._calm = WATCHED_POLL_S, self._watched.seen
        else:
            silent_s = self._clock.monotonic() - self._hot_until
            self._back_off(max(self._idle_poll_s, min(SILENT_POLL_S, silent_s / 60)))

    def _tell_progress(self) -> None:
        left = self._follower.left
        self._reading.lag_bytes = left
        self._reading.progress = 1 - min(1.0, left / max(1, self._history_size)) if self._in_history else None

    def _back_off(self, longest: float) -> None:
        hot = self._clock.monotonic() < self._hot_until
        self._pause_s = HOT_POLL_S if hot else min(longest, max(HOT_POLL_S, self._pause_s * 1.5))

    def _block(self, chunk: Chunk) -> LineBlock | None:
        """Count a chunk and make a block of it; while nothing can be read there is none."""
        piece, reading = chunk.piece, self._reading
        if piece.lines:
            self._note_newest(piece.lines, live=not chunk.history)
        idle = not (chunk.more or piece.lines or chunk.gap)
        if (idle and chunk.trouble is not None and not self._unsettled) or (
            chunk.more and not (piece.lines or chunk.gap)
        ):
            reading.count(piece)
            return None
        self._unsettled = bool(piece.lines)
        gap = t(f"sources.gap_{chunk.gap}") if chunk.gap else ""
        return reading.block(piece, history=chunk.history, gap=gap)

    def _note_newest(self, lines: list[bytes], *, live: bool) -> None:
        """Remember when the newest line came: of history only its own time tells."""
        times = () if live else map(self._line_time, reversed(lines[-_TIMED_WITHIN:]))
        self._reading.line_came(next((time for time in times if time is not None), None), live=live)

    def _explain(self, error: OSError, *, held: bool = False) -> None:
        """Say in the status why nothing can be read, and what helps."""
        if isinstance(error, TroubleError):
            self._reading.troubled(error)
            return
        path, code = safe_text(self._path), _code(error, held=held)
        state = SourceState.WAITING if code in ("missing", "deleted") else SourceState.FAILED
        reason = safe_text(error.strerror or type(error).__name__)
        told = "absent" if code == "missing" and not self._follow else code
        self._reading.stopped(state, told, path=path, reason=reason)


_TIMED_WITHIN = 20
"""Lines at the end of a block among which one that carries a time is looked for."""

_CODES = {
    errno.EMFILE: "too_many_files",
    errno.ENFILE: "too_many_files",
    errno.EACCES: "no_permission",
    errno.EPERM: "no_permission",
}


def _code(error: OSError, *, held: bool) -> str:
    """Return the key of the catalogue for what went wrong; ``held`` says that the old file is still open."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "deleted" if held else "missing"
    if isinstance(error, NotRegularError):
        return error.kind
    if isinstance(error, UnsupportedEncodingError):
        return "encoding"
    return _CODES.get(error.errno or 0, "unreadable")
