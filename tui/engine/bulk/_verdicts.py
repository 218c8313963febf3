"""What a line says alone that came before: the very same, but for the digits of its time, says the same again.

Such are lines that hold a token of some dialect and yet mean nothing, and events that are in no column. Of a line that
begins a record for sure, with nothing open above it, the plain parser says what its wrappings and the dialects make of
its bytes. Of these the digits of its time only may be others: wrappings ask where such a time has digits, not which,
and what they take off as a time tells when, at which no dialect looks. What is above changes nothing: the line is no
traceback (semantics R35), ends no split line, and what begins a record is asked of each line where one is open, as of
every line that was found at once. What is below matters to failures only, and is asked of each.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tui.engine.bulk._clock import Stamp, StampReader
from tui.engine.bulk._columns import is_column
from tui.engine.bulk._familiar import AS_ZERO, KNOWN, UNKNOWN
from tui.engine.bulk._records import begins_record
from tui.engine.bulk._seen import Seen
from tui.engine.bulk._spoken import SpokenLines
from tui.engine.bulk._words import Text
from tui.engine.dialects._dialect import own_dialects
from tui.engine.envelopes._envelope import unwrap
from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern

_KEPT = 3000
_LONGEST = 1024

_VARIANTS = 16
"""Lines looked for many at once that differ in their digits only: they are tried one after the other."""

_STAMP = LazyPattern(
    rb'(?P<prefix>(?:\{"timestamp": ")?)'
    rb"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:(?P<separator>[.,])(?P<fraction>\d{1,9}))?)"
)

Verdict = LogEvent | int
"""An event, or a code as of ``FamiliarLines``: ``UNKNOWN`` where a line means more than nothing."""

Remember = Callable[[bytes, int, int], None]


class _Known(NamedTuple):
    event: LogEvent
    stamp: Stamp | None
    """None where the line has no time whose digits may be others."""


class Verdicts:
    """Remembers lines, but for their time."""

    def __init__(self, clock: StampReader, ask: Callable[[bytes], Verdict], remember: Remember) -> None:
        """Take who tells and who is told.

        Args:
            clock: reads times.
            ask: returns what the plain parser makes of a line alone.
            remember: is told of a line that is nothing the line, the bytes at its begin whose digits may be others,
                and its code.
        """
        self._clock, self._ask, self._remember = clock, ask, remember
        self._known: dict[bytes, _Known | int] = {}
        self._spoken = SpokenLines(ask)
        self._seen = Seen()
        self._alike = Counter[bytes]()

    def read(self, raw: bytes, line: int) -> Verdict:
        """Return what a line says, ``UNKNOWN`` if that is not known."""
        same, free = _timeless(raw)
        known = self._known.get(same, UNKNOWN)
        if known == UNKNOWN and self._spoken.knows(raw):
            known = KNOWN
            if self._is_worth_it(same):
                self._known[same] = KNOWN
                self._tell(same, free, KNOWN)
        if isinstance(known, int):
            return known
        (kind, source, _, time, *rest), stamp = known
        if stamp is not None:
            time = self._clock.time(raw, stamp)
            if time is None:
                return UNKNOWN
        return LogEvent._make((kind, source, line, time, *rest))  # by place, which takes half as long

    def learn(self, text: Text, lines: Iterable[int]) -> None:
        """Remember those of some lines, understood one by one, that come for the second time."""
        for index in lines:
            if own_dialects():
                return
            raw = text.line(index)
            self._spoken.learn(raw)
            line, free = _timeless(raw)
            if line in self._known or not self._is_worth_it(line):
                continue
            known = self._known[line] = self._judged(raw, free)
            if known and isinstance(known, int):
                self._tell(line, free, known)

    def _is_worth_it(self, line: bytes) -> bool:
        """Tell whether to remember a line: there is room, and it came before."""
        return len(self._known) < _KEPT and len(line) <= _LONGEST and not self._seen.is_new(line)

    def _judged(self, raw: bytes, free: int) -> _Known | int:
        stamps = [str(stamp) for stamp, _ in unwrap(raw.decode("utf-8", "replace")).stamps]
        found = _STAMP.match(raw)
        written = found["time"].decode() if found else ""
        if not begins_record(raw) or not "".join(stamps[:1]).startswith(written):
            return UNKNOWN
        verdict = self._ask(raw)
        if isinstance(verdict, int):
            return verdict
        if is_column(verdict):
            return UNKNOWN
        if not free:
            return _Known(verdict, None)
        if found is None or not found["fraction"] or stamps not in ([written], [written + "Z"]):
            return UNKNOWN
        stamp = Stamp(found["prefix"], found["separator"], len(found["fraction"]), stamps[0].removeprefix(written))
        return _Known(verdict, stamp) if self._clock.time(raw, stamp) == verdict.time else UNKNOWN

    def _tell(self, line: bytes, free: int, code: int) -> None:
        alike = line.translate(AS_ZERO)
        if self._alike[alike] < _VARIANTS:
            self._alike[alike] += 1
            self._remember(line, free, code)


def _timeless(raw: bytes) -> tuple[bytes, int]:
    """Return a line with zeros for the digits of its time, and where that ends."""
    found = _STAMP.match(raw)
    end = found.end() if found else 0
    return raw[:end].translate(AS_ZERO) + raw[end:], end
