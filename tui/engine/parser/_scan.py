"""The cheap look at a block of raw lines: which may give an event, which look like any known writing."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

CANDIDATE = 1
KNOWN = 2

Scan = Callable[[Sequence[bytes]], bytearray]


class BlockScan:
    """Marks lines by searching the joined block once per token: absent tokens cost next to nothing per line."""

    def __init__(
        self, candidates: Iterable[bytes], known: Iterable[bytes], patterns: Iterable[re.Pattern[bytes]]
    ) -> None:
        """``patterns`` find candidates too, where no fixed piece of text tells them."""
        self._tokens = [(token, CANDIDATE) for token in _widest(candidates)]
        self._tokens += [(token, KNOWN) for token in _widest(known)]
        self._patterns = tuple(patterns)

    def __call__(self, lines: Sequence[bytes]) -> bytearray:
        """Return a set of marks per line."""
        block = b"\n".join(lines)
        ends = list(accumulate(len(line) + 1 for line in lines))
        marks = bytearray(len(lines))
        for token, mark in self._tokens:
            at = block.find(token)
            while at >= 0:
                index = bisect_right(ends, at)
                marks[index] |= mark
                at = block.find(token, ends[index])
        for pattern in self._patterns:
            for found in pattern.finditer(block):
                marks[bisect_right(ends, found.start())] |= CANDIDATE
        return marks


class FullScan(BlockScan):
    """Calls every line a candidate: the definition that the cheap look is measured against."""

    def __call__(self, lines: Sequence[bytes]) -> bytearray:
        """Return a set of marks per line."""
        return bytearray(mark | CANDIDATE for mark in super().__call__(lines))


def _widest(tokens: Iterable[bytes]) -> list[bytes]:
    """Drop tokens that contain another one: whatever they find is found anyway."""
    every = set(tokens)
    return sorted(token for token in every if not any(other in token for other in every if other != token))
