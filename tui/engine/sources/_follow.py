"""The follower: one path read as one endless stream of lines, whatever happens to the files under it.

A file that is renamed stays open and is read to its end, and on for a while, since writers may still
have it open. A file that is emptied is noticed because the bytes before the reading position (mark) or
the first bytes (head) changed; what was not read of it by then is looked for in the rotated copies.
Whenever lines may be lost, the next chunk says so (reliability §1.1).

Known limit: a file emptied before its first byte was read and not copied, or rewritten with the very
same bytes, looks as if nothing had happened. Where the file system tells no inodes (SFTP), contents tell
one file from another, so that two files are one as long as both begin alike up to where reading stands.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tui.engine.clock import Clock
from tui.engine.lines import NOTHING, Piece
from tui.engine.sources._access import HEAD_SIZE, Access, FileStat, Handle, Sibling
from tui.engine.sources._catch_up import Rotated, close_all, keys_of
from tui.engine.sources._local import LocalHandle
from tui.engine.sources._position import Place, Position
from tui.engine.sources._same_file import continues, is_among, is_same_file
from tui.engine.sources._siblings import keys
from tui.engine.sources._tail import Tail
from tui.engine.sources._trouble import TroubleError
from tui.engine.sources._unnamed import Comparison

ROTATE_WAIT_S = 5.0
"""How long a renamed file may still get late lines."""

Start = Callable[[Access, Handle, list[Sibling]], Awaitable[list[Tail]]]
"""Chooses where reading begins: tails of rotated files, oldest first, and at last one of the file itself."""


class Chunk(NamedTuple):
    """What one poll brought."""

    piece: Piece = NOTHING
    more: bool = False
    """There is more to read at once."""
    gap: str = ""
    """Why lines before this chunk may be lost: ``emptied``, ``rotated_away``, ``gz_truncated``,
    ``gz_corrupt`` or ``gz_limit``."""
    history: bool = False
    """The lines were there before following began."""
    trouble: OSError | None = None
    """Why the path leads nowhere by now, while its old file is still being read."""


class Unread(NamedTuple):
    """A part of an open local file."""

    descriptor: int
    start: int
    """Where a line begins."""
    stop: int
    head: bytes
    """The first bytes of the file, which stay the same as long as nobody empties it."""

    @property
    def size(self) -> int:
        """Return its bytes."""
        return self.stop - self.start


class Follower:
    """Follows one path over an ``Access``; ``position`` says at any time how far."""

    def __init__(
        self,
        access: Access,
        path: str,
        clock: Clock,
        *,
        position: Position | None = None,
        start: Start | None = None,
        rotate_wait_s: float = ROTATE_WAIT_S,
    ) -> None:
        """Begin at ``position`` if given, else where ``start`` says, else at the start of the file."""
        self._access = access
        self._path = path
        self._clock = clock
        self._resume = position
        self._start = start
        self._rotate_wait_s = rotate_wait_s
        self._tails: deque[Tail] = deque()
        self._retiring: list[tuple[Tail, float]] = []
        self._waits: dict[Place, float] = {}
        """Until when files are waited for that are closed for a while: a break makes it no longer."""
        self._seen: frozenset[str] = position.seen if position else frozenset()
        self._gap = ""
        self._comparison = Comparison(clock)

    @property
    def position(self) -> Position | None:
        """Where the next poll goes on; None before the file was first opened."""
        if not self._tails:
            return self._resume
        return Position(self._tails[0].place, tuple(tail.place for tail, _ in self._retiring), self._seen)

    @property
    def left(self) -> int:
        """Roughly the bytes that were still unread at the last poll."""
        return sum(tail.left for tail in self._tails)

    @property
    def reads_one_file(self) -> bool:
        """Tell whether no rotated file is being read or waited for besides."""
        return len(self._tails) == 1 and not self._retiring

    def unread(self) -> Unread | None:
        """Return the rest of the file that is read now, as long as it was when opened, if it can be read anyhow."""
        tail = self._tails[0] if self._tails else None
        if tail is None or not isinstance(tail.handle, LocalHandle) or tail.place.skipping or not tail.place.offset:
            return None
        return Unread(tail.handle.descriptor, tail.place.offset, tail.handle.stat.size, tail.place.head)

    def passed(self, size: int, mark: bytes) -> None:
        """Go on behind bytes of it that somebody else read, whole lines of which these are the last bytes."""
        self._tails[0].passed(size, mark)

    async def begin(self, *, history: bool = False) -> None:
        """Open the file; with ``history``, mark what it holds by now as such. Raises OSError."""
        if self._resume is not None:
            await self._go_on(self._resume)
        else:
            await self._start_anew()
        if history:
            for tail in self._tails:
                tail.history_to = float("inf")
            live = self._tails[-1].handle
            if live.seekable:
                self._tails[-1].history_to = live.stat.size

    async def poll(self) -> Chunk:
        """Return the next lines, at most one block of them; raises OSError when nothing can be read.

        After an error, the next poll goes on where reading stopped, with whatever it finds then.
        """
        try:
            if not self._tails:
                await self.begin()
            late = await self._late_lines()
            if late.size:
                return self._chunk(late, more=True)
            if len(self._tails) == 1:
                return await self._read_live(self._tails[0])
            return await self._read_older(self._tails[0])
        except OSError:
            await self.close()
            raise

    async def finish(self) -> Chunk:
        """Return the unfinished last lines: nobody waits for the rest of them any more."""
        if self._retiring:
            tail, _ = self._retiring.pop(0)
            piece = await tail.finish()
            await tail.handle.close()
            return self._chunk(piece, more=True, history=tail.history_to > 0)
        tail = self._tails[0]
        return self._chunk(await tail.finish(), history=tail.history_to > 0)

    async def close(self) -> None:
        """Release every descriptor; the position stays."""
        self._resume = self.position
        self._waits.update((tail.place, deadline) for tail, deadline in self._retiring)
        await close_all([*self._tails, *(tail for tail, _ in self._retiring)])
        self._tails.clear()
        self._retiring.clear()

    @property
    def _rotated(self) -> Rotated:
        retiring = tuple(tail.place for tail, _ in self._retiring)
        return Rotated(self._access, self._path, self._seen, retiring)

    async def _start_anew(self) -> None:
        siblings = await self._access.siblings(self._path)
        live = await self._access.open(self._path)
        try:
            tails = await self._start(self._access, live, siblings) if self._start else [Tail(live)]
        except BaseException:
            await live.close()
            raise
        self._read_next(tails, keys_of(siblings, tails))

    async def _go_on(self, position: Position) -> None:
        """Find the file of a position again, under its path or among the rotated ones."""
        place = position.place
        try:
            live = await self._access.open(self._path)
        except FileNotFoundError:
            await self._go_on_rotated(position)
            return
        try:
            tail = Tail(live, place)
            is_it = place.identity in (None, live.stat.identity) or live.stat.identity is None
            if is_it and await tail.matches():
                await self._take_up(position, [tail], self._seen)
            else:
                found = await self._rotated.recover(place, live, held=False)
                await self._take_up(position, [*found.tails, Tail(live)], found.seen, lost=found.lost)
        except BaseException:
            await live.close()
            raise

    async def _go_on_rotated(self, position: Position) -> None:
        """Go on in the file of a position although the path leads nowhere: it may have been renamed just now."""
        (tail,) = await self._rotated.find([position.place])
        if tail is None or not tail.handle.seekable:
            await close_all([tail] if tail else [])
            raise FileNotFoundError(self._path)
        await self._take_up(position, [tail], self._seen)

    async def _take_up(
        self, position: Position, tails: list[Tail], seen: frozenset[str], *, lost: bool = False
    ) -> None:
        """Go on with some tails, and wait again for late lines where the position did: all of it or nothing."""
        try:
            waited = await self._rotated.find([place for place in position.retiring if not place.blank])
        except BaseException:
            await close_all(tails)
            raise
        self._resume = None
        self._note_gap("rotated_away" if lost or None in waited else "")
        self._read_next(tails, seen)
        for tail in filter(None, waited):
            self._retire(tail)
        self._waits.clear()

    def _read_next(self, tails: list[Tail], seen: frozenset[str]) -> None:
        self._tails = deque(tails)
        self._seen = seen
        self._comparison.forget()

    def _retire(self, tail: Tail) -> None:
        """Keep a file for late lines; a compressed one gets none."""
        wait = self._rotate_wait_s if tail.handle.seekable else 0.0
        self._retiring.append((tail, self._waits.get(tail.place, self._clock.monotonic() + wait)))

    async def _late_lines(self) -> Piece:
        """Return what was still written to a rotated file, or at its deadline what was left unfinished."""
        for index, (tail, deadline) in enumerate(self._retiring):
            piece = await tail.read()
            if piece.size:
                return piece
            if self._clock.monotonic() < deadline:
                continue
            head = await tail.handle.read(0, HEAD_SIZE)
            piece = await tail.finish()
            self._seen |= keys(tail.place.identity, head)
            del self._retiring[index]
            await tail.handle.close()
            return piece
        return NOTHING

    async def _read_older(self, tail: Tail) -> Chunk:
        """Read a rotated file, and leave it at its end."""
        piece = await tail.read()
        if not piece.size:
            self._note_gap(tail.found_broken())
            self._seen |= keys(tail.place.identity, await tail.handle.read(0, HEAD_SIZE))
            self._tails.popleft()
            self._retire(tail)
        return self._chunk(piece, more=True, history=tail.history_to > 0)

    async def _read_live(self, tail: Tail) -> Chunk:
        """Read the file that the path led to when last looked, and see whether it still does."""
        look = await self._access.look(tail.handle, self._path, tail.start, tail.size)
        if not tail.place.offset:
            unread = await self._rotated.unread(tail.handle, look.head, renamed=_renamed(tail, look.path))
            if unread:
                tail.restart()
                self._tails.extendleft(reversed(unread))
                return self._chunk(more=True)
        history, full = tail.place.offset < tail.history_to, len(look.data) == tail.size
        piece = tail.take(look)
        if piece is None:
            return await self._recover_emptied(tail)
        if piece.size:
            return self._chunk(piece, more=full, history=history)
        if broken := tail.found_broken():
            self._note_gap(broken)
            return self._chunk(more=True)
        if isinstance(look.path, OSError):
            return self._chunk(trouble=look.path)
        return await self._switch(tail) if self._moved(tail, look.path) else self._chunk()

    async def _recover_emptied(self, tail: Tail) -> Chunk:
        """Read what a copy still has of a file that was emptied, then the file from its start.

        Where it was renamed after that, it stands among the rotated files, and others may have come behind it.
        """
        live = await self._open_other(tail)
        tails: list[Tail] = []
        try:
            found = await self._rotated.recover(tail.place, live or tail.handle, held=False)
            tails = found.tails
            listed = live is not None and await is_among(tail.handle, tails)
        except BaseException:
            await close_all([*tails, *([Tail(live)] if live else ())])
            raise
        self._note_gap("emptied" if found.lost else "")
        behind = len(tails) if live is None else int(not found.lost and not tail.place.blank)
        tail.restart()
        if listed:
            await tail.handle.close()
        else:
            tails = [*tails[:behind], tail, *tails[behind:]]
        self._read_next([*tails, *([Tail(live)] if live else ())], found.seen)
        return self._chunk(more=True)

    async def _open_other(self, tail: Tail) -> Handle | None:
        """Open what the path leads to, if that is another file than the one that is being read."""
        try:
            live = await self._access.open(self._path)
        except TroubleError:  # no way to any file
            raise
        except OSError:
            return None
        try:
            if not await is_same_file(tail.handle, live):
                return live
        except BaseException:
            await live.close()
            raise
        await live.close()
        return None

    def _moved(self, tail: Tail, path: FileStat) -> bool:
        """Tell whether the path may lead to another file."""
        if tail.place.identity is None or path.identity is None:
            if not tail.handle.seekable and path == tail.handle.stat:
                return False  # to compare contents would be to uncompress all of them once more
            return self._comparison.due(path)
        return path.identity != tail.place.identity

    async def _switch(self, tail: Tail) -> Chunk:
        """Go over to the file that the path leads to now; the old one stays open for late lines.

        It is drained once more before: lines may have come after the look at it and before its path was moved.
        """
        piece = await tail.read()
        if piece.size:
            return self._chunk(piece, more=True)
        try:
            live = await self._access.open(self._path)
        except OSError as error:
            return self._chunk(trouble=error)
        try:
            if await continues(tail, live):
                await live.close()
                self._comparison.same()
                return self._chunk()
            found = await self._rotated.recover(tail.place, live, held=True)
        except OSError as error:
            await live.close()
            return self._chunk(trouble=error)
        except BaseException:
            await live.close()
            raise
        self._note_gap("rotated_away" if found.lost else "")
        self._retire(tail)
        self._read_next([*found.tails, Tail(live)], found.seen)
        return self._chunk(more=True)

    def _note_gap(self, reason: str) -> None:
        self._gap = self._gap or reason

    def _chunk(
        self, piece: Piece = NOTHING, *, more: bool = False, history: bool = False, trouble: OSError | None = None
    ) -> Chunk:
        gap, self._gap = self._gap, ""
        return Chunk(piece, more, gap, history, trouble)


def _renamed(tail: Tail, path: FileStat | OSError) -> bool:
    """Tell whether the path surely leads to another file: what rotated then came later, and is no copy of this one."""
    if isinstance(path, OSError) or path.identity is None:
        return False
    return tail.place.identity is not None and path.identity != tail.place.identity
