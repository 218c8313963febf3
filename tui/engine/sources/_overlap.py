"""Polls of the end of a log, each overlapping the one before: which lines are new."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

REMEMBERED = 500
"""Lines at the end of a poll that the next one is compared with."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What is remembered of the last lines of a poll: a checksum of each."""

    sums: tuple[int, ...] = ()

    @classmethod
    def read(cls, bookmark: str) -> "Tail":
        """Return the tail that a bookmark stands for."""
        return cls(tuple(json.loads(bookmark))) if bookmark else cls()

    @classmethod
    def of(cls, lines: Sequence[bytes]) -> "Tail":
        """Return the tail of a poll."""
        return cls(tuple(map(_sum, lines[-REMEMBERED:])))

    def __str__(self) -> str:
        return json.dumps(self.sums, separators=(",", ":"))

    def known(self, lines: Sequence[bytes], *, whole: bool) -> int | None:
        """Return how many of a poll's first lines were in polls before; None if it does not follow on them.

        The end of the log that is known is looked for from the end of the poll backwards: what repeats is
        counted once. Where the poll is the ``whole`` log, all that is remembered has to be in it; otherwise
        its beginning may have moved out of sight.
        """
        sums = [_sum(line) for line in lines]
        for end in range(len(sums), 0, -1):
            length = min(end, len(self.sums))
            if whole and length < len(self.sums):
                return None
            if sums[end - 1] == self.sums[-1] and sums[end - length : end] == list(self.sums[-length:]):
                return end
        return None


def _sum(line: bytes) -> int:
    """Return a checksum; white space at the ends of a poll may be trimmed, so it counts nowhere."""
    return zlib.crc32(line.strip())
