"""Pauses between attempts that fail: longer each time, and never all at the same moment."""

import asyncio
import random
from contextlib import suppress

from tui.engine.clock import Clock

BASE_S = 0.5
CAP_S = 30.0
STABLE_S = 30.0
"""How long data must have come before the next failure counts as the first one again."""


class Backoff:
    """Full jitter: the n-th pause is anywhere between nothing and 0.5 s · 2^n, at most 30 s (reliability §2.3)."""

    def __init__(self, clock: Clock, *, base_s: float = BASE_S, cap_s: float = CAP_S) -> None:
        self.retry_at: float | None = None
        """When the present pause ends, in seconds since the epoch; None between pauses, infinity for never."""
        self._clock = clock
        self._base_s = base_s
        self._cap_s = cap_s
        self._attempts = 0
        self._good_since: float | None = None
        self._now = asyncio.Event()

    def worked(self) -> None:
        """Note that an attempt works: half a minute of it begins the count anew."""
        now = self._clock.monotonic()
        if self._good_since is None:
            self._good_since = now
        elif now - self._good_since >= STABLE_S:
            self._attempts = 0

    def next_pause(self) -> float:
        """Return the seconds to wait after one more failure."""
        self._good_since = None
        longest = min(self._cap_s, self._base_s * 2 ** min(self._attempts, 16))
        self._attempts += 1
        return random.uniform(0.0, longest)  # noqa: S311 - spreads attempts, keeps no secret

    async def pause(self, seconds: float | None = None) -> None:
        """Wait before the next attempt: so long, or as the count of failures says; a user's wish ends it."""
        wait_s = self.next_pause() if seconds is None else seconds
        self._now.clear()
        self.retry_at = self._clock.now() + wait_s
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(None if wait_s == float("inf") else wait_s):
                    await self._now.wait()
        finally:
            self.retry_at = None

    def retry(self) -> None:
        """End the present pause, and begin the count anew."""
        self._attempts = 0
        self._now.set()
