"""Whoever presses a key goes before what is read: a picture takes many rounds of the event loop."""

from tui.engine.clock import Clock

HELD_S = 0.08
"""Reading rests so long after a key: enough to open a page; then at least as long it reads on, whatever is pressed."""


class Courtesy:
    """Tells what reads how long to rest for somebody who waits at the screen."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nobody waiting."""
        self._clock = clock
        self._until = self._again_from = 0.0

    def somebody_waits(self) -> None:
        """Note that a key was pressed or the mouse moved."""
        now = self._clock.monotonic()
        if now >= self._again_from:
            self._until = now + HELD_S
            self._again_from = self._until + HELD_S

    def rest(self) -> float:
        """Return how many seconds to rest now; it is asked once for each wait."""
        left, self._until = self._until - self._clock.monotonic(), 0.0
        return max(0.0, left)
