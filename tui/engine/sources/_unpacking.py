"""A file system whose gzip files read like plain ones also where one of them is named directly."""

from tui.engine.sources._access import HEAD_SIZE, Access, Handle, Look, Sibling
from tui.engine.sources._gzip import CONTENTS_CAP, GzipHandle
from tui.engine.sources._packed import GZIP, refuse_packed


class _NamedGzip(GzipHandle):
    """One that somebody may still write."""

    def __init__(self, packed: Handle, cap: int, begin: bytes) -> None:
        """``begin`` are the first bytes of the compressed file, at most 256."""
        super().__init__(packed, cap)
        self._packed_head = begin

    async def look(self, access: Access, path: str, offset: int, size: int) -> Look:
        """Read from the contents; they were emptied if the compressed file is shorter or begins otherwise."""
        look = await access.look(self.packed, path, self.taken, 0)
        if look.size < self.taken or not look.head.startswith(self._packed_head):
            self._packed_head = look.head
            self.rewind()
            return Look(b"", b"", 0, look.path)
        data = await self.read(offset, size)
        return Look(data, self.head, offset + len(data), look.path)


class Unpacking:
    """Another file system; what is opened is uncompressed if it begins as a gzip file does, whatever its name.

    One that is still empty can only be told by its name.
    """

    def __init__(self, access: Access, contents_cap: int = CONTENTS_CAP) -> None:
        """``contents_cap`` bounds the uncompressed bytes read from one file."""
        self._access = access
        self._contents_cap = contents_cap

    async def open(self, path: str) -> Handle:
        """Open a regular file; raises TroubleError for one that is compressed otherwise."""
        handle = await self._access.open(path)
        try:
            begin = await handle.read(0, HEAD_SIZE)
            refuse_packed(begin, path)
        except BaseException:
            await handle.close()
            raise
        if begin.startswith(GZIP) or (path.endswith(".gz") and GZIP.startswith(begin)):
            return _NamedGzip(handle, self._contents_cap, begin)
        return handle

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        """Read from an open file and ask what its path leads to."""
        if isinstance(handle, _NamedGzip):
            return await handle.look(self._access, path, offset, size)
        return await self._access.look(handle, path, offset, size)

    async def siblings(self, path: str) -> list[Sibling]:
        """Return the rotated files of a path."""
        return await self._access.siblings(path)

    async def open_sibling(self, sibling: Sibling) -> Handle:
        """Open a rotated file."""
        return await self._access.open_sibling(sibling)
