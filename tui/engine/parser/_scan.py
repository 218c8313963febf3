"""The cheap look at a block of raw lines: which may give an event, which look like any known writing."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

import re2


class BlockScan:
    """Finds candidates without decoding them; a line that holds no token costs next to nothing."""

    def __init__(
        self, candidates: Iterable[bytes], known: Iterable[bytes], patterns: Iterable[re.Pattern[bytes]]
    ) -> None:
        """``patterns`` find candidates too, where no fixed piece of text tells them."""
        self.known = list(widest(frozenset(known)))
        """Tokens of known writing, those of the last line first: neighbours are of one family."""
        # RE2 looks for all tokens in one pass; the rest of the line is taken with them, so a line is found once.
        tokens = b"|".join(map(re.escape, widest(frozenset(candidates))))
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        self._candidates = re2.compile(rb"(?:" + tokens + rb")[^\n]*", options)
        self._any_known = re2.compile(b"|".join(map(re.escape, self.known)), options)
        self._patterns = tuple(patterns)

    def __call__(self, lines: Sequence[bytes]) -> bytearray:
        """Return 1 for each line that may give an event, else 0."""
        block = b"\n".join(lines)
        ends = list(accumulate(len(line) + 1 for line in lines))
        marks = bytearray(len(lines))
        for pattern in (self._candidates, *self._patterns):
            for found in pattern.finditer(block):
                marks[bisect_right(ends, found.start())] = 1
        return marks

    def is_known(self, line: bytes) -> bool:
        """Tell whether a line looks like any known writing."""
        known = self.known
        if known[0] in line:
            return True
        found = self._any_known.search(line)  # one look instead of one for each token
        if found is None:
            return False
        known.remove(found.group())
        known.insert(0, found.group())
        return True


class FullScan(BlockScan):
    """Calls every line a candidate: the definition that the cheap look is measured against."""

    def __call__(self, lines: Sequence[bytes]) -> bytearray:
        """Return 1 for each line."""
        return bytearray(b"\1") * len(lines)


@lru_cache(maxsize=8)
def widest(tokens: frozenset[bytes]) -> tuple[bytes, ...]:
    """Drop tokens that contain another one: whatever they find is found anyway."""
    text = b"\n".join(tokens)
    within = [token for token in tokens if text.count(token) > 1]  # all others, which are most, are in no other
    return tuple(sorted(token for token in tokens if not any(each in token for each in within if each != token)))
