"""The cheap look at a block of raw lines: which may give an event, which look like any known writing."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

import re2

CANDIDATE = 1
KNOWN = 2

Scan = Callable[[Sequence[bytes]], bytearray]


class BlockScan:
    """Marks lines without decoding them; what finds no token costs next to nothing."""

    def __init__(
        self, candidates: Iterable[bytes], known: Iterable[bytes], patterns: Iterable[re.Pattern[bytes]]
    ) -> None:
        """``patterns`` find candidates too, where no fixed piece of text tells them."""
        # RE2 looks for all tokens in one pass; the rest of the line is taken with them, so a line is found once.
        tokens = b"|".join(map(re.escape, _widest(candidates)))
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        self._candidates = re2.compile(rb"(?:" + tokens + rb")[^\n]*", options)
        self._known = _widest(known)
        self._patterns = tuple(patterns)

    def __call__(self, lines: Sequence[bytes]) -> bytearray:
        """Return a set of marks per line."""
        block = b"\n".join(lines)
        ends = list(accumulate(len(line) + 1 for line in lines))
        marks = bytearray(map(self._known_mark, lines))
        for pattern in (self._candidates, *self._patterns):
            for found in pattern.finditer(block):
                marks[bisect_right(ends, found.start())] |= CANDIDATE
        return marks

    def _known_mark(self, line: bytes) -> int:
        """Look for the tokens of known writing, those of the lines before first: neighbours are of one family."""
        known = self._known
        for place, token in enumerate(known):
            if token in line:
                if place:
                    known.insert(0, known.pop(place))
                return KNOWN
        return 0


class FullScan(BlockScan):
    """Calls every line a candidate: the definition that the cheap look is measured against."""

    def __call__(self, lines: Sequence[bytes]) -> bytearray:
        """Return a set of marks per line."""
        return bytearray(mark | CANDIDATE for mark in super().__call__(lines))


def _widest(tokens: Iterable[bytes]) -> list[bytes]:
    """Drop tokens that contain another one: whatever they find is found anyway."""
    every = set(tokens)
    return sorted(token for token in every if not any(other in token for other in every if other != token))
