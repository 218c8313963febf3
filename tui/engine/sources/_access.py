"""What the follower needs from a file system: a few calls that local disks and SFTP both can answer."""

from typing import NamedTuple, Protocol

Identity = tuple[int, int]
"""Device and inode."""

HEAD_SIZE = 256
"""Bytes at the start of a file that tell it from others."""

MARK_SIZE = 64
"""Bytes before the reading position that must still be there at the next read."""


class FileStat(NamedTuple):
    """A file as the system describes it."""

    identity: Identity | None
    """None where the system does not tell (SFTP): then contents decide."""
    size: int
    modified: int | None = None
    """When it was last written, in whole seconds of its machine's clock; None where the identity says enough."""


class Handle(Protocol):
    """An open file: it stays the same file when its path is renamed or removed."""

    @property
    def stat(self) -> FileStat:
        """The file when it was opened; of a compressed file the size on disk."""

    @property
    def broken(self) -> str:
        """Why the contents end too early (``gz_truncated``, ``gz_corrupt``, ``gz_limit``), else empty."""

    @property
    def seekable(self) -> bool:
        """Whether reading at any offset costs the same."""

    def left(self, offset: int) -> int:
        """Return roughly how many bytes there still are to read from an offset on."""

    async def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes at ``offset``, fewer only at the end; raises OSError."""

    async def close(self) -> None:
        """Give the file back; harmless when repeated."""


class Look(NamedTuple):
    """One poll of a followed file, taken at once."""

    data: bytes
    """From the offset asked for."""
    head: bytes
    """The first bytes, read after ``data``."""
    size: int
    """Of the open file, asked after both reads."""
    path: FileStat | OSError
    """What the path leads to by now."""


class Sibling(NamedTuple):
    """A rotated file beside the one that is followed."""

    path: str
    stat: FileStat
    compressed: bool
    head: bytes
    """The first bytes of its (uncompressed) contents."""


class Access(Protocol):
    """A file system; every call raises OSError when it fails."""

    async def open(self, path: str) -> Handle:
        """Open a regular file; anything else is a NotRegularError."""

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        """Read from an open file and ask what its path leads to, in as few round trips as possible."""

    async def siblings(self, path: str) -> list[Sibling]:
        """Return the rotated files of a path that are readable and not empty, oldest first."""

    async def open_sibling(self, sibling: Sibling) -> Handle:
        """Open a rotated file, uncompressing on the way."""


class NotRegularError(OSError):
    """The path leads to something that cannot be followed; ``kind`` is directory, fifo, device or socket."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
