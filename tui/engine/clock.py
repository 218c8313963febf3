"""Where time comes from: the system, or a test's hand."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time; nothing in the engine asks the system itself."""

    def now(self) -> float:
        """Return seconds since the epoch, for event time and display."""

    def monotonic(self) -> float:
        """Return seconds that never go back, for ages and intervals."""

    def boottime(self) -> float:
        """Return seconds that never go back and go on while the machine sleeps, to notice that it slept."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> float:
        """Return the wall clock in seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return the monotonic clock in seconds."""
        return time.monotonic()

    def boottime(self) -> float:
        """Return the time since the machine was started, its sleep included."""
        # Elsewhere than on Linux this clock goes on during sleep, and time.monotonic() does not.
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ManualClock:
    """A clock that stands still until told to move: for tests and replay."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now
        self._monotonic = 0.0
        self._asleep = 0.0

    def now(self) -> float:
        """Return the time last set, in seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds advanced so far."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._now += seconds
        self._monotonic += seconds

    def boottime(self) -> float:
        """Return the seconds advanced and slept so far."""
        return self._monotonic + self._asleep

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: only the monotonic clock stands still."""
        self._now += seconds
        self._asleep += seconds

    def set(self, now: float) -> None:
        """Set the wall clock as NTP would: the monotonic clock does not move."""
        self._now = now


class ReplayClock:
    """Tells another time than now, at another pace; intervals of the machine stay what they are."""

    def __init__(self, start: float, speed: float, clock: Clock | None = None) -> None:
        """Begin at ``start``, in seconds since the epoch; ``speed`` is how many of its seconds pass in one."""
        self.speed = speed
        self._start = self._begin = start
        self._clock = clock or SystemClock()
        self._began = self._clock.monotonic()

    def now(self) -> float:
        """Return the time that is played, in seconds since the epoch."""
        return self._start + (self._clock.monotonic() - self._began) * self.speed

    @property
    def begin(self) -> float:
        """Where playing began, or went on after a leap; what is older is history."""
        return self._begin

    def leap(self, to: float) -> None:
        """Go on playing at a later moment."""
        self._start += to - self.now()
        self._begin = to

    def monotonic(self) -> float:
        """Return the machine's monotonic clock."""
        return self._clock.monotonic()

    def boottime(self) -> float:
        """Return the machine's time since its start."""
        return self._clock.boottime()


TICK_LATE_S = 0.002
"""So long after a whole second ticks come: a timer may be early by less, and then everything would be woken twice."""
EARLY_S = 0.0002
"""So much sooner reads are due: what they find is in what is looked at with the tick, instead of a second later."""


def until_tick(every_s: float, *, early: bool = False) -> float:
    """Return how many seconds it is to the next multiple of so many since the epoch, on the machine's clock."""
    late = TICK_LATE_S - EARLY_S if early else TICK_LATE_S
    return every_s - (time.time() - late) % every_s
