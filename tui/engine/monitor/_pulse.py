"""Signs of life: whether the figures still move, and whether the machine slept."""

from tui.engine.clock import Clock
from tui.engine.ticking import TICK_S

FROZEN_AFTER_S = 5.0
"""Age of the last beat from which on no figure is believed any more (reliability §5)."""

_MISSED = 3 * TICK_S


class Pulse:
    """Beats while events can reach the store; ages come from clocks that nobody sets."""

    def __init__(self, clock: Clock) -> None:
        """Count the time before the first beat from now on."""
        self._clock = clock
        self._beat = clock.monotonic()
        self._ticked = clock.monotonic(), clock.boottime()

    def beat(self) -> None:
        """Note that the store was reached."""
        self._beat = self._clock.monotonic()

    def slept(self) -> bool:
        """Tell whether more than three ticks passed since the last call: the machine or this process stood still."""
        before, self._ticked = self._ticked, (self._clock.monotonic(), self._clock.boottime())
        return max(now - then for now, then in zip(self._ticked, before, strict=True)) > _MISSED

    def frozen_since(self) -> float | None:
        """Return when the last beat was, in seconds since the epoch, if that is too long ago; else None."""
        age = self._clock.monotonic() - self._beat
        return self._clock.now() - age if age > FROZEN_AFTER_S else None
