"""Failures that were understood before: the very same line but for its time, and for the trace of a stage's error.

A failure alone in its record is what the plain parser says of its line. Nothing in that depends on the time, nor on
the trace that the guide's form of an error names, as long as that is hexadecimal: no pattern for a call's id, a code
or speech can find anything in it (semantics R32, R41, R79).
"""

from typing import NamedTuple

from tui.engine.bulk._clock import NO_STAMP, Stamp, StampReader
from tui.engine.bulk._seen import Seen
from tui.engine.bulk.forms._pieces import Place
from tui.engine.dialects._message import TEXT_LENGTH
from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern

_KEPT = 2000
_LONGEST = 64
_TAG = rb"\[(?:STT|LLM|TTS) [A-Za-z0-9_ .-]+\] "
_TRACED = LazyPattern(_TAG + rb"trace=([0-9a-f-]{1,%d}) (?:ERROR|[Ee]rror): " % _LONGEST)
_ALONE = LazyPattern(_TAG)
"""No wrapping goes on with such a tag."""


class FailureLayout(NamedTuple):
    """The pieces of the line of such a failure, in their order."""

    stamp: Stamp
    head: bytes
    """Up to the trace, or to the end of the line."""
    traced: bool
    tail: bytes
    """From the trace on."""

    @property
    def least(self) -> int:
        """Bytes that such a line has at least."""
        return self.stamp.size + len(self.head) + self.traced + len(self.tail)


class _Known(NamedTuple):
    event: LogEvent
    texts: tuple[str, str]
    """Its text before and behind the trace."""


class Failures:
    """Failures by what their lines say behind the time."""

    def __init__(self, clock: StampReader) -> None:
        self._clock = clock
        self._known: dict[Stamp, dict[bytes, _Known]] = {}
        self._seen = Seen()
        self._laid_out: dict[FailureLayout, _Known] = {}

    def is_worth_it(self, raw: bytes, stamp: Stamp) -> bool:
        """Tell whether to learn a line, which is to understand it once more: there is room, and it came before."""
        return len(self._known.get(stamp, ())) < _KEPT and not self._seen.is_new(_parted(raw, stamp.size)[0])

    def learn(self, raw: bytes, event: LogEvent, place: Place) -> FailureLayout | None:
        """Remember the line of a failure that is alone in its record, whatever is above it; return its layout."""
        known = self._known.setdefault(place.stamp, {})
        if self._clock.time(raw, place.stamp) != event.time:
            return None
        rest, trace = _parted(raw, place.stamp.size)
        before, mark, behind = event.text.partition(f"trace={trace} ")
        if trace and event.dialect == "guide" and event.trace == trace and not event.id and mark:
            if _TRACED.match(raw, place.begin) and len(event.text) < TEXT_LENGTH - _LONGEST:
                known[rest] = _Known(event, (f"{before}trace=", f" {behind}"))
        elif _ALONE.match(raw, place.begin) or not place.quoted:
            known[raw[place.stamp.size :]] = _Known(event, ("", ""))
        if rest not in known:
            return None
        head, traced, tail = rest.partition(b"\0")
        layout = FailureLayout(place.stamp, head, bool(traced), tail)
        self._laid_out[layout] = known[rest]
        return layout

    def event(self, layout: FailureLayout, line: int, time: float | None, trace: str) -> LogEvent:
        """Return the failure that a line is which has a layout that was learned."""
        return _event(self._laid_out[layout], line, time, trace)

    def read(self, raw: bytes, line: int) -> LogEvent | None:
        """Return the failure that a line is, None if it is not known."""
        for stamp, known in self._known.items():
            rest, trace = _parted(raw, stamp.size)
            found = known.get(rest)
            time = self._clock.time(raw, stamp) if found else None
            if found and (time is not None or stamp == NO_STAMP):
                return _event(found, line, time, trace)
        return None


def _event(known: _Known, line: int, time: float | None, trace: str) -> LogEvent:
    before, behind = known.texts
    if not before:
        kind, source, _, _, *rest = known.event
        return LogEvent._make((kind, source, line, time, *rest))  # by place, which takes half as long
    return known.event._replace(line=line, time=time, trace=trace, text=before + trace + behind)


def _parted(raw: bytes, begin: int) -> tuple[bytes, str]:
    """Return the rest of a line, with a mark no line has instead of the trace, and the trace."""
    found = _TRACED.search(raw, begin)
    if not found:
        return raw[begin:], ""
    return b"%b\0%b" % (raw[begin : found.start(1)], raw[found.end(1) :]), found[1].decode()
