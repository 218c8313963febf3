"""What a block of lines means."""

from typing import NamedTuple

from tui.engine.bulk._block import Block
from tui.engine.bulk._columns import Columns
from tui.engine.bulk._packed import Packed
from tui.engine.bulk._seams import Edges
from tui.engine.model import LogEvent

_ID_BYTES = 80
"""What a call's id takes as a string of its own."""


class TooMuchError(Exception):
    """A range says more than is to be held at once: it has to be cut."""


class Understood(NamedTuple):
    """What a block means; lines are counted from 1."""

    lines: int
    truncated: int
    """Lines longer than a source keeps of any."""
    series: tuple[LogEvent, ...]
    """What the events of each code in columns have in common."""
    events: Packed
    """All that is in no column."""
    above: dict[int, float]
    """See ``Parsed``."""
    samples: Columns
    calls: Columns
    ids: list[str]
    """Of the calls."""
    edges: Edges
    """What may have a twin in another block."""
    understood: int
    unrecognised: int
    bad_samples: int
    single: int
    """Events that were understood line by line, or are calls without a time: each of them was an object then."""

    @property
    def rows(self) -> int:
        """Return how many events there are, in columns or not."""
        return self.events.number + self.samples.lines.size + self.calls.lines.size

    @property
    def held(self) -> int:
        """Return the bytes that it takes while it waits, about."""
        columns = sum(column.nbytes for column in (*self.samples, *self.calls))
        return columns + sum(map(len, self.events.parts)) + _ID_BYTES * len(self.ids)


class Found(NamedTuple):
    """What was found in a block."""

    block: Block
    events: list[LogEvent]
    """All but those that were found at once."""
    understood: int
    unrecognised: int
    bad_samples: int
