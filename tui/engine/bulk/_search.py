"""Lines that are looked at piece by piece, many at once; those that are not as they should be drop out."""

import numpy as np

from tui.engine.bulk._clock import Stamp, StampReader, Times
from tui.engine.bulk._literals import Literals
from tui.engine.bulk._words import Flags, Places, Text, first_mark, no_digits, number, only, unusual, word
from tui.engine.dialects._message import MAX_SAMPLE_MS

_TOKEN_WORDS = 12
_REST = 256
"""Bytes of the rest of a line that are looked through; a longer one takes the plain way."""

_BYTE = np.uint64(0xFF)
_LOWEST = {False: 0x21, True: 0x20}
_QUOTES = b'"\\'


class Search:
    """The lines of which it may still be true, and how far they were looked at."""

    def __init__(self, text: Text, lines: Places, which: Places, least: Places) -> None:
        """``which`` is the number of the layout that each line may have, ``least`` how many bytes that has."""
        self._text = text
        self.lines, self.which = lines, which
        self.starts, self.ends = text.starts[lines], text.ends[lines]
        self.at = self.starts
        """Up to where each line was looked at."""
        self.stop = self.ends
        """Where its message ends."""
        self.times: Times = np.zeros(0)
        self.values: Times = np.zeros(0)
        self.tokens = self.starts
        """Where the token begins, and where it ends."""
        self.token_ends = self.starts
        self._kept = ["lines", "which", "starts", "ends", "at"]
        self.keep(self.ends - self.starts >= least[which])

    def keep(self, flags: Flags) -> None:
        """Go on with these only."""
        if not flags.all():
            for name in self._kept:
                setattr(self, name, getattr(self, name)[flags])

    def _note(self, *names: str) -> None:
        self._kept += names

    def stamp(self, stamp: Stamp, clock: StampReader) -> None:
        """Take the time."""
        if stamp.prefix:
            self.literals(Literals([stamp.prefix]), np.zeros(self.at.size, np.int64))
        self.times, sure = clock.read(self._text, self.at, stamp)
        self._note("times")
        self.at = self.starts + stamp.size
        self.keep(sure)

    def literals(self, pieces: Literals, which: Places | None = None) -> None:
        """Take a piece, of each line the one of its layout unless told."""
        which = self.which if which is None else which
        found = pieces.stand(self._text, self.at, which)
        self.at = self.at + pieces.sizes[which]
        self.keep(found)

    def literal(self, piece: bytes) -> None:
        """Take up to eight bytes that are the same in all lines."""
        found = (self._text.at(self.at) & only(len(piece))) == word(piece)
        self.at = self.at + len(piece)
        self.keep(found)

    def _run(self, end: int, words: int, *, quoted: bool, spaces: bool) -> tuple[Places, Flags]:
        """Return up to where there is printable ASCII, and whether a character ends it."""
        others = bytes({end, *_QUOTES}) if quoted else bytes([end]) if end > _LOWEST[spaces] else b""
        ends, found = self.at.copy(), np.zeros(self.at.size, np.bool_)
        left = np.arange(self.at.size)
        for _ in range(words):
            if not left.size:
                break
            looked = self._text.at(ends[left])
            length = first_mark(unusual(looked, _LOWEST[spaces], others))
            ends[left] += length
            looked >>= length.view(np.uint64) << np.uint64(3)
            found[left] = (looked & _BYTE) == end
            left = left[length == 8]
        return ends, found

    def token(self, end: int, *, quoted: bool) -> None:
        """Take a token up to the character behind it."""
        self.tokens, (self.token_ends, found) = self.at, self._run(end, _TOKEN_WORDS, quoted=quoted, spaces=False)
        self._note("tokens", "token_ends")
        self.at = self.token_ends
        self.keep(found & (self.token_ends > self.tokens))

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
        self._note("values")
        self.keep(sure & (value > 0) & (value <= MAX_SAMPLE_MS))

    def whole(self) -> None:
        """Take a number without a fraction."""
        words = self._text.at(self.at)
        count = first_mark(no_digits(words))
        sure = (count >= 1) & (count <= 7)
        self.values = number(words, np.clip(count, 1, 7)).astype(np.float64)
        self._note("values")
        self.at = self.at + count
        self.keep(sure)

    def unit(self, end: int) -> None:
        """Take ``ms`` at the end of the message or before a space, and not with another unit behind that."""
        following = self._text.at(self.at)
        self.at = self.at + 2
        behind = (following >> np.uint64(16)) & _BYTE
        others = [(following & only(2 + len(unit))) == word(b"ms" + unit) for unit in (b" s", b" ms")]
        fits = (behind == end) | (behind == ord(" ")) & ~others[0] & ~others[1]
        self.keep(fits & ((following & only(2)) == word(b"ms")))

    def rest(self, *, quoted: bool) -> None:
        """Take the rest of the message; behind a space it would be stripped."""
        if quoted:
            self.stop, found = self._run(ord('"'), _REST // 8, quoted=True, spaces=True)
        else:
            self.stop, found = self.ends, self._is_plain_to_end()
        self._note("stop")
        self.at = self.stop
        self.keep(found)
        self.keep((self._text.at(self.stop - 1) & _BYTE) != ord(" "))

    def _is_plain_to_end(self) -> Flags:
        """Tell which lines go on with nothing but printable ASCII; eight such bytes were taken already."""
        count = self.ends - self.at
        sure: Flags = unusual(self._text.at(self.ends - 8), 0x20) == 0
        sure &= count <= _REST
        left, offset = np.flatnonzero(sure & (count > 8)), 0
        while left.size:
            sure[left] &= unusual(self._text.at(self.at[left] + offset), 0x20) == 0
            offset += 8
            left = left[count[left] > offset + 8]
        return sure

    def to_end(self, afters: Literals) -> None:
        """Take a token in quotation marks and what each layout has behind it."""
        self.at, found = self._run(ord('"'), _REST // 8, quoted=True, spaces=True)
        self.keep(found)
        self.literals(afters)
