"""The last snapshot, as long as neither lines nor time can have changed anything in it."""

from typing import NamedTuple

from tui.engine.model import Snapshot


class Unmoved(NamedTuple):
    """A snapshot that is not built again each second; whoever has news throws it away."""

    snapshot: Snapshot
    since: float
    until: float
    """Between both time alone changes nothing; seconds since the epoch."""
    rests_until: float
    """Before this (monotonic) the status of no source in it moves by itself."""
    told: tuple[object, ...]
    """What else is in it."""

    def holds(self, now: float, monotonic: float, told: tuple[object, ...]) -> bool:
        """Tell whether it would be the same if it were built now, as far as no source has moved meanwhile."""
        same = all(old is new or old == new for old, new in zip(self.told, told, strict=True))
        return same and self.since <= now < self.until and monotonic < self.rests_until
