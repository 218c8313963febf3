"""Lines that are surely nothing whatever their digits are: those that differ from one that is nothing in these only.

Whether a line may give an event is asked of the tokens of the dialects and of the patterns of the envelopes. A
token without digits is in a line exactly if it is in the line with every digit written as 0; of the others it is
not sure, and then the line is not remembered. Nor is a line that came once only: free text never comes again.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._templates import LONGEST
from tui.engine.bulk._words import Places, Text
from tui.engine.dialects._dialect import dialects
from tui.engine.envelopes._envelope import envelopes
from tui.engine.parser._scan import BlockScan

UNKNOWN, KNOWN, UNRECOGNISED, BLANK = range(4)
"""What is known of a line: nothing, that it is of a family's writing, of none (``Parser.unrecognised``), that it says
nothing at all."""

_KEPT = 20_000
_BYTES_KEPT = 4 * 1024**2
"""Of all of them: there are logs in which no line comes again, digits aside, and all are long."""

_AT_ONCE = 100
"""Lines of a block that are looked at: what comes often is soon among them."""

_SEEN_KEPT = 2000

_DIGIT = re.compile(rb"[0-9]")
AS_ZERO = bytes(ord("0") if chr(char).isdigit() else char for char in range(128)) + bytes(range(128, 256))
_TENFOLD = [bytes.maketrans(b"0", b"%d" % digit) for digit in range(10)]


Remember = Callable[[Sequence[bytes], Sequence[int]], None]


class FamiliarLines:
    """Remembers lines that are nothing, digits aside, and came more than once."""

    def __init__(self, remember: Remember) -> None:
        """``remember`` is told the lines that are nothing, with zeros for their digits, and the code of each."""
        candidates = [token for dialect in dialects() for token in dialect.candidates]
        known = [token for dialect in dialects() for token in dialect.signature if _DIGIT.search(token)]
        patterns = [envelope.candidates for envelope in envelopes() if envelope.candidates]
        self._scan = BlockScan(map(_folded, (*candidates, *known)), (), patterns)
        self._seen: dict[bytes, bool] = {}
        """Lines that came lately, and whether they were looked at since they came again."""
        self._count = self._size = 0
        self._remember = remember

    def learn(self, text: Text, lines: Places, codes: NDArray[np.int8]) -> None:
        """Remember those of some nothings that came before, and are nothing whatever their digits are."""
        new = dict[bytes, int]()
        if len(self._seen) > _SEEN_KEPT:
            self._seen.clear()
        sizes = text.ends[lines] - text.starts[lines]
        short = ((sizes > 0) & (sizes <= LONGEST)).nonzero()[0][:_AT_ONCE]
        for line, code in zip(lines[short].tolist(), codes[short].tolist(), strict=True):
            folded = _folded(text.line(line))
            if self._seen.get(folded) is False:
                new[folded] = code
            self._seen.setdefault(folded, False)
        self._seen |= dict.fromkeys(new, True)
        self._add([line for line, unsure in zip(new, self._unsure([*new]), strict=True) if not unsure], new)

    def _add(self, nothings: Sequence[bytes], codes: dict[bytes, int]) -> None:
        count, size = self._count + len(nothings), self._size + sum(map(len, nothings))
        if nothings and count <= _KEPT and size <= _BYTES_KEPT:
            self._count, self._size = count, size
            self._remember(nothings, [codes[line] for line in nothings])

    def _unsure(self, lines: Sequence[bytes]) -> list[bool]:
        """Tell which folded lines may mean something with some digits; a pattern looks at one digit at most."""
        tenfold = ([line.translate(tens) for line in lines] for tens in _TENFOLD) if lines else ()
        return list(map(any, zip(*map(self._scan, tenfold), strict=True)))


def _folded(text: bytes) -> bytes:
    return text.translate(AS_ZERO)
