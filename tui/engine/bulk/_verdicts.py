"""Lines that hold a token of some dialect and yet mean nothing: known when the very same comes again at another time.

Of a line that begins a record for sure, with nothing open above it, the plain parser says what its wrappings and the
dialects make of its bytes. Of these the digits of its time only may be others. Wrappings ask where such a time has
digits, not which; what they take off as a time tells when, and no dialect looks at that: with no event there is nobody
to be told. So a line of which such a time was taken off means nothing at any time, and any other line as it is. What is
above it changes nothing: it is no traceback (semantics R35), ends no split line, and what begins a record is asked of
each line where one is open, as of every line that means nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._familiar import AS_ZERO, UNKNOWN
from tui.engine.bulk._records import begins_record
from tui.engine.bulk._words import Places, Text
from tui.engine.dialects._dialect import own_dialects
from tui.engine.envelopes._envelope import unwrap

_KEPT = 5000
_LONGEST = 1024
_HASHES = 20_000
"""Lines of which it is remembered that they were seen, and no more than that."""

_VARIANTS = 16
"""Lines looked for many at once that differ in their digits only: they are tried one after the other."""

_STAMP = re.compile(rb'(?:\{"timestamp": ")?(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)')

Remember = Callable[[bytes, int, int], None]


class Verdicts:
    """Remembers lines that are nothing, but for their time."""

    def __init__(self, ask: Callable[[bytes], int], remember: Remember) -> None:
        """Take who tells and who is told.

        Args:
            ask: returns what the plain parser makes of a line alone: a code as of ``FamiliarLines``, ``UNKNOWN`` where
                that is more than nothing.
            remember: is told of a line that is nothing the line, the bytes at its begin whose digits may be others,
                and its code.
        """
        self._ask, self._remember = ask, remember
        self._codes: dict[bytes, int] = {}
        self._seen: set[int] = set()
        self._alike = Counter[bytes]()

    def codes(self, text: Text, lines: Places) -> NDArray[np.int8]:
        """Return what is remembered of some lines."""
        codes, line = self._codes, text.line
        told = (codes.get(_timeless(line(index))[0], UNKNOWN) if codes else UNKNOWN for index in lines.tolist())
        return np.fromiter(told, np.int8, lines.size)

    def learn(self, text: Text, lines: Iterable[int]) -> None:
        """Remember those of some lines, which gave no event, that come for the second time and are nothing."""
        for index in lines:
            if len(self._codes) >= _KEPT or own_dialects():
                return
            raw = text.line(index)
            line, free = _timeless(raw)
            if len(raw) > _LONGEST or line in self._codes or self._is_new(line):
                continue
            code = self._codes[line] = self._ask(raw) if begins_record(raw) and _is_told(raw, free) else UNKNOWN
            alike = line.translate(AS_ZERO)
            if code != UNKNOWN and self._alike[alike] < _VARIANTS:
                self._alike[alike] += 1
                self._remember(line, free, code)

    def _is_new(self, line: bytes) -> bool:
        """Tell whether a line is seen for the first time: most that come once never come again."""
        if hash(line) in self._seen:
            return False
        if len(self._seen) >= _HASHES:
            self._seen.clear()
        self._seen.add(hash(line))
        return True


def _timeless(raw: bytes) -> tuple[bytes, int]:
    """Return a line with zeros for the digits of its time, and where that ends."""
    found = _STAMP.match(raw)
    end = found.end() if found else 0
    return raw[:end].translate(AS_ZERO) + raw[end:], end


def _is_told(raw: bytes, free: int) -> bool:
    """Tell whether what looks like a time is taken off as one."""
    found = _STAMP.match(raw)
    stamps = unwrap(raw.decode("utf-8", "replace")).stamps
    return not free or (found is not None and bool(stamps) and str(stamps[0][0]).startswith(found["time"].decode()))
