"""How far the clock that stamps the lines of a source is from this machine's."""

WINDOW_S = 60.0
"""Lines of this long speak for the clock; then the estimate begins anew."""

TOLD_FROM_S = 2.0
"""A smaller difference is the way of a line to this machine, not a clock."""


class Skew:
    """Estimates a clock from live lines: the one that was ahead most was least on the way.

    A line is read a moment after it was stamped, so each tells only that the clock is at least so far ahead.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        """Positive where the lines are ahead; 0 below two seconds, whole seconds above; None while nobody knows."""
        self._began = 0.0
        self._most: float | None = None

    def note(self, ahead_s: float, now: float) -> None:
        """Take how far a line was ahead when it arrived; ``now`` never goes back."""
        if self._most is None or now - self._began > WINDOW_S:
            self._began, self._most = now, ahead_s
        else:
            self._most = max(self._most, ahead_s)
        self.seconds = float(round(self._most)) if abs(self._most) >= TOLD_FROM_S else 0.0
