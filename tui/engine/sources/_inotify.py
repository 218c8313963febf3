"""The kernel's word that a local file changed, on Linux: two calls of the C library, once for each wait."""

import ctypes
import os
import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from weakref import finalize

_CHANGES = 0x2 | 0x4 | 0x400 | 0x800
"""Written to or emptied, other attributes (a name less), deleted, renamed."""
_ONCE = 0x8000_0000
_HEADER = struct.Struct("iIII")
_READ_BYTES = 65_536

TOLD_ON = frozenset({"ext2", "ext3", "ext4", "xfs", "f2fs", "tmpfs"})
"""File systems of which this machine does all writing and nothing is laid over: of others the kernel may not know."""


LAID_OVER = frozenset({"overlay"})
"""Of files there the kernel may not know, but as folders on the way they answer at once: a container's own."""
LINKS = 40
"""More of them on one way are a circle, as for Linux."""


@cache
def tells(device: int, others: frozenset[str] = frozenset()) -> bool:
    """Tell whether the kernel hears of every change on a device; ``others`` are kinds that will do besides."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    kinds = {line.partition(" - ")[2].split(" ")[0] for line in mounts if line.split(" ")[2] == number}
    return bool(kinds) and kinds <= TOLD_ON | others


@lru_cache(4096)
def lies_here(path: str, device: int, _inode: int) -> bool:
    """Tell whether the kernel hears of every change of a file, and all on the way there answers at once.

    It may wait for what does not, and so is no question for an event loop. Raises OSError where a path leads nowhere.
    """
    return tells(device) and all(tells(os.lstat(each).st_dev, LAID_OVER) for each in _way(path))


def _way(path: str) -> Iterator[str]:
    """Yield every folder on the way that a path leads, and where it ends; each before anything in it is looked at."""
    links, at, left = 0, "/", os.path.abspath(path).split("/")[1:]  # noqa: PTH100 - a path object is dear
    while left:
        yield at
        step = os.path.join(at, left.pop(0))  # noqa: PTH118 - likewise
        if os.path.islink(step):  # noqa: PTH114 - likewise
            links += 1
            if links > LINKS:
                raise OSError(path)
            leads = os.path.join(at, os.readlink(step))  # noqa: PTH115, PTH118 - likewise
            at, left = "/", [*os.path.normpath(leads).split("/")[1:], *left]
        else:
            at = step
    yield at


class Inotify:
    """Tells of each file once that it changed, by a number."""

    def __init__(self) -> None:
        """Raise OSError where there is no such thing, or no more of it."""
        try:
            self._library = ctypes.CDLL(None, use_errno=True)
            self.descriptor = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (AttributeError, TypeError) as error:
            raise OSError(str(error)) from error
        _refuse_failure(self.descriptor)
        finalize(self, os.close, self.descriptor).atexit = False

    def watch(self, path: str) -> int:
        """Return the number by which the next change of what a path leads to is told; raises OSError."""
        number: int = self._library.inotify_add_watch(self.descriptor, os.fsencode(path), _CHANGES | _ONCE)
        _refuse_failure(number)
        return number

    def forget(self, number: int) -> None:
        """Tell of this file no more; harmless where it has been told."""
        self._library.inotify_rm_watch(self.descriptor, number)

    def told(self) -> set[int]:
        """Return the numbers of what changed since the last call; it waits for nothing."""
        try:
            data, found, at = os.read(self.descriptor, _READ_BYTES), set(), 0
        except BlockingIOError:
            return set()
        while at < len(data):
            number, _, _, name_bytes = _HEADER.unpack_from(data, at)
            found.add(number)
            at += _HEADER.size + name_bytes
        return found


def _refuse_failure(result: int) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
