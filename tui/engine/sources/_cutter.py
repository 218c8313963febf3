"""A stream of bytes on its way into lines."""

from tui.engine.clock import Clock
from tui.engine.lines import NOTHING, Piece, cut

PARTIAL_AFTER_S = 2.0
"""Age at which an unfinished line is taken for a whole one: a prompt has no newline (semantics R70)."""


class Cutter:
    """Cuts what a stream brings into lines and holds the beginning of an unfinished one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held = b""
        self._held_since = 0.0
        self._skipping = False
        self._first = True

    def take(self, data: bytes) -> Piece:
        """Return the lines that are complete by now."""
        if not self._held:
            self._held_since = self._clock.monotonic()
        whole = self._held + data
        piece = cut(whole, first=self._first, skipping=self._skipping)
        self._first = self._first and not piece.size
        self._skipping = piece.skipping
        self._held = whole[piece.size :]
        if piece.size:
            self._held_since = self._clock.monotonic()
        return piece

    def overdue(self) -> Piece:
        """Return the unfinished line once it has waited long enough."""
        waited = self._clock.monotonic() - self._held_since
        return self.flush() if self._held and waited >= PARTIAL_AFTER_S else NOTHING

    def flush(self) -> Piece:
        """Return the unfinished line as a whole one."""
        if not self._held:
            return NOTHING
        piece = cut(self._held + b"\n", first=self._first)
        size, self._held, self._first = len(self._held), b"", False
        return piece._replace(size=size)
