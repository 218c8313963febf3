"""The kernel's word that a local file changed, on Linux: two calls of the C library, once for each wait."""

import ctypes
import os
import select
import struct
from functools import cache
from pathlib import Path

_CHANGES = 0x2 | 0x4 | 0x400 | 0x800
"""Written to or emptied, other attributes (a name less), deleted, renamed."""
_ONCE = 0x8000_0000
_HEADER = struct.Struct("iIII")
_READ_BYTES = 65_536

TOLD_ON = frozenset({"ext2", "ext3", "ext4", "xfs", "f2fs", "tmpfs"})
"""File systems of which this machine does all writing and nothing is laid over: of others the kernel may not know."""


@cache
def tells(device: int) -> bool:
    """Tell whether the kernel hears of every change on a device."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    kinds = {line.partition(" - ")[2].split(" ")[0] for line in mounts if line.split(" ")[2] == number}
    return bool(kinds) and kinds <= TOLD_ON


class Inotify:
    """Tells of each file once that it changed, by a number; may be asked from several threads."""

    def __init__(self) -> None:
        """Raise OSError where there is no such thing, or no more of it."""
        try:
            self._library = ctypes.CDLL(None, use_errno=True)
            self._descriptor = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (AttributeError, TypeError) as error:
            raise OSError(str(error)) from error
        _refuse_failure(self._descriptor)

    def watch(self, path: str) -> int:
        """Return the number by which the next change of what a path leads to is told; raises OSError."""
        number: int = self._library.inotify_add_watch(self._descriptor, os.fsencode(path), _CHANGES | _ONCE)
        _refuse_failure(number)
        return number

    def forget(self, number: int) -> None:
        """Tell of this file no more; harmless where it has been told."""
        self._library.inotify_rm_watch(self._descriptor, number)

    def told(self, patience_s: float) -> set[int]:
        """Wait for changes, so long at most, and return their numbers."""
        if not select.select([self._descriptor], [], [], patience_s)[0]:
            return set()
        data, found, at = os.read(self._descriptor, _READ_BYTES), set(), 0
        while at < len(data):
            number, _, _, name_bytes = _HEADER.unpack_from(data, at)
            found.add(number)
            at += _HEADER.size + name_bytes
        return found


def _refuse_failure(result: int) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
