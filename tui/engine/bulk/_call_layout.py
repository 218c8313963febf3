"""How the begin and the end of calls are laid out in a log: learned as that of latencies, see there."""

from typing import NamedTuple

from tui.engine.bulk._clock import Stamp, StampReader
from tui.engine.bulk._search import Search
from tui.engine.bulk._words import Places, Text
from tui.engine.model import LogEvent


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
    event: LogEvent
    """What such a line means, but for line, time, id, duration and text."""
    before: str
    """Text before the id, and behind it or the duration."""
    behind: str

    @property
    def least(self) -> int:
        """Bytes that such a line has at least."""
        return self.stamp.size + len(self.head) + 1 + len(self.duration) + len(self.tail) + len(self.after or b"")


def find(layout: CallLayout, text: Text, lines: Places, clock: StampReader) -> tuple[Places, list[LogEvent]]:
    """Return those of some lines that are surely laid out so, and what they mean."""
    search = Search(text, lines, layout.least)
    search.at = search.starts + layout.stamp.size
    search.literal(layout.head)
    search.stamp(layout.stamp, clock)
    search.token(layout.end[0], quoted=layout.quoted)
    if layout.duration:
        search.literal(layout.duration)
        search.whole()
        search.literal(b"s")
    search.stop = search.at
    search.literal(layout.tail)
    if layout.after is not None:
        search.plain(search.ends - len(layout.after), quoted=True)
        search.literal(layout.after)
    search.keep(search.at == search.ends)
    return search.lines, _events(layout, text.data, search)


def _events(layout: CallLayout, data: bytes, search: Search) -> list[LogEvent]:
    kind, source, _, _, arrived, dialect, level, stage, provider, ms, trace, _, client, *_ = layout.event
    lines, times = (search.lines + 1).tolist(), search.times.tolist()
    places = zip(search.tokens.tolist(), search.token_ends.tolist(), search.stop.tolist(), strict=True)
    durations = search.values.tolist() if layout.duration else [None] * len(lines)
    make, before, behind = LogEvent._make, layout.before, layout.behind
    return [
        make(
            (
                *(kind, source, line, time, arrived, dialect, level, stage, provider, ms, trace),
                *(data[begin:end].decode(), client, duration, None, None, None),
                *(before + data[begin:stop].decode() + behind, None),
            )
        )
        for line, time, (begin, end, stop), duration in zip(lines, times, places, durations, strict=True)
    ]
