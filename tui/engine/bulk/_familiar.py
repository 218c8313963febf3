"""Lines that are surely nothing: those that differ from one that is nothing in their digits only.

Whether a line may give an event is asked of the tokens of the dialects and of the patterns of the envelopes. A
token without digits is in a line exactly if it is in the line with every digit written as 0; of the others it is
not sure, and then the line is not remembered.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._words import Places, Text
from tui.engine.dialects._dialect import dialects
from tui.engine.envelopes._envelope import envelopes
from tui.engine.parser._scan import BlockScan

UNKNOWN, KNOWN, UNRECOGNISED = 0, 1, 2
"""What is remembered of a line: nothing, that it is of a family's writing, of none (``Parser.unrecognised``)."""

_KEPT = 20_000
_BYTES_KEPT = 4 * 1024**2
"""Of all of them: there are logs in which no line comes again, digits aside, and all are long."""

_LONGEST = 2048
_DIGIT = re.compile(rb"[0-9]")
AS_ZERO = bytes(ord("0") if chr(char).isdigit() else char for char in range(128)) + bytes(range(128, 256))
_TENFOLD = [bytes.maketrans(b"0", b"%d" % digit) for digit in range(10)]


Remember = Callable[[Sequence[bytes], Sequence[int]], None]


class FamiliarLines:
    """Remembers lines that are nothing, digits aside."""

    def __init__(self, remember: Remember) -> None:
        """``remember`` is told the lines that are nothing, with zeros for their digits, and the code of each."""
        candidates = [token for dialect in dialects() for token in dialect.candidates]
        known = {token for dialect in dialects() for token in dialect.signature}
        self._unsure = BlockScan(
            [_folded(token) for token in (*candidates, *(token for token in known if _DIGIT.search(token)))], known, ()
        )
        self._known = BlockScan([token for token in known if not _DIGIT.search(token)], (), ())
        self._patterns = [envelope.candidates for envelope in envelopes() if envelope.candidates]
        self._lines: dict[bytes, int] = {}
        self._size = 0
        self._remember = remember

    def codes(self, text: Text, lines: Places) -> NDArray[np.int8]:
        """Return what is remembered of some lines, once those that look new were looked at."""
        folded = [text.line(line).translate(AS_ZERO) for line in lines.tolist()]
        self._learn(folded)
        return np.fromiter(map(self._lines.get, folded, repeat(UNKNOWN)), np.int8, len(folded))

    def _learn(self, folded: Iterable[bytes]) -> None:
        """Look at folded lines that were not remembered, and remember those that are surely nothing."""
        new = [line for line in set(folded) if line not in self._lines and _is_told(line)]
        size = sum(map(len, new))
        if not new or len(self._lines) + len(new) > _KEPT or self._size + size > _BYTES_KEPT:
            return
        self._size += size
        for line, unsure, known in zip(new, self._unsure(new), self._known(new), strict=True):
            nothing = KNOWN if known or line[0] in b" \t" else UNRECOGNISED
            self._lines[line] = UNKNOWN if unsure or self._may_match(line) else nothing
        nothings = [line for line in new if self._lines[line] != UNKNOWN]
        self._remember(nothings, [self._lines[line] for line in nothings])

    def _may_match(self, line: bytes) -> bool:
        """Tell whether a pattern, which looks at one digit at most, may find a line that is folded to this."""
        return any(pattern.search(line.translate(tens)) for pattern in self._patterns for tens in _TENFOLD)


def _is_told(line: bytes) -> bool:
    """Tell whether a line says anything, and not too much to be remembered."""
    return 0 < len(line) <= _LONGEST and not line.isspace()


def _folded(token: bytes) -> bytes:
    return token.translate(AS_ZERO)
