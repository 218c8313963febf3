"""Lines that are looked at piece by piece, many at once; those that are not as they should be drop out."""

import numpy as np

from tui.engine.bulk._clock import Stamp, StampReader, Times
from tui.engine.bulk._words import (
    Flags,
    Places,
    Text,
    equal_bytes,
    first_mark,
    has,
    is_plain,
    no_digits,
    number,
)
from tui.engine.dialects._message import MAX_SAMPLE_MS

_TOKEN_WORDS = 12
_REST = 256
"""Bytes of the rest of a line that are looked through; a longer one takes the plain way."""

_BYTE = np.uint64(0xFF)


class Search:
    """The lines of which it may still be true, and how far they were looked at."""

    def __init__(self, text: Text, lines: Places, least: int, offset: int, head: bytes) -> None:
        """``least`` bytes are in each line, and so far from its start stands its head."""
        self._text = text
        begins = has(text, np.minimum(text.starts[lines] + offset, text.ends[lines]), head)
        lines = lines[begins]
        self.lines = lines[text.ends[lines] - text.starts[lines] >= least]
        self.starts = text.starts[self.lines]
        self.ends = text.ends[self.lines]
        self.at = self.starts + (offset + len(head))
        """Up to where each line was looked at."""
        self.stop = self.ends
        """Where its message ends."""
        self.times: Times = np.zeros(self.lines.size)
        self.values: Times = np.zeros(self.lines.size)
        self.tokens = self.starts
        """Where the token begins, and where it ends."""
        self.token_ends = self.starts

    def keep(self, flags: Flags) -> None:
        """Go on with these only."""
        if not flags.all():
            for name in ("lines", "starts", "ends", "at", "stop", "times", "values", "tokens", "token_ends"):
                setattr(self, name, getattr(self, name)[flags])

    def literal(self, piece: bytes) -> None:
        """Take a piece that is the same in all lines."""
        if piece:
            self.keep(has(self._text, self.at, piece))
            self.at = self.at + len(piece)

    def stamp(self, stamp: Stamp, clock: StampReader) -> None:
        """Take the time; the first piece behind it was looked at before, it differs most."""
        if stamp.prefix:
            self.keep(has(self._text, self.starts, stamp.prefix))
        self.times, sure = clock.read(self._text, self.starts, stamp)
        self.keep(sure)

    def token(self, end: int, *, quoted: bool) -> None:
        """Take a token up to the character behind it."""
        ends, found = self.at.copy(), np.zeros(self.at.size, np.bool_)
        left = np.arange(self.at.size)
        for _ in range(_TOKEN_WORDS):
            if not left.size:
                break
            words = self._text.at(ends[left])
            length = first_mark(equal_bytes(words, end))
            plain = is_plain(words, length, quoted=quoted, spaces=False)
            ends[left] += length
            found[left[plain & (length < 8)]] = True
            left = left[plain & (length == 8)]
        found &= ends > self.at
        self.tokens, self.token_ends, self.at = self.at, ends, ends
        self.keep(found)

    def milliseconds(self) -> None:
        """Take a number such as ``160ms`` or ``160.25ms`` that may be a latency (semantics R17)."""
        words = self._text.at(self.at)
        count = first_mark(no_digits(words))
        sure = (count >= 1) & (count <= 6)
        count = np.clip(count, 1, 6)
        value = number(words, count).astype(np.float64)
        at = self.at + count
        some = np.flatnonzero((self._text.at(at) & _BYTE) == ord("."))
        if some.size:
            words = self._text.at(at[some] + 1)
            digits = first_mark(no_digits(words))
            sure[some] &= (digits >= 1) & (digits <= 6)
            digits = np.clip(digits, 1, 6)
            scale = 10.0**digits
            value[some] = (value[some] * scale + number(words, digits)) / scale
            at[some] += digits + 1
        self.at, self.values = at, value
        self.keep(sure & (value > 0) & (value <= MAX_SAMPLE_MS))
        self.literal(b"ms")

    def whole(self) -> None:
        """Take a number without a fraction."""
        words = self._text.at(self.at)
        count = first_mark(no_digits(words))
        sure = (count >= 1) & (count <= 7)
        self.values = number(words, np.clip(count, 1, 7)).astype(np.float64)
        self.at = self.at + count
        self.keep(sure)

    def message_end(self) -> None:
        """Find the quotation mark that ends the message."""
        stop, left = self.at.copy(), np.arange(self.at.size)
        for _ in range(_REST // 8):
            if not left.size:
                break
            length = first_mark(equal_bytes(self._text.at(stop[left]), ord('"')))
            stop[left] += length
            left = left[(length == 8) & (stop[left] < self.ends[left])]
        self.stop = np.minimum(stop, self.ends)

    def separated(self) -> None:
        """Keep lines whose message ends here or goes on behind a space, and not with another unit."""
        following = self._text.at(self.at)
        one, two = (following >> np.uint64(8)) & _BYTE, (following >> np.uint64(16)) & _BYTE
        unit = (one == ord("s")) | ((one == ord("m")) & (two == ord("s")))
        self.keep((self.at == self.stop) | (((following & _BYTE) == ord(" ")) & ~unit))

    def plain(self, stop: Places, *, quoted: bool) -> None:
        """Keep lines that have only printable ASCII up to the given places."""
        count = stop - self.at
        sure = (count >= 0) & (count <= _REST)
        left, offset = np.flatnonzero(sure & (count > 0)), 0
        while left.size:
            words = self._text.at(self.at[left] + offset)
            sure[left] &= is_plain(words, np.minimum(count[left] - offset, 8), quoted=quoted, spaces=True)
            offset += 8
            left = left[count[left] > offset]
        self.at = stop
        self.keep(sure)

    def no_space_at_end(self) -> None:
        """Keep lines whose message does not end with a space, which would be stripped."""
        self.keep((self._text.at(self.stop - 1) & _BYTE) != ord(" "))
