"""An event loop in which waiting takes no time: days of a running monitor in minutes, by a clock moved by hand."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

from tui.engine.clock import ManualClock

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Moves the clock instead of waiting, unless a thread still works: for that one waits really."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock
        self.working = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; ``timeout`` passes by the clock."""
        found = super().select(None if self.working and timeout != 0 else 0)
        if not found and timeout:
            self._clock.advance(timeout)
        return found


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Sleeps by a clock of its own; threads take what they take, and no time passes meanwhile."""

    def __init__(self, clock: ManualClock) -> None:
        self._simulated = clock
        self._ready_or_later = _Selector(clock)
        super().__init__(self._ready_or_later)

    def time(self) -> float:
        """Return the seconds the clock was advanced."""
        return self._simulated.monotonic()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: object
    ) -> asyncio.Future[Any]:
        """Run something in a thread while time stands still."""
        self._ready_or_later.working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _future: asyncio.Future[Any]) -> None:
        self._ready_or_later.working -= 1


def simulate(main: Callable[[], Coroutine[Any, Any, T]], clock: ManualClock) -> T:
    """Run a coroutine to its end in simulated time."""
    with asyncio.Runner(loop_factory=lambda: SimulatedLoop(clock)) as runner:
        return runner.run(main())
