"""Lines that surely mean nothing, whether ever seen before or not: those in which no piece of text is that might.

It is what the parser asks first (``BlockScan``), and the parser's way with such a line where no record is open.
"""

import re
from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk import _kernel
from tui.engine.bulk._familiar import BLANK, KNOWN, UNKNOWN, UNRECOGNISED
from tui.engine.bulk._kernel import Kernel
from tui.engine.bulk._steps import stepwise
from tui.engine.bulk._token_tables import HOLDS_KNOWN, HOLDS_NOTHING, UNSURE, Token, TokenTables
from tui.engine.bulk._words import Places, Text
from tui.engine.dialects._dialect import dialects
from tui.engine.envelopes._envelope import envelopes
from tui.engine.parser._scan import BlockScan, widest

Codes = NDArray[np.int8]

_PIECE = 4
"""Bytes, none of them special, with which the pattern of an envelope for candidates begins."""

_EXAMPLE = 64 * 1024
"""Bytes of the first text that tell what is rare."""

_FIRST_OTHER, _OTHERS = 3, 5
"""Bits that say that a line may hold what a pattern finds."""


class Nothings(ABC):
    """Tells which lines surely mean nothing."""

    def __init__(self) -> None:
        self.candidates = tuple(token for dialect in dialects() for token in dialect.candidates)
        self.known = tuple(token for dialect in dialects() for token in dialect.signature)
        self.patterns = [envelope.candidates for envelope in envelopes() if envelope.candidates]

    @abstractmethod
    def codes(self, text: Text, lines: Places) -> Codes:
        """Return ``KNOWN``, ``UNRECOGNISED`` or ``BLANK`` for each line that is nothing, ``UNKNOWN`` for all others."""


class ArrayNothings(Nothings):
    """Looks as the parser does, at a list of lines."""

    def __init__(self) -> None:
        super().__init__()
        self._scan = BlockScan(self.candidates, self.known, self.patterns)

    def codes(self, text: Text, lines: Places) -> Codes:
        """See there."""
        some = [text.line(line) for line in lines.tolist()]
        marks = zip(some, self._scan(some) if some else b"", strict=True)
        return np.array([UNKNOWN if unsure else self._code(line) for line, unsure in marks], np.int8)

    def _code(self, line: bytes) -> int:
        if self._scan.is_known(line):
            return KNOWN
        if not line or line.isspace():
            return BLANK
        return KNOWN if line[0] in b" \t" else UNRECOGNISED


class KernelNothings(Nothings):
    """Looks with the kernel; patterns that are no simple steps are asked where a piece is with which they begin."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__()
        self._kernel = kernel
        walked = {pattern: steps for pattern in self.patterns if (steps := stepwise(pattern))}
        self._asked = [pattern for pattern in self.patterns if pattern not in walked]
        self._bits = [1 << _FIRST_OTHER + place % _OTHERS for place in range(len(self._asked))]
        tokens: list[Token] = [(token, UNSURE, None) for token in widest(frozenset(self.candidates))]
        tokens += [(token, HOLDS_KNOWN, None) for token in widest(frozenset(self.known))]
        tokens += [(begin, UNSURE, steps) for begin, steps in walked.values()]
        tokens += [(pattern.pattern[:_PIECE], bit, None) for pattern, bit in zip(self._asked, self._bits, strict=True)]
        self._tokens = tokens
        self._tables: TokenTables | None = None

    def codes(self, text: Text, lines: Places) -> Codes:
        """See there."""
        if not lines.size:
            return _CODES[:0]
        self._tables = self._tables or TokenTables(self._tokens, text.piece(0, _EXAMPLE))
        starts, ends = text.starts[lines], text.ends[lines]
        kinds = self._kernel.tokens(self._tables, text.address, starts, ends)
        for pattern, bit in zip(self._asked, self._bits, strict=True):
            some = (kinds & (bit | UNSURE) == bit).nonzero()[0]
            if some.size:
                kinds[some[_matching(pattern, text, starts[some], ends[some])]] |= UNSURE
        found: Codes = _CODES[kinds & (UNSURE | HOLDS_KNOWN | HOLDS_NOTHING)]
        return found


_CODES: Codes = np.array([UNRECOGNISED, UNKNOWN, KNOWN, UNKNOWN, BLANK, UNKNOWN, KNOWN, UNKNOWN], np.int8)
"""By what a line holds."""


def _matching(pattern: re.Pattern[bytes], text: Text, starts: Places, ends: Places) -> Places:
    """Return which of some lines a pattern finds something in."""
    found = [match.start() for match in pattern.finditer(text.pieces(starts, ends))]
    stops: Places = np.cumsum(ends - starts + 1)
    return stops.searchsorted(found, "right")


def new_nothings() -> Nothings:
    """Return what looks with the kernel where there is one."""
    return KernelNothings(_kernel.KERNEL) if _kernel.KERNEL else ArrayNothings()
