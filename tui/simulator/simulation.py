"""A story that is being written to a file right now."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator

from tui.engine.clock import Clock
from tui.simulator.log_writer import LogWriter
from tui.simulator.story import Story

BURST = 500
"""Most lines written without giving way to others."""

SHORTEST_WAIT_S = 0.05
LONGEST_WAIT_S = 0.25


class Simulation:
    """Writes each line of a story when its time has come; a screen may ask what is going on."""

    def __init__(
        self,
        story: Story,
        writer: LogWriter,
        clock: Clock,
        speed: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``speed`` is simulated seconds per second; ``sleep`` waits as long as ``clock`` says."""
        self._story = story
        self._writer = writer
        self._clock = clock
        self._speed = speed
        self._sleep = sleep
        self._lines: Iterator[tuple[float, str]] | None = None
        self._next: tuple[float, str] | None = None
        self._began = 0.0

    def caption(self) -> str:
        """Return what is being simulated at this moment, in the user's language."""
        return self._story.caption_at(self._elapsed() * self._speed)

    def prefill(self) -> None:
        """Write the healthy past in one go and start the story's time; a second call does nothing.

        Raises:
            SourceError: the file cannot be written.
        """
        if self._lines is None:
            self._lines = self._story.lines(self._clock.now(), self._speed)
            self._began = self._clock.monotonic()
            while self._write_until(self._lines, 0.0):
                pass

    async def run(self, seconds: float | None = None) -> None:
        """Write in real time for this many seconds, or until cancelled; closing the writer is the caller's part.

        Raises:
            SourceError: the file cannot be written.
        """
        self.prefill()
        assert self._lines is not None  # noqa: S101 - prefill began it
        ends = math.inf if seconds is None else seconds
        while (elapsed := self._elapsed()) < ends:
            full = self._write_until(self._lines, elapsed * self._speed)
            await self._sleep(0 if full else self._wait(elapsed, ends))
        while self._write_until(self._lines, ends * self._speed):
            await self._sleep(0)

    def _elapsed(self) -> float:
        """Return the seconds since the story began, 0 before."""
        return 0.0 if self._lines is None else self._clock.monotonic() - self._began

    def _wait(self, elapsed: float, ends: float) -> float:
        """Return how long to wait for the next line."""
        due = ends if self._next is None else self._next[0] / self._speed
        wait = min(max(due - elapsed, SHORTEST_WAIT_S), LONGEST_WAIT_S)
        return min(wait, ends - elapsed)

    def _write_until(self, lines: Iterator[tuple[float, str]], second: float) -> bool:
        """Write one burst of what is due at a simulated second; return whether there may be more."""
        burst: list[str] = []
        while len(burst) < BURST:
            self._next = self._next or next(lines)
            if self._next[0] > second:
                break
            burst.append(self._next[1])
            self._next = None
        self._writer.write(burst)
        return len(burst) == BURST
