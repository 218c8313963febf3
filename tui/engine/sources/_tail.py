"""One open file and how far it was read."""

from dataclasses import replace

from tui.engine.lines import LINE_CAP, NOTHING, Piece, cut
from tui.engine.sources._access import HEAD_SIZE, MARK_SIZE, Handle, Look
from tui.engine.sources._position import Place

BLOCK_SIZE = LINE_CAP + 1
"""Bytes read at a time: a line of the longest length kept and its newline."""

_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class UnsupportedEncodingError(OSError):
    """The file is UTF-16: its newlines are not where a reader of lines looks for them."""


class Tail:
    """Reads an open file on from a place; the place moves only over complete lines."""

    def __init__(self, handle: Handle, place: Place | None = None) -> None:
        self.handle = handle
        self.place = replace(place or Place(), identity=handle.stat.identity)
        self.history_to: float = 0
        """Offset up to which the contents were there before anybody began to follow."""
        self._reached: int | None = None
        """The size of the file at the last look, if there was one."""
        self._told_broken = ""

    @classmethod
    async def at(cls, handle: Handle, offset: int, *, skipping: bool = False) -> "Tail":
        """Return a tail that begins at an offset, which must be the start of a line unless skipping."""
        begin = max(0, offset - MARK_SIZE)
        mark = await handle.read(begin, offset - begin)
        head = await handle.read(0, HEAD_SIZE)
        return cls(handle, Place(offset=offset, head=head, mark=mark, skipping=skipping))

    @property
    def start(self) -> int:
        """Where the next read begins: with the mark."""
        return self.place.offset - len(self.place.mark)

    @property
    def size(self) -> int:
        """How much the next read takes."""
        return len(self.place.mark) + BLOCK_SIZE

    @property
    def left(self) -> int:
        """Roughly the bytes still to read, as far as was known at the last look."""
        if self._reached is None or not self.handle.seekable:
            return self.handle.left(self.place.offset)
        return max(0, self._reached - self.place.offset)

    def found_broken(self) -> str:
        """Return why the contents end too early, once."""
        told, self._told_broken = self._told_broken, self.handle.broken
        return "" if self._told_broken == told else self._told_broken

    async def matches(self) -> bool:
        """Tell whether the file still has at this place what was read there."""
        place = self.place
        if place.head and await self.handle.read(0, len(place.head)) != place.head:
            return False
        return not place.mark or await self.handle.read(self.start, len(place.mark)) == place.mark

    async def read(self) -> Piece:
        """Return the next lines of a file that nobody empties any more."""
        data = await self.handle.read(self.start, self.size)
        return self._take(data, b"") if data.startswith(self.place.mark) else NOTHING

    async def finish(self) -> Piece:
        """Return the unfinished last line, which nobody will complete, as one that was cut short."""
        data = await self.handle.read(self.start, self.size)
        rest = data[len(self.place.mark) :]
        if not rest or self.place.skipping or not data.startswith(self.place.mark):
            return NOTHING
        piece = cut(rest + b"\n", first=not self.place.offset)
        self._advance(data, len(data))
        return piece._replace(size=len(rest), truncated=1)

    def take(self, look: Look) -> Piece | None:
        """Return the next lines of a look, None if the file was emptied since the last one."""
        whole = look.size >= self.start + len(look.data)
        if not (whole and look.data.startswith(self.place.mark) and look.head.startswith(self.place.head)):
            return None
        self._reached = look.size
        return self._take(look.data, look.head)

    def passed(self, size: int, mark: bytes) -> None:
        """Move the place behind whole lines that somebody else read."""
        self.place = replace(self.place, offset=self.place.offset + size, mark=mark[-MARK_SIZE:])

    def restart(self) -> None:
        """Begin again at the start of the file."""
        self.place = Place(self.place.identity)
        self._reached = 0

    def _take(self, data: bytes, head: bytes) -> Piece:
        place, fresh = self.place, data[len(self.place.mark) :]
        if not place.offset and fresh.startswith(_UTF16_BOMS):
            raise UnsupportedEncodingError
        piece = cut(fresh, first=not place.offset, skipping=place.skipping)
        if len(place.head) < HEAD_SIZE:
            self.place = replace(place, head=head or (data[:HEAD_SIZE] if not self.start else place.head))
        if piece.size:
            self._advance(data, len(place.mark) + piece.size, skipping=piece.skipping)
        return piece

    def _advance(self, data: bytes, used: int, *, skipping: bool = False) -> None:
        """Move the place behind the first ``used`` bytes of what was read."""
        mark = data[max(0, used - MARK_SIZE) : used]
        self.place = replace(self.place, offset=self.start + used, mark=mark, skipping=skipping)
