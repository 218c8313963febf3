"""Time stamps of many lines at once: the plain way reads one of each minute, the rest is adding up."""

import re
from datetime import tzinfo
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._words import Flags, Places, Text, eight_digits, only, over_nine, word
from tui.engine.envelopes._stamps import seconds

Times = NDArray[np.float64]

_MINUTE = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_MINUTES_KEPT = 20_000


class Stamp(NamedTuple):
    """How lines write their time: ``2027-03-09T08:15:14.006746`` and what may come before it."""

    prefix: bytes
    separator: bytes
    """Between seconds and fraction."""
    digits: int
    """Of the fraction, 1…9."""
    zone: str
    """As ``seconds`` reads it: ``Z`` or none."""

    @property
    def size(self) -> int:
        """Bytes up to the end of the fraction."""
        return len(self.prefix) + 20 + self.digits


class StampReader:
    """Turns stamps into seconds since the epoch, to the bit as the plain way does."""

    def __init__(self, tz: tzinfo | None, now: float) -> None:
        self._tz = tz
        self._now = now
        self._minutes: dict[tuple[bytes, str], float] = {}

    def read(self, text: Text, at: Places, stamp: Stamp) -> tuple[Times, Flags]:
        """Return the time that stands at each place, its prefix aside, and for which of them it is sure."""
        leading = min(stamp.digits, 4)
        first, second, third, fourth = np.ascontiguousarray(text.rows(at, 4).T)
        new = np.flatnonzero((first[1:] != first[:-1]) | (second[1:] != second[:-1])) + 1
        runs = np.concatenate((np.zeros(min(1, at.size), np.int64), new))
        minutes = [self._minute(text.data[place : place + 16], stamp.zone) for place in at[runs].tolist()]
        base = np.repeat(np.array(minutes, np.float64), np.diff(runs, append=at.size))
        third ^= word(b":00" + stamp.separator + b"0000")
        third &= only(4 + leading)
        sure = ~over_nine(third, only(8) & ~only(4) | only(3) & ~only(1))
        digits = eight_digits(third)
        second_of_minute = digits // 100_000
        fraction = digits - second_of_minute * 100_000
        places = 4
        if stamp.digits > leading:
            rest = stamp.digits - leading
            fourth ^= word(b"00000000")
            fourth &= only(rest)
            sure &= ~over_nine(fourth, only(8))
            fraction = fraction * 10**rest + eight_digits(fourth << np.uint64(64 - 8 * rest))
            places = stamp.digits
        sure &= second_of_minute < 60
        sure &= ~np.isnan(base)
        return (base + second_of_minute) + fraction / 10.0**places, sure

    def _minute(self, written: bytes, zone: str) -> float:
        """Return the seconds of a minute's beginning, NaN where it is none."""
        key = written, zone
        found = self._minutes.get(key)
        if found is None:
            if len(self._minutes) > _MINUTES_KEPT:
                self._minutes.clear()
            whole = seconds(f"{written.decode()}:00{zone}", self._tz, self._now) if _MINUTE.fullmatch(written) else None
            found = self._minutes[key] = float("nan") if whole is None else whole
        return found
