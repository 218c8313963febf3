"""Compressed files read like plain ones, as long as reading goes forward."""

import zlib

from tui.engine.sources._access import HEAD_SIZE, FileStat, Handle

CONTENTS_CAP = 8 * 1024**3
"""Uncompressed bytes after which a file is taken for a bomb and given up."""

_INPUT = 64 * 1024
_OUTPUT = 256 * 1024


class GzipHandle:
    """The contents of a gzip file, any number of members; going back means starting over."""

    seekable = False

    def __init__(self, packed: Handle, cap: int = CONTENTS_CAP) -> None:
        self.packed = packed
        self._cap = cap
        self.rewind()

    @property
    def stat(self) -> FileStat:
        """The compressed file."""
        return self.packed.stat

    def left(self, offset: int) -> int:
        """Return the compressed bytes not read yet; the offset is one of contents and does not help."""
        del offset
        return max(0, self.stat.size - self.taken)

    async def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the contents, fewer only at their end or where they are broken."""
        if offset + size <= len(self.head):
            return self.head[offset : offset + size]
        if offset < self._start:
            self._begin()
        while self._start + len(self._window) < offset + size and await self._inflate(offset):
            pass
        begin = max(0, offset - self._start)
        return bytes(self._window[begin : begin + size])

    async def close(self) -> None:
        """Close the compressed file."""
        await self.packed.close()

    def rewind(self) -> None:
        """Know nothing of the contents any more."""
        self.head = b""
        """The first bytes of the contents, as many as were read."""
        self._begin()

    def _begin(self) -> None:
        self.broken = ""
        self.taken = 0
        """The compressed bytes read."""
        self._inflater = zlib.decompressobj(wbits=31)
        self._between_members = True
        self._packed = b""
        self._start = 0
        self._window = bytearray()
        self._given_up = False

    async def _inflate(self, keep_from: int) -> bool:
        """Uncompress one step more and forget what lies before ``keep_from``; tell whether anything was left."""
        if self._given_up:
            return False
        if not self._packed:
            self._packed = await self.packed.read(self.taken, _INPUT)
            self.taken += len(self._packed)
        if not self._packed:
            self.broken = "" if self._between_members else "gz_truncated"  # until the file grows
            return False
        if self._between_members:
            self._packed = self._packed.lstrip(b"\0")  # padding between members is allowed
            self._inflater = zlib.decompressobj(wbits=31)
            self._between_members = not self._packed
        try:
            self._window += self._inflater.decompress(self._packed, _OUTPUT)
        except zlib.error:
            self._give_up("gz_corrupt")
            return False
        self._between_members = self._between_members or self._inflater.eof
        self._packed = self._inflater.unused_data or self._inflater.unconsumed_tail
        self._slide(keep_from)
        return True

    def _slide(self, keep_from: int) -> None:
        """Remember the head, watch the cap, and drop what nobody will ask for again."""
        if not self._start and len(self.head) < HEAD_SIZE:
            self.head = bytes(self._window[:HEAD_SIZE])
        if self._start + len(self._window) > self._cap:
            self._give_up("gz_limit")
        surplus = min(keep_from - self._start, len(self._window))
        if surplus > 0:
            del self._window[:surplus]
            self._start += surplus

    def _give_up(self, broken: str) -> None:
        self._given_up = True
        self.broken = broken


def first_contents(packed: bytes, size: int) -> bytes:
    """Return the first bytes of the contents of a gzip file whose beginning is ``packed``; none if it is no gzip."""
    try:
        return zlib.decompressobj(wbits=31).decompress(packed, size)
    except zlib.error:
        return b""
