"""What a path leads to, as it was when it was last read: by that a change is known."""

import os
from collections.abc import Callable

Seen = tuple[int, int, int, int]
"""Device, inode, size and the time of the last change, in nanoseconds."""

Silent = Callable[[], float]
"""Tells how many seconds ago somebody last saw that nothing had changed."""


def seen_now(path: str) -> Seen | None:
    """Return what a path leads to; None where that is nothing."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a path object is dear in what runs this often
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
