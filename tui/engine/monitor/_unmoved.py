"""The last snapshot, as long as neither lines nor time can have changed anything in it."""

from typing import NamedTuple

from tui.engine.model import Snapshot


class Unmoved(NamedTuple):
    """A snapshot that is not built again each second; whoever has news throws it away."""

    snapshot: Snapshot
    since: float
    until: float
    """Between both time alone changes nothing; seconds since the epoch."""
    told: tuple[object, ...]
    """What else is in it."""

    def holds(self, now: float, told: tuple[object, ...]) -> bool:
        """Tell whether it would be the same if it were built now."""
        same = all(old is new or old == new for old, new in zip(self.told, told, strict=True))
        return same and self.since <= now < self.until
