"""Tells whoever reads a quiet local file that it changed.

Of files on this machine's own disks the kernel tells (``_told``). At all others one thread looks twenty times a
second, which costs microseconds there; to wake, ask a thread and read nothing costs an event loop a hundred times as
much. Where a file system does not answer, that is noticed, and readers look again themselves.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from math import inf
from typing import NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from tui.engine.clock import until_tick
from tui.engine.sources._seen import Seen, Silent, seen_now
from tui.engine.sources._told import Told

LOOK_EVERY_S = 0.05
GUARD_S = 2.0
"""So often somebody makes sure that the thread still looks."""
STUCK_S = 1.5
"""Who has not looked for so long is stuck: then everybody looks for himself."""
SHARE = 50
"""At least so many times as long as it takes is paused between two looks at all files: two per cent of a core."""


class _Watched(NamedTuple):
    path: str
    seen: Seen
    loop: asyncio.AbstractEventLoop
    """Of whoever waits."""
    wake: Callable[[], None]


class Lookout:
    """Knows what each file was like when it was read; its thread begins with the first that needs it."""

    def __init__(self) -> None:
        self._told = WeakKeyDictionary[asyncio.AbstractEventLoop, Told]()
        self._looked_at = -inf
        self._files: dict[object, _Watched] = {}
        self._some = threading.Event()
        self._thread: threading.Thread | None = None
        self._guarded = WeakSet[asyncio.AbstractEventLoop]()

    @contextmanager
    def watching(self, path: str, seen: Seen, wake: Callable[[], None], *, told: bool) -> Iterator[Silent]:
        """Call ``wake`` in this event loop, once, as soon as a path leads to something else, or to nothing.

        ``told``: the kernel tells of it, and the way there lies on this machine (``lies_here``). Yields who tells for
        how long nobody has looked.
        """
        loop, by_kernel = asyncio.get_running_loop(), None
        with ExitStack() as stack:
            if told:
                with suppress(OSError):  # gone by now, or too many: whoever looks finds out
                    by_kernel = stack.enter_context(self._told.setdefault(loop, Told()).watching(path, seen, wake))
            yield by_kernel or stack.enter_context(self._looked_for(_Watched(path, seen, loop, wake)))

    @contextmanager
    def _looked_for(self, watched: _Watched) -> Iterator[Silent]:
        loop, key = watched.loop, object()
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="lookout", daemon=True)
            self._thread.start()
        self._files[key] = watched
        self._some.set()
        if loop not in self._guarded:
            self._guarded.add(loop)
            loop.call_later(until_tick(GUARD_S), self._guard, loop)
        try:
            yield self._silent_s
        finally:
            self._files.pop(key, None)

    def _guard(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let everybody look for himself where the thread does not, as long as somebody waits in this event loop."""
        waiting = {key: each for key, each in self._files.copy().items() if each.loop is loop}
        if not waiting:
            self._guarded.discard(loop)
            return
        if self._silent_s() > STUCK_S:
            self._wake(waiting)
        loop.call_later(until_tick(GUARD_S), self._guard, loop)

    def _silent_s(self) -> float:
        return time.monotonic() - self._looked_at

    def _look(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            while files := self._files.copy():
                began = time.monotonic()
                self._wake({key: each for key, each in files.items() if seen_now(each.path) != each.seen})
                self._looked_at = began
                time.sleep(max(LOOK_EVERY_S, SHARE * (time.monotonic() - began)))

    def _wake(self, changed: Mapping[object, _Watched]) -> None:
        for key, watched in changed.items():
            if self._files.pop(key, None) is not None:
                with suppress(RuntimeError):  # the loop has ended meanwhile
                    watched.loop.call_soon_threadsafe(watched.wake)


LOOKOUT = Lookout()
"""Of this process."""
