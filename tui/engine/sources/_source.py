"""What every source promises."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, runtime_checkable

from tui.engine.model import LineBlock, SourceStatus, SourceStep


@runtime_checkable
class Rests(Protocol):
    """A source of which somebody else tells when it has anything new."""

    def rests_until(self) -> float:
        """Return before when (monotonic) nothing in its status moves, but when it was read, unless it gives a block."""


class Source(Protocol):
    """One place that log lines come from, seen as one endless stream of whole lines.

    A source never raises for an expected failure (missing file, no permission, lost connection): it
    goes on trying and says so in its status. Whatever else it raises is a defect and may crash.
    """

    @property
    def name(self) -> str:
        """The name shown on screen and written into events."""

    def batches(self) -> AsyncIterator[LineBlock]:
        """Yield blocks of whole lines in order; a block without lines after each poll that found nothing.

        Closing the iterator releases every descriptor. The consumer's pace is the source's pace: nothing
        is read ahead while it is busy.
        """

    def status(self) -> SourceStatus:
        """Return how reading goes; the figures about events are filled in by the monitor."""

    @property
    def bookmark(self) -> str:
        """Where reading goes on after the blocks delivered so far, as text that survives a restart.

        Empty where nobody can go on (standard input), or before anything was read.
        """

    def retry(self) -> None:
        """Try again at once what is being waited for; harmless when nothing is."""

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried so far to get at the lines, in order."""
