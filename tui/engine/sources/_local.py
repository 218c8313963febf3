"""Local files, each call one trip to a worker thread."""

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiofiles.os import wrap

from tui.engine.sources._access import HEAD_SIZE, FileStat, Handle, Look, NotRegularError, Sibling
from tui.engine.sources._gzip import CONTENTS_CAP, GzipHandle, first_contents
from tui.engine.sources._inotify import lies_here
from tui.engine.sources._seen import Seen
from tui.engine.sources._siblings import rotated_names

Run = Callable[..., Awaitable[Any]]
"""Calls a blocking function with its arguments, somewhere it does no harm."""

_PACKED_HEAD = 4096
"""Compressed bytes that hold the head of the contents."""

_KINDS = {stat.S_IFDIR: "directory", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}


async def in_thread(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - as the function
    """Run a blocking function in aiofiles' pool of threads."""
    return await wrap(function)(*arguments)


class LocalHandle:
    """A descriptor that is held until closed."""

    broken = ""
    seekable = True

    def __init__(self, descriptor: int, file_stat: FileStat, run: Run) -> None:
        self._run = run
        self.descriptor = descriptor
        self.stat = file_stat

    def left(self, offset: int) -> int:
        """Return how much of the file, as it was when opened, lies behind an offset."""
        return max(0, self.stat.size - offset)

    async def read(self, offset: int, size: int) -> bytes:
        """Return bytes at an offset, fewer only at the end of the file."""
        data: bytes = await self._run(_pread, self.descriptor, offset, size)
        return data

    async def close(self) -> None:
        """Close the descriptor at once: no await stands between a cancellation and its release."""
        self.close_now()

    def close_now(self) -> None:
        """Close the descriptor; harmless when repeated."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class LocalAccess:
    """The file systems of this machine."""

    def __init__(self, run: Run = in_thread, contents_cap: int = CONTENTS_CAP) -> None:
        """``contents_cap`` bounds the uncompressed bytes read from one compressed file."""
        self.seen: Seen | None = None
        """What the path led to at the last look, if all of it was taken then."""
        self.told = False
        """The kernel tells when that changes."""
        self._run = run
        self._contents_cap = contents_cap

    async def open(self, path: str) -> LocalHandle:
        """Open a regular file."""
        opening = asyncio.ensure_future(self._run(_open, path))
        try:
            descriptor, file_stat = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_opened)
            raise
        return LocalHandle(descriptor, file_stat, self._run)

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        """Read, fingerprint and stat in one trip."""
        assert isinstance(handle, LocalHandle)  # noqa: S101 - tells the type checker what ``open`` returned
        look: Look
        look, modified_ns, self.told = await self._run(_look, handle.descriptor, path, offset, size)
        found, taken = look.path, offset + len(look.data)
        if isinstance(found, OSError) or found.identity is None or found.size != taken:
            self.seen = None
        else:
            self.seen = (*found.identity, taken, modified_ns)
        return look

    async def siblings(self, path: str) -> list[Sibling]:
        """List the rotated files of a path with their heads, in one trip."""
        found: list[Sibling] = await self._run(_siblings, path)
        return found

    async def open_sibling(self, sibling: Sibling) -> Handle:
        """Open a rotated file."""
        handle = await self.open(sibling.path)
        return GzipHandle(handle, self._contents_cap) if sibling.compressed else handle


def _close_opened(opening: "asyncio.Future[tuple[int, FileStat]]") -> None:
    """Close what was opened for somebody who is gone."""
    if not opening.cancelled() and opening.exception() is None:
        os.close(opening.result()[0])


def _open(path: str) -> tuple[int, FileStat]:
    # Before opening, since opening a device may set it going.
    _require_regular(os.stat(path))  # noqa: PTH116 - a path object is dear in what runs at every poll
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        _require_regular(found)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor, FileStat((found.st_dev, found.st_ino), found.st_size)


def _require_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotRegularError(_KINDS.get(stat.S_IFMT(found.st_mode), "device"))


def _pread(descriptor: int, offset: int, size: int) -> bytes:
    """Read until ``size`` or the end: a file system may return less than asked for in the middle."""
    data = os.pread(descriptor, size, offset)
    while 0 < len(data) < size:
        more = os.pread(descriptor, size - len(data), offset + len(data))
        if not more:
            break
        data += more
    return data


def _look(descriptor: int, path: str, offset: int, size: int) -> tuple[Look, int, bool]:
    """Return a look, when the file had last been changed before it, and whether the kernel tells of the next change.

    What is changed from that moment on is seen so.
    """
    modified_ns = os.fstat(descriptor).st_mtime_ns
    data = _pread(descriptor, offset, size)
    head = os.pread(descriptor, HEAD_SIZE, 0)
    reached = os.fstat(descriptor).st_size
    found = _stat_path(path)
    return Look(data, head, reached, found), modified_ns, _is_told(path, found)


def _is_told(path: str, found: FileStat | OSError) -> bool:
    if isinstance(found, OSError) or found.identity is None:
        return False
    try:
        return lies_here(path, *found.identity)
    except OSError:
        return False


def _stat_path(path: str) -> FileStat | OSError:
    try:
        found = os.stat(path)  # noqa: PTH116 - a path object is dear in what runs at every poll
        _require_regular(found)
    except OSError as error:
        return error
    return FileStat((found.st_dev, found.st_ino), found.st_size)


def _siblings(path: str) -> list[Sibling]:
    """Return the rotated files of a path, oldest first; none where the folder is gone."""
    followed = Path(path)
    try:
        names = rotated_names(followed.name, (each.name for each in followed.parent.iterdir()))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
    found = (_sibling(str(followed.parent / each)) for each in names)
    return [sibling for sibling in found if sibling is not None]


def _sibling(path: str) -> Sibling | None:
    """Return a rotated file, None if it is unreadable, empty or already gone."""
    try:
        descriptor, file_stat = _open(path)
    except (FileNotFoundError, PermissionError, NotRegularError):
        return None
    try:
        head = os.pread(descriptor, _PACKED_HEAD, 0)
    finally:
        os.close(descriptor)
    compressed = path.endswith(".gz")
    head = first_contents(head, HEAD_SIZE) if compressed else head[:HEAD_SIZE]
    return Sibling(path, file_stat, compressed, head) if head else None
