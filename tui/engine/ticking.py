"""Whole seconds, at which whoever looks now and then does so: one wake-up of the event loop for all of them.

A processor that sleeps is woken once for everybody, which is most of what a look costs; windows and ages move at such
moments too. A task is woken only where its question says that there is something to do: to ask costs microseconds.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from tui.engine.clock import until_tick

TICK_S = 1.0
EARLY_S = 0.02
"""Who is due so soon is asked with the others."""

Question = Callable[[], bool]
"""Tells whether there is something to do; it is quick and waits for nothing."""


def _always() -> bool:
    return True


@dataclass(slots=True)
class _Waiting:
    due: float
    """By the clock of the event loop."""
    every_s: float
    question: Question


class _Ticks:
    """Those of one event loop; there are none at which nobody is due."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], _Waiting] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, every_s: float, question: Question) -> None:
        """Return at such a tick, once the answer to a question is yes; raises what the question does."""
        loop = asyncio.get_running_loop()
        due, future = loop.time() + until_tick(every_s), loop.create_future()
        self._waiting[future] = _Waiting(due, every_s, question)
        self._wake_at(due)
        try:
            await future
        finally:
            self._waiting.pop(future, None)

    def _wake_at(self, due: float) -> None:
        if self._timer is not None and self._timer.when() > due:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for future, one in tuple(self._waiting.items()):
            if one.due <= now + EARLY_S and not future.done():
                one.due = now + until_tick(one.every_s)
                _ask(future, one.question)
        if left := [one.due for future, one in self._waiting.items() if not future.done()]:
            self._wake_at(min(left))


def _ask(future: "asyncio.Future[None]", question: Question) -> None:
    """Wake whoever waits if there is something to do; what goes wrong with its question is its own."""
    try:
        if question():
            future.set_result(None)
    except Exception as error:  # noqa: BLE001 - raised again where it belongs
        future.set_exception(error)


_TICKS = WeakKeyDictionary[asyncio.AbstractEventLoop, _Ticks]()


async def next_tick(every_s: float = TICK_S, question: Question = _always) -> None:
    """Sleep to the first multiple of so many seconds since the epoch, on the machine's clock, with something to do."""
    loop = asyncio.get_running_loop()
    ticks = _TICKS.get(loop)
    if ticks is None:
        ticks = _TICKS[loop] = _Ticks()
    await ticks.wait(every_s, question)
