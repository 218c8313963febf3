"""What is counted while a source is read, and the state that follows from it."""

from collections.abc import Sequence
from math import inf

from tui.engine.clock import Clock
from tui.engine.lines import Piece, looks_binary
from tui.engine.model import LineBlock, SourceState, SourceStatus, SourceStep
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

QUIET_AFTER_S = 60.0
"""Silence after which a source that is read well counts as quiet."""

STALE_AFTER_S = 3.0
"""Age of the last read that worked from which on nothing is known any more: three polls and more."""

_JUDGED = (SourceState.LIVE, SourceState.QUIET)


class Reading:
    """The figures of one source; ages come from the clock at the moment somebody asks."""

    def __init__(
        self,
        name: str,
        kind: str,
        clock: Clock,
        *,
        host: str = "",
        stale_after_s: float = STALE_AFTER_S,
        expect_every_s: float | None = None,
    ) -> None:
        """Begin with nothing read.

        Args:
            name: shown on screen and written into events.
            kind: the scheme, such as ``file``.
            clock: tells ages.
            host: where it is read; empty for this machine.
            stale_after_s: age of the last read that worked from which on nothing is known any more.
            expect_every_s: silence after which the source is stale although reading works; None is never.
        """
        self._clock = clock
        self._name, self._kind, self._host = name, kind, host
        self._stale_after_s = stale_after_s
        self._expect_every_s = expect_every_s
        self._quiet_after_s = QUIET_AFTER_S
        self._steps: list[SourceStep] = []
        self._began_at: float | None = None
        self._read_at: float | None = None
        self._line_at: float | None = None
        self.lines = 0
        self._bytes = 0
        self._gaps = 0
        self._gap_at: float | None = None
        self._gap_reason = ""
        self._truncated = 0
        self._nul_bytes = 0
        self._last_read_at: float | None = None
        self._last_line_at: float | None = None
        self._state = SourceState.CONNECTING
        self._reason = ""
        self._remedy = ""
        self.lag_bytes = 0
        self.progress: float | None = None
        self.retry_at: float | None = None
        self.binary = False

    @property
    def state(self) -> SourceState:
        """The state by now."""
        if self._state not in _JUDGED or self._read_at is None:
            return self._state
        now = self._clock.monotonic()
        if now - self._read_at > self._stale_after_s or self._silent(now):
            return SourceState.STALE
        fresh = self._line_at is not None and now - self._line_at < self._quiet_after_s
        return SourceState.LIVE if fresh else SourceState.QUIET

    def stays_until(self) -> float:
        """Return before when (monotonic) the state is the same, as long as somebody looks whether anything is new."""
        if self._state not in _JUDGED or self._expect_every_s is not None:
            return -inf
        quiet_at = inf if self._line_at is None else self._line_at + self._quiet_after_s
        return quiet_at if quiet_at > self._clock.monotonic() else inf

    def _silent(self, now: float) -> bool:
        """Tell whether lines that were promised do not come."""
        if self._expect_every_s is None:
            return False
        since = self._line_at if self._line_at is not None else self._began_at
        return since is not None and now - since > self._expect_every_s

    @property
    def steps(self) -> Sequence[SourceStep]:
        """What was tried so far, in order."""
        return tuple(self._steps)

    def step(self, what: str, *, ok: bool, detail: str = "", remedy: str = "") -> None:
        """Note one thing that was tried; one of the same name takes the place of the earlier one."""
        self._steps = [each for each in self._steps if each.what != what]
        self._steps.append(SourceStep(what, ok, detail, remedy))

    def worked(self, *, reading_history: bool = False) -> None:
        """Note that an attempt to read succeeded."""
        self._read_at = self._clock.monotonic()
        if self._began_at is None:
            self._began_at = self._read_at
        self._last_read_at = self._clock.now()
        self._set(SourceState.CONNECTING if reading_history else SourceState.LIVE)

    def looked(self, ago_s: float) -> None:
        """Note that so long ago somebody saw that nothing was new: as good as an attempt that succeeded."""
        at = self._clock.monotonic() - ago_s
        if self._read_at is not None and at > self._read_at:
            self._read_at, self._last_read_at = at, self._clock.now() - ago_s

    def stopped(self, state: SourceState, key: str, **values: object) -> None:
        """Note that reading does not work, with a sentence of the catalogue and its remedy."""
        self._set(state, t(f"sources.{key}", **values), t(f"sources.{key}_remedy", **values))

    def troubled(self, trouble: TroubleError) -> None:
        """Note that reading does not work, as the trouble explains."""
        self._set(trouble.state, trouble.reason, trouble.remedy)

    def ended(self) -> None:
        """Note that the source is over."""
        self.progress = None
        self._set(SourceState.ENDED, t("sources.ended"))

    def block(self, piece: Piece, *, history: bool, gap: str = "") -> LineBlock:
        """Count what was read and make a block of it; ``gap`` is a sentence."""
        first_line = self.lines + 1
        if piece.lines and first_line == 1:
            self.binary = looks_binary(b"\n".join(piece.lines[:64]))
        self.count(piece, gap=gap)
        return LineBlock(self._name, first_line, piece.lines, piece.size, None if history else self._clock.now(), gap)

    def count(self, piece: Piece, *, gap: str = "") -> None:
        """Add what was read."""
        self.lines += len(piece.lines)
        self._bytes += piece.size
        self._truncated += piece.truncated
        self._nul_bytes += piece.nul_bytes
        if gap:
            self._gaps += 1
            self._gap_at, self._gap_reason = self._clock.now(), gap

    def passed(self, lines: int, size: int, truncated: int) -> None:
        """Add what somebody else read."""
        self._truncated += truncated
        self.lines += lines
        self._bytes += size

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
        told, remedy = self._reason, self._remedy
        if state is SourceState.STALE:
            key = "silent" if self._silent(self._clock.monotonic()) else "stale"
            told = t(f"sources.{key}", seconds=f"{self._expect_every_s or self._stale_after_s:g}")
            remedy = t(f"sources.{key}_remedy")
        return SourceStatus(
            self._name,
            self._kind,
            state,
            reason=told,
            remedy=remedy,
            lines=self.lines,
            bytes=self._bytes,
            gaps=self._gaps,
            gap_at=self._gap_at,
            gap_reason=self._gap_reason,
            truncated=self._truncated,
            nul_bytes=self._nul_bytes,
            lag_bytes=self.lag_bytes,
            retry_at=self.retry_at,
            last_read_at=self._last_read_at,
            last_line_at=self._last_line_at,
            progress=self.progress,
            binary=self.binary,
            host=self._host,
        )

    def _set(self, state: SourceState, reason: str = "", remedy: str = "") -> None:
        self._state, self._reason, self._remedy = state, reason, remedy
