"""A log that comes as a stream and not as a file: attached to again and again, each line delivered once."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import NamedTuple

from tui.engine.lines import NOTHING, Piece
from tui.engine.model import Life, LineBlock, SourceState, SourceStatus, SourceStep
from tui.engine.sources._backoff import Backoff
from tui.engine.sources._opening import Opening
from tui.engine.sources._reading import Reading
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t


class Batch(NamedTuple):
    """What an attachment brought; without lines it says that the log is still reachable."""

    piece: Piece = NOTHING
    cursor: str | None = None
    """Where to go on after these lines; None is where the last batch said."""
    history: bool = False
    """The lines were written before anybody began to follow."""
    gap: str = ""
    """Why lines before these may be lost: the rest of a key ``sources.gap_…``."""
    life: Life | None = None
    """These are the first lines of a new process, or come behind the last one of an old."""
    part: str = ""
    """Whose lines these are where several processes come through one source."""


Attach = Callable[[str], AsyncGenerator[Batch, None]]
"""Begins to read behind a cursor (empty: where the opening says), until the log ends or the way to it is lost.

It yields at least once a second while the log is reachable, raises TroubleError when it is not, and returns
when the log is over for now: the container stopped, the command ended.
"""


class StreamSource:
    """Keeps attached to a stream; what was delivered and what comes next is told by the stream's own cursor."""

    def __init__(
        self,
        name: str,
        opening: Opening,
        attach: Attach,
        reading: Reading,
        *,
        ended: Callable[[], TroubleError] = lambda: TroubleError("stream_ended", state=SourceState.WAITING),
        on_retry: Callable[[], None] = lambda: None,
        way: Callable[[], Sequence[SourceStep]] = tuple,
    ) -> None:
        """Attach to nothing yet.

        Args:
            name: shown on screen and written into events.
            opening: whether to follow, and where an earlier run ended.
            attach: gets at the lines.
            reading: keeps the figures, and what was tried.
            ended: explains what it means that a followed stream is over for now.
            on_retry: tells others that a user wants another attempt: the machine that a runner works on.
            way: tells what others tried before: to get at that machine.
        """
        self._name = name
        self._follow = opening.follow
        self._line_time = opening.line_time
        self._attach = attach
        self._reading = reading
        self._ended = ended
        self._on_retry = on_retry
        self._way = way
        self._cursor = opening.bookmark
        self._backoff = Backoff(opening.clock)

    @property
    def name(self) -> str:
        """The name shown on screen and written into events."""
        return self._name

    @property
    def bookmark(self) -> str:
        """The cursor behind the blocks delivered so far."""
        return self._cursor

    def retry(self) -> None:
        """Attach again at once."""
        self._on_retry()
        self._backoff.retry()

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried to get at the lines."""
        return (*self._way(), *self._reading.steps)

    def status(self) -> SourceStatus:
        """Return how reading goes."""
        self._reading.retry_at = self._backoff.retry_at
        return self._reading.status()

    async def batches(self) -> AsyncIterator[LineBlock]:
        """Yield what the stream holds, then what comes; attach again whenever it breaks or ends."""
        while True:
            try:
                async with aclosing(self._attach(self._cursor)) as batches:
                    async for batch in batches:
                        yield self._block(batch)
                trouble = self._ended()
                if not self._follow:
                    self._reading.ended()
                    return
            except TroubleError as error:
                trouble = error
            self._reading.troubled(trouble)
            if not self._follow:
                return
            await self._backoff.pause(trouble.retry_in_s)

    def _block(self, batch: Batch) -> LineBlock:
        """Count a batch and make a block of it."""
        self._backoff.worked()
        self._reading.worked(reading_history=batch.history)
        if batch.cursor is not None:
            self._cursor = batch.cursor
        if batch.piece.lines:
            newest = self._line_time(batch.piece.lines[-1]) if batch.history else None
            self._reading.line_came(newest, live=not batch.history)
        gap = t(f"sources.gap_{batch.gap}") if batch.gap else ""
        return self._reading.block(batch.piece, history=batch.history, gap=gap)._replace(
            life=batch.life, part=batch.part
        )
