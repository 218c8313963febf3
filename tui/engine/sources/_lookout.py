"""One thread looks at all local files that are quiet, and wakes whoever reads one that changed.

Where the kernel tells of a change the thread sleeps until it does, and looks once a second nevertheless: the path may
lead elsewhere by now. Of other files it looks for itself twenty times a second, which costs microseconds there; to
wake, ask a thread and read nothing costs an event loop a hundred times as much. Where a file system does not answer,
that is noticed, and readers look again themselves.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from math import inf
from typing import NamedTuple
from weakref import WeakSet

from tui.engine.clock import until_tick
from tui.engine.sources._inotify import Inotify, tells

LOOK_EVERY_S = 0.05
LOOK_WHERE_TOLD_S = 1.0
UNTOLD_FOR_S = 15.0
"""After this time without a file of which the kernel does not tell there is none; readers come back more often."""
GUARD_S = 2.0
"""So often somebody makes sure that the thread still looks."""
STUCK_S = 1.5
"""A thread that has not looked for so long is stuck: then everybody looks for himself."""
SHARE = 50
"""At least so many times as long as it takes is paused between two looks at all files: two per cent of a core."""

Seen = tuple[int, int, int, int]
"""Device, inode, size and the time of the last change, in nanoseconds."""


class _Watched(NamedTuple):
    path: str
    seen: Seen
    loop: asyncio.AbstractEventLoop
    """Of whoever waits."""
    wake: Callable[[], None]
    number: int | None
    """By which the kernel tells of it; None where it does not."""


class Lookout:
    """Knows what each file was like when it was read; its thread begins with the first and ends with the program."""

    def __init__(self) -> None:
        self._looked_at = self._untold_at = -inf
        self._files: dict[object, _Watched] = {}
        self._some = threading.Event()
        self._thread: threading.Thread | None = None
        self._kernel: Inotify | None = None
        self._guarded = WeakSet[asyncio.AbstractEventLoop]()

    @contextmanager
    def watching(self, path: str, seen: Seen, wake: Callable[[], None]) -> Iterator[None]:
        """Call ``wake`` in this event loop, once, as soon as a path leads to something else, or to nothing."""
        loop, key = asyncio.get_running_loop(), object()
        if self._thread is None:
            self._begin()
        number = self._number(path, seen[0])
        self._files[key] = _Watched(path, seen, loop, wake, number)
        self._some.set()
        if loop not in self._guarded:
            self._guarded.add(loop)
            loop.call_later(until_tick(GUARD_S), self._guard, loop)
        if number is None:
            self._untold_at = time.monotonic()
        elif _now(path) != seen:
            wake()  # it changed before the kernel was asked to tell
        try:
            yield
        finally:
            self._files.pop(key, None)
            if self._kernel is not None and number is not None:
                self._kernel.forget(number)

    def _begin(self) -> None:
        with suppress(OSError):
            self._kernel = Inotify()
        self._thread = threading.Thread(target=self._look, name="lookout", daemon=True)
        self._thread.start()

    def _guard(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let everybody look for himself where the thread does not, as long as somebody waits in this event loop."""
        waiting = {key: each for key, each in self._files.copy().items() if each.loop is loop}
        if not waiting:
            self._guarded.discard(loop)
            return
        if self.silent_s > STUCK_S:
            self._wake(waiting)
        loop.call_later(until_tick(GUARD_S), self._guard, loop)

    def _number(self, path: str, device: int) -> int | None:
        if self._kernel is None or not tells(device):
            return None
        try:
            return self._kernel.watch(path)
        except OSError:  # gone by now, or too many: whoever looks finds out
            return None

    @property
    def silent_s(self) -> float:
        """Seconds since all files that are watched were last as they had been read."""
        return time.monotonic() - self._looked_at

    def _look(self) -> None:
        due = 0.0
        while True:
            self._some.wait()
            self._some.clear()
            while files := self._files.copy():
                now = time.monotonic()
                if now >= due:
                    self._wake({key: each for key, each in files.items() if _now(each.path) != each.seen})
                    self._looked_at = now
                    due = now + max(self._pause_s, SHARE * (time.monotonic() - now))
                if told := self._told(due - time.monotonic()):
                    self._wake({key: each for key, each in self._files.copy().items() if each.number in told})

    @property
    def _pause_s(self) -> float:
        """Return how long to wait: to the whole second where the kernel tells, just before everybody else looks.

        Then the processor is awake already for both, and what was seen is known in the same second.
        """
        if self._kernel is None or time.monotonic() - self._untold_at < UNTOLD_FOR_S:
            return LOOK_EVERY_S
        return max(LOOK_EVERY_S, LOOK_WHERE_TOLD_S - time.time() % LOOK_WHERE_TOLD_S)

    def _told(self, patience_s: float) -> set[int]:
        if self._kernel is not None:
            return self._kernel.told(max(0.0, patience_s))
        time.sleep(max(0.0, patience_s))
        return set()

    def _wake(self, changed: Mapping[object, _Watched]) -> None:
        for key, watched in changed.items():
            if self._files.pop(key, None) is not None:
                with suppress(RuntimeError):  # the loop has ended meanwhile
                    watched.loop.call_soon_threadsafe(watched.wake)


def _now(path: str) -> Seen | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a path object is dear in what runs this often
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


LOOKOUT = Lookout()
"""Of this process."""
