"""What is counted while a source is read, and the state that follows from it."""

from tui.engine.clock import Clock
from tui.engine.model import SourceState, SourceStatus
from tui.engine.sources._lines import Piece
from tui.engine.text import t

QUIET_AFTER_S = 60.0
"""Silence after which a source that is read well counts as quiet."""

STALE_AFTER_S = 3.0
"""Age of the last read that worked from which on nothing is known any more: three polls and more."""

_JUDGED = (SourceState.LIVE, SourceState.QUIET)


class Reading:
    """The figures of one source; ages come from the clock at the moment somebody asks."""

    def __init__(self, name: str, kind: str, clock: Clock, quiet_after_s: float = QUIET_AFTER_S) -> None:
        self._clock = clock
        self._quiet_after_s = quiet_after_s
        self._status = SourceStatus(name, kind)
        self._read_at: float | None = None
        self._line_at: float | None = None
        self.lines = 0
        self._bytes = 0
        self._gaps = 0
        self._truncated = 0
        self._nul_bytes = 0
        self._last_read_at: float | None = None
        self._last_line_at: float | None = None
        self._state = SourceState.CONNECTING
        self._reason = ""
        self._remedy = ""
        self.lag_bytes = 0
        self.progress: float | None = None
        self.binary = False

    @property
    def state(self) -> SourceState:
        """The state by now."""
        if self._state not in _JUDGED or self._read_at is None:
            return self._state
        now = self._clock.monotonic()
        if now - self._read_at > STALE_AFTER_S:
            return SourceState.STALE
        fresh = self._line_at is not None and now - self._line_at < self._quiet_after_s
        return SourceState.LIVE if fresh else SourceState.QUIET

    def worked(self, *, reading_history: bool = False) -> None:
        """Note that an attempt to read succeeded."""
        self._read_at = self._clock.monotonic()
        self._last_read_at = self._clock.now()
        self._set(SourceState.CONNECTING if reading_history else SourceState.LIVE)

    def stopped(self, state: SourceState, key: str, **values: object) -> None:
        """Note that reading does not work, with a sentence of the catalogue and its remedy."""
        self._set(state, t(f"sources.{key}", **values), t(f"sources.{key}_remedy", **values))

    def ended(self) -> None:
        """Note that the source is over."""
        self.progress = None
        self._set(SourceState.ENDED, t("sources.ended"))

    def count(self, piece: Piece, *, gap: bool = False) -> None:
        """Add what was read."""
        self.lines += len(piece.lines)
        self._bytes += piece.size
        self._truncated += piece.truncated
        self._nul_bytes += piece.nul_bytes
        self._gaps += gap

    def line_came(self, event_time: float | None, *, live: bool) -> None:
        """Note when the newest line came: now, or for history when it was written, if it says so."""
        now = self._clock.now()
        at = now if live else event_time
        if at is not None:
            self._last_line_at = at
            self._line_at = self._clock.monotonic() - max(0.0, now - at)

    def status(self) -> SourceStatus:
        """Return everything as one value."""
        state = self.state
        stale = state is SourceState.STALE
        return SourceStatus(
            self._status.name,
            self._status.kind,
            state,
            reason=t("sources.stale") if stale else self._reason,
            remedy=t("sources.stale_remedy") if stale else self._remedy,
            lines=self.lines,
            bytes=self._bytes,
            gaps=self._gaps,
            truncated=self._truncated,
            nul_bytes=self._nul_bytes,
            lag_bytes=self.lag_bytes,
            last_read_at=self._last_read_at,
            last_line_at=self._last_line_at,
            progress=self.progress,
            binary=self.binary,
        )

    def _set(self, state: SourceState, reason: str = "", remedy: str = "") -> None:
        self._state, self._reason, self._remedy = state, reason, remedy
