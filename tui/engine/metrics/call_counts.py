"""What happened to the calls of all sources."""

from dataclasses import dataclass, field

from tui.engine.metrics.windows import SlidingCount

MISMATCH_S = 5.0
"""A logged duration that is further off the measured one is told (semantics R49)."""

OTHER = "other"
_CLIENTS_KEPT = 20


@dataclass(slots=True)
class CallCounts:
    """What happened to calls, over all sources that name theirs."""

    opened: SlidingCount = field(default_factory=SlidingCount)
    """Opens, a reconnect of an open id after 5 s included (semantics R48)."""
    distinct: SlidingCount = field(default_factory=SlidingCount)
    """Opens of ids that were not open: the denominator of rates (semantics R28)."""
    closed: SlidingCount = field(default_factory=SlidingCount)
    lost: SlidingCount = field(default_factory=SlidingCount)
    ghosts: SlidingCount = field(default_factory=SlidingCount)
    short: SlidingCount = field(default_factory=SlidingCount)
    short_last_at: float | None = None
    clients: dict[str, SlidingCount] = field(default_factory=dict)
    measured: int = 0
    """Calls whose duration is known, and the sum of their durations."""
    duration_ms: int = 0
    mismatches: int = 0
    """Closes whose logged duration is more than 5 s off the measured one; the logged one counts."""

    def client(self, client: str | None) -> SlidingCount:
        """Return the opens of a kind of client; rare kinds beyond the first twenty are one."""
        name = client or OTHER
        if name not in self.clients and len(self.clients) >= _CLIENTS_KEPT:
            name = OTHER
        return self.clients.setdefault(name, SlidingCount())

    def add_duration(self, seconds: float, time: float | None, short_s: float) -> None:
        """Count a call that lasted so long; ``short_s`` is below what it counts as short (semantics R55)."""
        self.measured += 1
        self.duration_ms += round(seconds * 1000)
        if seconds < short_s:
            self.short.add(time)
            self.short_last_at = self.short_last_at if time is None else max(time, self.short_last_at or time)
