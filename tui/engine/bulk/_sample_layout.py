"""How the latencies of a log are laid out.

A layout is learned from a line that the plain parser understood: what stood around its time, its trace, its
latency and the rest of its message. A line that has the same pieces byte for byte, with nothing but digits,
printable ASCII and the like between them, means the same. Whatever is not surely so is left to the plain parser.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tui.engine.bulk._clock import Stamp, StampReader, Times
from tui.engine.bulk._literals import Literals
from tui.engine.bulk._search import Search
from tui.engine.bulk._words import Places, Text


class SampleLayout(NamedTuple):
    """The pieces of such a line, in their order; between head and number may stand a token."""

    stamp: Stamp
    head: bytes
    """From behind the fraction of a second up to the token or the number."""
    message: int
    """Where in the head the message begins."""
    token: bool
    label: bytes
    """From the token, if there is one, up to the number."""
    tail: bytes = b""
    """From the end of the message on; empty where that is the end of the line."""
    after: bytes | None = None
    """What follows a second token behind the tail, if there is one."""
    quoted: bool = False
    """The message is a JSON string: neither quotation marks nor backslashes are in it."""

    @property
    def least(self) -> int:
        """Bytes that such a line has at least."""
        return self.stamp.size + len(self.head) + len(self.label) + len(self.tail) + len(self.after or b"") + 3

    @property
    def family(self) -> "SampleLayout":
        """What it has in common with those that can be looked for together with it."""
        return self._replace(head=b"", message=0, tail=b"", after=self.after and b"")


class Hits(NamedTuple):
    """Lines that are laid out so."""

    lines: Places
    codes: Places
    """Numbers of their series."""
    times: Times
    ms: Times
    messages: Places
    """Where their messages begin, and where they end."""
    stops: Places
    tokens: Places
    """Where the tokens begin, and where they end; the same place where there are none."""
    token_ends: Places


class SampleLayouts:
    """Layouts of one family."""

    def __init__(self, layouts: Sequence[SampleLayout], codes: Sequence[int]) -> None:
        """``codes`` are the numbers of their series."""
        self._common = layouts[0].family
        self._codes = np.array(codes)
        self._messages = np.array([layout.stamp.size + layout.message for layout in layouts])
        self._prefixes = Literals([layout.stamp.prefix for layout in layouts])
        self._heads = Literals([layout.head for layout in layouts])
        self._tails = Literals([layout.tail for layout in layouts])
        self._afters = Literals([layout.after or b"" for layout in layouts])

    def find(self, text: Text, lines: Places, which: Places, clock: StampReader) -> Hits:
        """Return those of some lines that are surely laid out as told for each."""
        common = self._common
        search = Search(text, lines, which)
        search.stamp(common.stamp, self._prefixes, clock)
        search.literals(self._heads)
        search.settle()
        if common.token:
            search.token(ord(" "), quoted=common.quoted)
            search.literal(common.label)
        search.milliseconds(ord('"' if common.quoted else "\n"))
        search.rest(quoted=common.quoted)
        search.literals(self._tails)
        search.end(None if common.after is None else self._afters)
        messages = search.starts + self._messages[search.which]
        tokens = (search.tokens, search.token_ends) if common.token else (search.starts, search.starts)
        codes = self._codes[search.which]
        return Hits(search.lines, codes, search.times, search.values, messages, search.stop, *tokens)
