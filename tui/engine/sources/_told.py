"""Quiet files of which the kernel tells, read in one event loop: no thread, no look that is a wake-up of its own.

A path may lead elsewhere without any file having changed (a link, a folder that was renamed), so it is looked at once a
second too, in the event loop and at the moment at which everybody else there looks. That is for paths that lie on
this machine's own disks from end to end; where a file system may not answer nobody should look in an event loop.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tui.engine.clock import until_tick
from tui.engine.sources._inotify import Inotify
from tui.engine.sources._seen import Seen, Silent, seen_now

LOOK_EVERY_S = 1.0


class _Watched(NamedTuple):
    path: str
    seen: Seen
    wake: Callable[[], None]
    number: int
    """By which the kernel tells of it."""


class Told:
    """The files of one event loop, by which it is kept."""

    def __init__(self) -> None:
        """Ask nothing yet."""
        self._files: dict[object, _Watched] = {}
        self._kernel: Inotify | None = None
        self._looks = False
        self._looked_at = 0.0

    @contextmanager
    def watching(self, path: str, seen: Seen, wake: Callable[[], None]) -> Iterator[Silent]:
        """Call ``wake`` once, as soon as a path leads to something else; raises OSError where nobody would tell."""
        kernel = self._kernel or self._begun()
        number, key = kernel.watch(path), object()
        self._files[key] = _Watched(path, seen, wake, number)
        self._look_on()
        if seen_now(path) != seen:
            self._wake([key])  # it changed before the kernel was asked to tell
        try:
            yield self._silent_s
        finally:
            self._files.pop(key, None)
            if all(each.number != number for each in self._files.values()):
                kernel.forget(number)
                self._hear()  # that it is forgotten is told too, and would wake the loop for itself

    def _begun(self) -> Inotify:
        """Ask the kernel from now on: to end that makes everybody wait for 15 ms, and it costs nothing."""
        self._kernel = Inotify()
        asyncio.get_running_loop().add_reader(self._kernel.descriptor, self._hear)
        return self._kernel

    def _look_on(self) -> None:
        """Look at every path at the next whole second, if anybody waits then."""
        if not self._looks:
            self._looks, self._looked_at = True, time.monotonic()
            asyncio.get_running_loop().call_later(until_tick(LOOK_EVERY_S, early=True), self._look)

    def _silent_s(self) -> float:
        return time.monotonic() - self._looked_at

    def _look(self) -> None:
        self._looks = False
        if self._files:
            self._look_on()
            self._wake([key for key, each in self._files.items() if seen_now(each.path) != each.seen])

    def _hear(self) -> None:
        numbers = self._kernel.told() if self._kernel else set()
        if numbers:
            self._wake([key for key, each in self._files.items() if each.number in numbers])

    def _wake(self, changed: list[object]) -> None:
        for key in changed:
            self._files.pop(key).wake()
