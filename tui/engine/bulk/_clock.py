"""Time stamps of many lines at once: the plain way reads one of each minute, the rest is adding up."""

import re
from datetime import tzinfo
from functools import lru_cache
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._words import Flags, Places, Text, Words, eight_digits, only, over, slack, word
from tui.engine.envelopes._stamps import seconds

Times = NDArray[np.float64]

_MINUTE = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_MINUTES_KEPT = 20_000


class Stamp(NamedTuple):
    """How lines write their time: ``2027-03-09T08:15:14.006746`` and what may come before it; or ``NO_STAMP``."""

    prefix: bytes
    separator: bytes
    """Between seconds and fraction."""
    digits: int
    """Of the fraction, 1…9; 0 where no time is written at all."""
    zone: str
    """As ``seconds`` reads it: ``Z`` or none."""

    @property
    def size(self) -> int:
        """Bytes up to the end of the fraction."""
        return len(self.prefix) + (20 + self.digits if self.digits else 0)


NO_STAMP = Stamp(b"", b".", 0, "")
"""Of lines that begin with their message: their time is not a number among others, else None."""


def told(numbers: Times) -> list[float | None]:
    """Return times or durations one by one, None where a line tells none."""
    found = numbers.tolist()
    return [None if isnan(number) else number for number in found] if np.isnan(numbers).any() else found


class _Form(NamedTuple):
    """What the two words from the minute's end on look like: one row for each."""

    literal: Words
    looked_at: Words
    slacks: Words
    shift: Words
    """Brings the digits of the second word to its end."""
    scale: int
    """What a unit of the first word's fraction is worth in units of the second's."""
    whole: float
    """Units of the fraction in a second."""


@lru_cache
def _form(stamp: Stamp) -> _Form:
    leading, rest = min(stamp.digits, 4), max(stamp.digits - 4, 0)
    rows = (
        (word(b":00" + stamp.separator + b"0000"), word(b"00000000")),
        (only(4 + leading), only(rest)),
        (slack(only(8) & ~only(4) | only(3) & ~only(1)), slack(only(8))),
        (0, 8 * (8 - rest) if rest else 0),
    )
    literal, looked_at, slacks, shift = (np.array(row, np.uint64)[:, None] for row in rows)
    return _Form(literal, looked_at, slacks, shift, 10**rest, 10.0 ** max(stamp.digits, 4))


class StampReader:
    """Turns stamps into seconds since the epoch, to the bit as the plain way does."""

    def __init__(self, tz: tzinfo | None, now: float) -> None:
        self._tz = tz
        self._now = now
        self._minutes: dict[tuple[bytes, str], float] = {}

    def read(self, text: Text, at: Places, stamp: Stamp) -> tuple[Times, Flags]:
        """Return the time that stands at each place, its prefix aside, and for which of them it is sure."""
        form = _form(stamp)
        columns = np.ascontiguousarray(text.rows(at, 4).T)
        base = self._bases(text, at, columns[:2], stamp.zone)
        digits = columns[2:]
        digits ^= form.literal
        digits &= form.looked_at
        marks = over(digits, form.slacks)
        wrong = (marks[0] | marks[1]) != 0
        digits <<= form.shift
        first, second = eight_digits(digits)
        seconds = first // 100_000
        fraction = (first - seconds * 100_000) * form.scale + second
        wrong |= seconds >= 60
        wrong |= np.isnan(base)
        return (base + seconds) + fraction / form.whole, ~wrong

    def _bases(self, text: Text, at: Places, dates: Words, zone: str) -> Times:
        """Return the seconds at which the minute of each line begins, NaN where it is none."""
        changed = dates[:, 1:] != dates[:, :-1]
        new = (changed[0] | changed[1]).nonzero()[0] + 1
        minutes = np.array([self.minute(text.piece(place, 16), zone) for place in at[:1].tolist() + at[new].tolist()])
        if not new.size:
            return minutes
        counts = np.empty(new.size + 1, np.int64)
        counts[0], counts[1:-1], counts[-1] = new[0], new[1:] - new[:-1], at.size - new[-1]
        return minutes.repeat(counts)

    def time(self, raw: bytes, stamp: Stamp) -> float | None:
        """Return the time at the begin of a single line, None where it is not sure."""
        begin = len(stamp.prefix)
        behind = raw[begin + 16 : stamp.size]
        second, separator, fraction = behind[1:3], behind[3:4], behind[4:]
        if not raw.startswith(stamp.prefix) or (behind[:1], separator) != (b":", stamp.separator):
            return None
        if len(fraction) != stamp.digits or not (second + fraction).isdigit() or second >= b"60":
            return None
        base = self.minute(raw[begin : begin + 16], stamp.zone)
        return None if isnan(base) else (base + int(second)) + int(fraction) / 10.0**stamp.digits

    def minute(self, written: bytes, zone: str) -> float:
        """Return the seconds of a minute's beginning, NaN where it is none."""
        key = written, zone
        found = self._minutes.get(key)
        if found is None:
            if len(self._minutes) > _MINUTES_KEPT:
                self._minutes.clear()
            whole = seconds(f"{written.decode()}:00{zone}", self._tz, self._now) if _MINUTE.fullmatch(written) else None
            found = self._minutes[key] = float("nan") if whole is None else whole
        return found
