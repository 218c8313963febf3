"""Where parsed events are remembered, so that figures can be computed again from them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.engine.model._lines import LogEvent


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What was counted of a source since its very beginning, whoever ran meanwhile."""

    lines: int = 0
    bytes: int = 0
    events: int = 0
    unrecognised: int = 0
    gaps: int = 0
    gap_at: float | None = None
    gap_reason: str = ""
    truncated: int = 0
    nul_bytes: int = 0
    dropped: int = 0
    late: int = 0
    clamped: int = 0


class Journal(Protocol):
    """Keeps the events of every source for a while, bounded; called from the event loop, so it never blocks."""

    def took(self, source: str, events: Sequence[LogEvent], bookmark: str, counts: SourceCounts) -> None:
        """Take what was parsed since the last call, and with it where reading goes on behind exactly that.

        Called where the parser holds no half-read record. ``bookmark`` is ``Source.bookmark``, ``counts``
        the totals up to there; they belong into one transaction with the events.
        """

    def events(self, since: float, until: float, sources: Collection[str] | None = None) -> Iterable[LogEvent]:
        """Yield what is kept at the time of the call of a span of event time, in its order; of some sources or all."""
