"""How the latencies of a log are laid out.

A layout is learned from a line that the plain parser understood: what stood around its time, its trace, its
latency and the rest of its message. A line that has the same pieces byte for byte, with nothing but digits,
printable ASCII and the like between them, means the same. Whatever is not surely so is left to the plain parser.
"""

from typing import NamedTuple

from tui.engine.bulk._clock import Stamp, StampReader, Times
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


class Hits(NamedTuple):
    """Lines that are laid out so."""

    lines: Places
    times: Times
    ms: Times
    messages: Places
    """Where their messages begin, and where they end."""
    stops: Places
    tokens: Places
    """Where the tokens begin, and where they end; the same place where there are none."""
    token_ends: Places


def find(layout: SampleLayout, text: Text, lines: Places, clock: StampReader) -> Hits:
    """Return those of some lines that are surely laid out so."""
    search = Search(text, lines, layout.least, layout.stamp.size, layout.head)
    search.stamp(layout.stamp, clock)
    if layout.token:
        search.token(ord(" "), quoted=layout.quoted)
    search.literal(layout.label)
    search.milliseconds()
    if layout.quoted:
        search.message_end()
    search.separated()
    search.plain(search.stop, quoted=layout.quoted)
    search.no_space_at_end()
    search.literal(layout.tail)
    if layout.after is not None:
        search.plain(search.ends - len(layout.after), quoted=True)
        search.literal(layout.after)
    search.keep(search.at == search.ends)
    messages = search.starts + layout.stamp.size + layout.message
    return Hits(search.lines, search.times, search.values, messages, search.stop, search.tokens, search.token_ends)
