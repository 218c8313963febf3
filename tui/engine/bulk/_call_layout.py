"""How the begin and the end of calls are laid out in a log: learned as that of latencies, see there."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tui.engine.bulk._clock import Stamp, StampReader, Times
from tui.engine.bulk._literals import Literals
from tui.engine.bulk._search import Search
from tui.engine.bulk._words import Places, Text


class CallLayout(NamedTuple):
    """The pieces of such a line, in their order."""

    stamp: Stamp
    head: bytes
    """From behind the fraction of a second up to the call's id."""
    end: bytes
    """The character behind the id; a newline where the line ends with it."""
    duration: bytes
    """Between the id and the whole seconds that the call lasted; empty where they are not there."""
    tail: bytes
    """From there on."""
    after: bytes | None
    """What follows another token behind the tail, if there is one."""
    quoted: bool
    """The message is a JSON string."""

    @property
    def least(self) -> int:
        """Bytes that such a line has at least."""
        return self.stamp.size + len(self.head) + 1 + len(self.duration) + len(self.tail) + len(self.after or b"")

    @property
    def family(self) -> "CallLayout":
        """What it has in common with those that can be looked for together with it."""
        return self._replace(head=b"", tail=b"", after=self.after and b"")


class Hits(NamedTuple):
    """Lines that are laid out so."""

    lines: Places
    codes: Places
    """Numbers of their series."""
    times: Times
    durations: Times
    """Seconds; not a number where the line tells none."""
    begins: Places
    """Where the ids begin, and where they end."""
    ends: Places


class CallLayouts:
    """Layouts of one family."""

    def __init__(self, layouts: Sequence[CallLayout], codes: Sequence[int]) -> None:
        """``codes`` are the numbers of their series."""
        self._common = layouts[0].family
        self._codes = np.array(codes)
        self._prefixes = Literals([layout.stamp.prefix for layout in layouts])
        self._heads = Literals([layout.head for layout in layouts])
        self._durations = Literals([layout.duration for layout in layouts])
        self._tails = Literals([layout.tail for layout in layouts])
        self._afters = Literals([layout.after or b"" for layout in layouts])

    def find(self, text: Text, lines: Places, which: Places, clock: StampReader) -> Hits:
        """Return those of some lines that are surely laid out as told for each."""
        common = self._common
        search = Search(text, lines, which)
        search.stamp(common.stamp, self._prefixes, clock)
        search.literals(self._heads)
        search.settle()
        search.token(common.end[0], quoted=common.quoted)
        if common.duration:
            search.literals(self._durations)
            search.whole()
            search.literal(b"s")
        search.literals(self._tails)
        search.end(None if common.after is None else self._afters)
        durations = search.values if common.duration else np.full(search.lines.size, np.nan)
        codes = self._codes[search.which]
        return Hits(search.lines, codes, search.times, durations, search.tokens, search.token_ends)
