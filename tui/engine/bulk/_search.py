"""Lines that are looked at piece by piece, many at once; those that are not as they should be drop out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._clock import Stamp, StampReader, Times
from tui.engine.bulk._literals import Literals
from tui.engine.bulk._words import Flags, Places, Text, Words, first_mark, no_digits, number, only, unusual, word
from tui.engine.dialects._message import MAX_SAMPLE_MS

_TOKEN_WORDS = 12
_REST = 256
"""Bytes of the rest of a line that are looked through; a longer one takes the plain way."""

_BYTE, _THREE, _SEVEN_BYTES, _MS_AND_ONE = np.uint64(0xFF), np.uint64(3), np.uint64(56), only(3)
_LOWEST = {False: 0x21, True: 0x20}
_QUOTES = b'"\\'


class Search:
    """The lines of which it may still be true, and how far they were looked at.

    Lines that are found wrong go along until ``settle``: what is said of them meanwhile means nothing.
    """

    times: Times
    values: Times
    tokens: Places
    """Where the token begins, and where it ends."""
    token_ends: Places
    stop: Places
    """Where the message ends."""

    def __init__(self, text: Text, lines: Places, which: Places) -> None:
        """``which`` is the number of the layout that each line may have."""
        self._text = text
        self.lines, self.which = lines, which
        self.starts, self.ends = text.starts[lines], text.ends[lines]
        self.at = self.starts
        """Up to where each line was looked at."""
        self._sure = np.ones(lines.size, np.bool_)
        self._noted = ["lines", "which", "starts", "ends", "at"]

    def settle(self) -> None:
        """Go on with those only of which it may still be true."""
        if not np.logical_and.reduce(self._sure):
            for name in self._noted:
                setattr(self, name, getattr(self, name)[self._sure])
            self._sure = np.ones(self.lines.size, np.bool_)

    def _note(self, **found: NDArray[Any]) -> None:
        """Keep what was found of each line."""
        self.__dict__.update(found)
        self._noted += found

    def stamp(self, stamp: Stamp, prefixes: Literals, clock: StampReader) -> None:
        """Take the time, if there is one to be read."""
        if not stamp.digits:
            self._note(times=np.full(self.lines.size, np.nan))
            return
        self.literals(prefixes)
        times, sure = clock.read(self._text, self.at, stamp)
        self._note(times=times)
        self.at = self.starts + stamp.size
        self._sure &= sure

    def literals(self, pieces: Literals) -> None:
        """Take a piece, of each line the one of its layout."""
        if pieces.size:
            self._sure &= pieces.stand(self._text, self.at, self.which)
            self.at = self.at + pieces.sizes[self.which]

    def literal(self, piece: bytes) -> None:
        """Take up to eight bytes that are the same in all lines."""
        self._sure &= (self._text.at(self.at) & only(len(piece))) == word(piece)
        self.at = self.at + len(piece)

    def token(self, end: int, *, quoted: bool) -> None:
        """Take a token up to the character behind it."""
        ends = self._run(end, _TOKEN_WORDS, quoted=quoted, spaces=False)
        self._note(tokens=self.at, token_ends=ends)
        self._sure &= ends > self.at
        self.at = ends

    def _run(self, end: int, words: int, *, quoted: bool, spaces: bool) -> Places:
        """Return up to where there is printable ASCII; keep lines where a character ends it."""
        lowest = _LOWEST[spaces]
        others = bytes({end, *_QUOTES}) if quoted else bytes([end]) if end > lowest else b""
        looked = self._text.at(self.at)
        length = first_mark(unusual(looked, lowest, others))
        ends, found = self.at + length, _is_at(looked, length, end)
        left = (length == 8).nonzero()[0]
        for _ in range(words - 1):
            if not left.size:
                break
            looked = self._text.at(ends[left])
            length = first_mark(unusual(looked, lowest, others))
            ends[left] += length
            found[left] = _is_at(looked, length, end)
            left = left[length == 8]
        self._sure &= found
        return ends

    def milliseconds(self, end: int) -> None:
        """Take a number such as ``160ms`` or ``160.25ms`` that may be a latency (semantics R17).

        It ends the message, or a space is behind it and not another unit behind that.
        """
        words = self._text.at(self.at)
        count = first_mark(no_digits(words))
        self._sure &= (count >= 1) & (count <= 6)
        values, at = number(words, count).astype(np.float64), self.at + count
        following = self._text.at(at)
        some = ((following & _BYTE) == ord(".")).nonzero()[0]
        if some.size:
            words = self._text.at(at[some] + 1)
            digits = first_mark(no_digits(words))
            self._sure[some] &= (digits >= 1) & (digits <= 6)
            scale = 10.0**digits
            values[some] = (values[some] * scale + number(words, digits)) / scale
            at[some] += digits + 1
            following[some] = self._text.at(at[some])
        self._note(values=values)
        self.at = at + 2
        self._sure &= (values > 0) & (values <= MAX_SAMPLE_MS) & _is_unit(following, end)

    def whole(self) -> None:
        """Take a number without a fraction."""
        words = self._text.at(self.at)
        count = first_mark(no_digits(words))
        self._sure &= (count >= 1) & (count <= 7)
        self._note(values=number(words, count).astype(np.float64))
        self.at = self.at + count

    def rest(self, *, quoted: bool) -> None:
        """Take the rest of the message; behind a space it would be stripped."""
        if quoted:
            stop = self._run(ord('"'), _REST // 8, quoted=True, spaces=True)
            self._sure &= (self._text.at(stop - 1) & _BYTE) != ord(" ")
        else:
            stop = self._plain_to_end()
        self._note(stop=stop)
        self.at = stop

    def _plain_to_end(self) -> Places:
        """Keep lines that go on with nothing but printable ASCII; eight such bytes were taken already."""
        count = self.ends - self.at
        last = self._text.at(self.ends - 8)
        sure = (unusual(last, 0x20) == 0) & (count <= _REST) & ((last >> _SEVEN_BYTES) != ord(" "))
        sure &= (unusual(self._text.at(self.at), 0x20) == 0) | (count < 8)
        left, offset = (sure & (count > 16)).nonzero()[0], 8
        while left.size:
            sure[left] &= unusual(self._text.at(self.at[left] + offset), 0x20) == 0
            offset += 8
            left = left[count[left] > offset + 8]
        self._sure &= sure
        return self.ends

    def end(self, afters: Literals | None) -> None:
        """Take the end of the line, if told behind a token in quotation marks and what each layout has there."""
        if afters is not None:
            self.at = self._run(ord('"'), _REST // 8, quoted=True, spaces=True)
            self.literals(afters)
        self._sure &= self.at == self.ends
        self.settle()


def _is_unit(following: Words, end: int) -> Flags:
    """Tell which words begin with ``ms`` and a character, or a space without another unit behind it."""
    behind = following & _MS_AND_ONE
    fits: Flags = (behind == word(b"ms ")) & ((following & only(4)) != word(b"ms s"))
    fits &= (following & only(5)) != word(b"ms ms")
    fits |= behind == word(b"ms" + bytes([end]))
    return fits


def _is_at(words: Words, places: Places, char: int) -> Flags:
    """Tell in which words a character is at a place, which is 8 where there is none; the words are used up."""
    words >>= places.view(np.uint64) << _THREE
    words &= _BYTE
    flags: Flags = words == char
    return flags
