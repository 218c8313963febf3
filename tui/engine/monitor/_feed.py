"""One source on its way into the store, with what is counted about it."""

import asyncio
import dataclasses
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from math import inf
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from tui.engine.bulk import COLUMNS_FROM, history_parser
from tui.engine.clock import Clock
from tui.engine.metrics.windows import DISORDER_S
from tui.engine.model import Journal, LineBlock, LogEvent, SourceCounts, SourceState, SourceStatus
from tui.engine.monitor._keeper import LineKeeper
from tui.engine.monitor._skew import Skew
from tui.engine.parser import Parser
from tui.engine.sources._source import Rests, Source
from tui.engine.text import t

if TYPE_CHECKING:
    from tui.engine.bulk._history import HistoryParser

RATE_WINDOW_S = 10.0
"""Lines per second are a mean over this long."""

SLICE_LINES = 500
"""Lines understood in one go; between slices keys are answered and the screen is painted."""

_GOOD = (SourceState.LIVE, SourceState.QUIET)

SLICE_EVENTS = 100
"""Events counted in one go: a picture takes some thirty rounds of the event loop, and each waits for one go."""

SPANS_KEPT = 500

READ_AGE_STEP_S = 10.0
"""The time of the last read is rounded to this, so that an idle source stays an equal value."""

_BUT_WHEN_READ = attrgetter(*(each.name for each in dataclasses.fields(SourceStatus) if each.name != "last_read_at"))


class Understands(Protocol):
    """Makes events of lines: a ``Parser``, or what stands for one."""

    @property
    def events(self) -> int:
        """Events so far."""

    @property
    def unrecognised(self) -> int:
        """Lines that gave none and should have."""

    @property
    def clamped(self) -> int:
        """Lines whose time lay too far ahead."""

    @property
    def settled(self) -> bool:
        """Whether no record waits for more lines."""

    @property
    def ahead_s(self) -> float | None:
        """How far ahead of its arrival the newest line was."""

    def feed(self, block: LineBlock) -> list[LogEvent]:
        """Return the events of a block."""

    def flush(self) -> list[LogEvent]:
        """Return what was waiting for more lines."""


