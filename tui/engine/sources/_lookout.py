"""One thread looks at all local files that are quiet, and wakes whoever reads one that changed.

To look costs microseconds there; to wake, ask a thread and read nothing costs an event loop a hundred times as much.
Where a file system does not answer, readers are on their own and look again themselves after their pause.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import NamedTuple

LOOK_EVERY_S = 0.05
SHARE = 50
"""At least so many times as long as it takes is paused between two looks at all files: two per cent of a core."""

Seen = tuple[int, int, int, int]
"""Device, inode, size and the time of the last change, in nanoseconds."""


class _Watched(NamedTuple):
    path: str
    seen: Seen
    wake: Callable[[], object]


class Lookout:
    """Knows what each file was like when it was read; its thread begins with the first and ends with the program."""

    def __init__(self) -> None:
        self._looked_at = -inf
        self._files: dict[object, _Watched] = {}
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, path: str, seen: Seen, wake: Callable[[], None]) -> Iterator[None]:
        """Call ``wake`` in this event loop, once, as soon as a path leads to something else, or to nothing."""
        loop, key = asyncio.get_running_loop(), object()
        self._files[key] = _Watched(path, seen, lambda: loop.call_soon_threadsafe(wake))
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="lookout", daemon=True)
            self._thread.start()
        self._some.set()
        try:
            yield
        finally:
            self._files.pop(key, None)

    @property
    def silent_s(self) -> float:
        """Seconds since all files that are watched were last as they had been read."""
        return time.monotonic() - self._looked_at

    def _look(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            while files := self._files.copy():
                began = time.monotonic()
                for key, watched in files.items():
                    if _now(watched.path) != watched.seen and key in self._files:
                        self._files.pop(key, None)
                        with suppress(RuntimeError):  # the loop has ended meanwhile
                            watched.wake()
                self._looked_at = began
                time.sleep(max(LOOK_EVERY_S, SHARE * (time.monotonic() - began)))


def _now(path: str) -> Seen | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a path object is dear in what runs this often
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


LOOKOUT = Lookout()
"""Of this process."""
