"""Whether a path still leads to the open file, where the file system tells no inodes: then contents decide.

Comparing contents means opening the path, which is dear at every poll. What the path tells of itself (size
and time) makes it unnecessary once it has stayed the same for longer than the clock that stamps it is coarse:
a file that came later has a later time.
"""

from tui.engine.clock import Clock
from tui.engine.sources._access import FileStat

SETTLED_S = 2.5
"""A stamp of whole seconds that stayed so long is over: nothing newer can carry it."""
COMPARE_EVERY_S = 0.5
"""Between comparisons of a path whose stamp is still fresh."""


class Comparison:
    """Decides when the contents behind a path have to be compared again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stat: FileStat | None = None
        self._since = 0.0
        self._compared_at: float | None = None

    def due(self, stat: FileStat) -> bool:
        """Tell whether the path, being as ``stat`` says, may lead to another file than when last compared."""
        now = self._clock.monotonic()
        if stat != self._stat:
            self._stat, self._since, self._compared_at = stat, now, None
        if stat.modified is None or self._compared_at is None:
            return True
        settled = self._compared_at - self._since >= SETTLED_S
        return not settled and now - self._compared_at >= COMPARE_EVERY_S

    def same(self) -> None:
        """Note that the path was found to lead to the open file."""
        self._compared_at = self._clock.monotonic()

    def forget(self) -> None:
        """Know nothing any more: another file is open now."""
        self._stat = None