class Feed:
    """Reads the blocks of a source, hands its events to the journal, and tells how it goes."""

    def __init__(
        self,
        source: Source,
        parser: Understands,
        clock: Clock,
        keepers: tuple[Journal, LineKeeper],
        counted: SourceCounts | None,
    ) -> None:
        """``counted`` is what an earlier run had counted of it, if it goes on behind that."""
        self.source = source
        self.parser = parser
        self.observed_until: float | None = None
        self.began: float | None = None
        """The first moment of it that was read, by its log; None before the first event."""
        self.live = False
        self._clock = clock
        self._journal, self._lines = keepers
        self.resumed = counted is not None
        self._counted = counted or SourceCounts()
        self._arrivals: deque[tuple[float, int]] = deque()
        self.unwritten: list[LogEvent] = []
        """Events that the journal does not have yet."""
        self.seen: list[tuple[float, float]] = []
        """Spans of time over which it was read."""
        self._bookmark = ""
        self._late = 0
        self._stopped = self._reads_blocks = False
        self._history: HistoryParser | None = None
        self._distrusted_at: float | None = None
        self._rests = source if isinstance(source, Rests) else None
        self._newest = float("-inf")
        self._skew = Skew()
        self._told: tuple[object, ...] = ()
        """What the status on hand was made from."""
        self._status: SourceStatus | None = None

    def parts(self, block: LineBlock) -> Iterator[LineBlock]:
        """Yield a block in parts that are understood in one go: where much comes as it comes."""
        return iter((block,)) if self._reads_blocks else slices(block)

    async def prepare(self, block: LineBlock, tz: tzinfo | None) -> None:
        """Load what understands whole blocks, beside everything else, while so much comes that it pays."""
        if not block.lines:
            if self._history is not None:
                self._history.rest()
            self._reads_blocks = False
        elif not self._reads_blocks and self.source.status().lag_bytes >= COLUMNS_FROM:
            if isinstance(self.parser, Parser):
                name, clock, parser = self.source.name, self._clock, self.parser
                self.parser = self._history = await asyncio.to_thread(history_parser, name, tz, clock, parser)
            if self._history is not None:
                self._history.begin()
                self._reads_blocks = True

    def read(self, block: LineBlock) -> list[LogEvent]:
        """Return the events of a block; an idle read ends the record that was waiting for more lines."""
        if not block.lines and block.life is None:
            return self.parser.flush()
        block = block._replace(first_line=block.first_line + self._counted.lines)
        for part in slices(block) if block.lines else ():
            self._lines.take(self.source.name, part.first_line, part.lines)
        if block.arrived is not None and block.lines:
            self._arrivals.append((self._clock.monotonic(), len(block.lines)))
        held = self.parser.flush() if block.gap else []
        events = held + self.parser.feed(block)
        if self.parser.ahead_s is not None:
            self._skew.note(self.parser.ahead_s, self._clock.monotonic())
        return events

    def recall(self, events: Sequence[LogEvent]) -> None:
        """Take note of events of an earlier run."""
        moments = [event.time for event in events if event.time is not None]
        self._newest = max([self._newest, *moments])
        self.observed_until = max(moments, default=self.observed_until)

    def note(self, events: Sequence[LogEvent]) -> None:
        """Take note of events that are counted now."""
        self.unwritten += events
        for event in events:
            if event.time is not None:
                self.began = event.time if self.began is None else self.began
                if event.time >= self._newest:
                    self._newest = event.time
                elif event.time < self._newest - DISORDER_S:
                    self._late += 1

    def write(self) -> None:
        """Hand the journal what was parsed, unless a record is still open; call after whole blocks."""
        bookmark = self.source.bookmark
        if self.parser.settled and (self.unwritten or bookmark != self._bookmark):
            self._journal.took(self.source.name, self.unwritten, bookmark, self.counts())
            self.unwritten, self._bookmark = [], bookmark

    def counts(self) -> SourceCounts:
        """Return what was counted of the source, earlier runs included."""
        status, before = self.status(), self._counted
        return SourceCounts(**{each.name: getattr(status, each.name) for each in dataclasses.fields(before)})

    def saw(self, start: float, end: float) -> None:
        """Note that it was read over a span of time; only the newest spans are kept."""
        first, last = self.seen[-1] if self.seen else (inf, -inf)
        if start <= last + 1 and end >= first:
            self.seen[-1] = (min(first, start), max(last, end))
            return
        self.seen.append((start, end))
        del self.seen[:-SPANS_KEPT]

    def distrust(self) -> None:
        """Believe nothing of the source until it is read again: nobody looked while the machine slept."""
        self._distrusted_at = self.source.status().last_read_at

    def stop(self) -> None:
        """Note that nobody reads the source any more, although it is not over."""
        self._stopped = True

    def _state(self, status: SourceStatus) -> SourceStatus:
        """Take back what the source says of itself where this monitor knows better."""
        key = ""
        if self._stopped and status.state in (*_GOOD, SourceState.CONNECTING):
            key = "stopped"
        elif self._distrusted_at is not None and status.last_read_at != self._distrusted_at:
            self._distrusted_at = None
        elif self._distrusted_at is not None and status.state in _GOOD:
            key = "slept"
        return _stale(status, key) if key else status

    def rests_until(self) -> float:
        """Return before when (monotonic) its status stays as it is, unless it gives a block."""
        moves = self._rests is None or self._arrivals or self._stopped or self._distrusted_at is not None
        return -inf if moves or self._rests is None else self._rests.rests_until()

    def status(self) -> SourceStatus:
        """Return the source's own status with the figures of the parser and of earlier runs beside it.

        The same object while nothing changed: it is asked for each second, of each source.
        """
        status, parser = self._state(self.source.status()), self.parser
        read_at = None if status.last_read_at is None else status.last_read_at // READ_AGE_STEP_S * READ_AGE_STEP_S
        counts = parser.events, parser.unrecognised, parser.clamped, self._late
        rates = self._lag_s(status), self._skew.seconds, self._lines_per_s()
        told = (_BUT_WHEN_READ(status), read_at, counts, rates)
        if self._status is None or told != self._told:
            self._told = told
            self._status = self._whole(dataclasses.replace(status, last_read_at=read_at), counts, rates)
        return self._status

    def _whole(
        self,
        status: SourceStatus,
        counts: tuple[int, int, int, int],
        rates: tuple[float | None, float | None, float],
    ) -> SourceStatus:
        """Return a status with what was counted of the events, and the figures of earlier runs added."""
        before = self._counted
        events, unrecognised, clamped, late = counts
        lag_s, skew_s, lines_per_s = rates
        return dataclasses.replace(
            status,
            lines=status.lines + before.lines,
            bytes=status.bytes + before.bytes,
            events=events + before.events,
            unrecognised=unrecognised + before.unrecognised,
            gaps=status.gaps + before.gaps,
            gap_at=status.gap_at if status.gaps else before.gap_at,
            gap_reason=status.gap_reason if status.gaps else before.gap_reason,
            truncated=status.truncated + before.truncated,
            nul_bytes=status.nul_bytes + before.nul_bytes,
            dropped=status.dropped + before.dropped,
            late=late + before.late,
            clamped=clamped + before.clamped,
            lag_s=lag_s,
            skew_s=skew_s,
            lines_per_s=lines_per_s,
        )

    def _lag_s(self, status: SourceStatus) -> float | None:
        """Return how old the newest event is while there is more to read, in whole seconds."""
        if not status.lag_bytes:
            return None if status.last_read_at is None else 0.0
        return None if self._newest == float("-inf") else max(0.0, self._clock.now() - self._newest) // 1

    def _lines_per_s(self) -> float:
        start = self._clock.monotonic() - RATE_WINDOW_S
        while self._arrivals and self._arrivals[0][0] < start:
            self._arrivals.popleft()
        return round(sum(count for _, count in self._arrivals) / RATE_WINDOW_S, 1)


def untrusted(status: SourceStatus) -> SourceStatus:
    """Return the status of a source whose lines do not reach the store."""
    return _stale(status, "frozen") if status.state in (*_GOOD, SourceState.CONNECTING) else status


def _stale(status: SourceStatus, key: str) -> SourceStatus:
    reason, remedy = t(f"monitor.{key}"), t(f"monitor.{key}_remedy")
    return dataclasses.replace(status, state=SourceState.STALE, reason=reason, remedy=remedy)


def slices(block: LineBlock) -> Iterator[LineBlock]:
    """Yield a block in parts small enough to give way between them.

    A gap and a new process stay with the first part, the size with the last.
    """
    total = len(block.lines)
    for start in range(0, max(1, total), SLICE_LINES):
        yield block._replace(
            first_line=block.first_line + start,
            lines=block.lines[start : start + SLICE_LINES],
            size=block.size if start + SLICE_LINES >= total else 0,
            gap=block.gap if start == 0 else "",
            life=block.life if start == 0 else None,
        )


def in_slices(events: Sequence[LogEvent]) -> Iterator[Sequence[LogEvent]]:
    """Yield events in parts small enough to give way between them; at least one, which may be empty."""
    for start in range(0, max(1, len(events)), SLICE_EVENTS):
        yield events[start : start + SLICE_EVENTS]
