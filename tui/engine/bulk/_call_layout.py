"""How the begin and the end of calls are laid out in a log: learned as that of latencies, see there."""

from typing import NamedTuple

import numpy as np

from tui.engine.bulk._clock import Stamp, StampReader, Times
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


class Hits(NamedTuple):
    """Lines that are laid out so."""

    lines: Places
    times: Times
    durations: Times
    """Seconds; not a number where the line tells none."""
    begins: Places
    """Where the ids begin, and where they end."""
    ends: Places


def find(layout: CallLayout, text: Text, lines: Places, clock: StampReader) -> Hits:
    """Return those of some lines that are surely laid out so."""
    search = Search(text, lines, layout.least, layout.stamp.size, layout.head)
    search.stamp(layout.stamp, clock)
    search.token(layout.end[0], quoted=layout.quoted)
    if layout.duration:
        search.literal(layout.duration)
        search.whole()
        search.literal(b"s")
    search.literal(layout.tail)
    if layout.after is not None:
        search.plain(search.ends - len(layout.after), quoted=True)
        search.literal(layout.after)
    search.keep(search.at == search.ends)
    durations = search.values if layout.duration else np.full(search.lines.size, np.nan)
    return Hits(search.lines, search.times, durations, search.tokens, search.token_ends)
