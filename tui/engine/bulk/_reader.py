"""Understands the blocks of one source line by line: the definition that everything faster is measured against."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.clock import ManualClock
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser, line_time

if TYPE_CHECKING:
    from tui.engine.metrics.samples import Calls, Samples

CONTEXT = 20
"""Lines above a sign of a start or a stop among which the last one with a time is looked for."""

SIGNS = {"process_start", "process_ready", "process_stop", "config_warning", "key_present"}


class Parsed(NamedTuple):
    """What some lines mean."""

    events: list[LogEvent]
    above: dict[int, float]
    """Time of the last line above each sign of a start or a stop, by the line of the sign."""
    understood: int = 0
    unrecognised: int = 0
    bad_samples: int = 0
    samples: "Samples | None" = None
    """Latencies that are not among the events, where somebody takes them as columns."""
    calls: "Calls | None" = None
    """Likewise begins and ends of calls."""
    ending: Sequence[bytes] = ()
    """The last lines, where they came past the source."""
    text: bytes = b""
    """What the lines say, where that is wanted as the lines of ``EventLines``; it is not among the events then."""


class Reader:
    """Understands the blocks of one source one after the other, in this process."""

    def __init__(self, source: str, tz: tzinfo | None, now: float) -> None:
        """``now`` completes times without a year."""
        self._parser = Parser(source, tz, clock=ManualClock(now))
        self.tz = tz
        self.now = now
        self.context: list[bytes] = []
        """The last lines read."""
        self._counted = (0, 0, 0)

    def read(self, block: LineBlock, context: list[bytes] | None = None) -> Parsed:
        """Return what a block means; ``context`` are lines above it that this reader never saw.

        When a line was read says nothing about when it was written: arrivals do not count (semantics R66).
        """
        above = self.context if context is None else context
        events = self._parser.feed(block._replace(arrived=None))
        found = self._parsed(events)
        if any(event.kind in SIGNS for event in events):
            lines, first = above + block.lines, block.first_line - len(above)
            for event in events:
                if event.kind in SIGNS:
                    self._look_above(event.line, lines, first, found.above)
        self.context = (above + block.lines[-CONTEXT:])[-CONTEXT:]
        return found

    def begin_anew(self, context: list[bytes]) -> None:
        """Go on below lines that others read, with a record that has nothing to do with those before."""
        self._parser.forget()
        self.context = context

    def finish(self) -> Parsed:
        """Return what was waiting for more lines."""
        return self._parsed(self._parser.flush())

    def _parsed(self, events: list[LogEvent]) -> Parsed:
        before, parser = self._counted, self._parser
        self._counted = (parser.events, parser.unrecognised, parser.bad_samples)
        understood, unrecognised, bad = (now - then for now, then in zip(self._counted, before, strict=True))
        return Parsed(events, {}, understood, unrecognised, bad)

    def _look_above(self, number: int, lines: list[bytes], first: int, above: dict[int, float]) -> None:
        index = number - first
        time = last_time(lines[max(0, index - CONTEXT) : max(0, index)], self.tz, self.now)
        if time is not None:
            above[number] = time


def last_time(lines: Sequence[bytes], tz: tzinfo | None, now: float) -> float | None:
    """Return the time of the last of some raw lines that tells one."""
    times = (line_time(raw, tz, now) for raw in reversed(lines))
    return next((time for time in times if time is not None), None)
