"""A block of lines, and what was found out about them so far."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.engine.bulk._call_layout import Hits as CallHits
from tui.engine.bulk._failures import FailureLayout
from tui.engine.bulk._familiar import BLANK, UNKNOWN, UNRECOGNISED
from tui.engine.bulk._sample_layout import Hits as SampleHits
from tui.engine.bulk._words import Flags, Places, Text
from tui.engine.model import LogEvent
from tui.engine.parser._parser import SILENT

_FAILED = b"FAILED"


class Failing(NamedTuple):
    """A failure that may not be alone in its record."""

    layout: FailureLayout
    line: int
    """Counted from 0."""
    time: float | None
    trace: str


class Block:
    """Lines and what was found out about them so far."""

    def __init__(self, text: Text, truncated: int = 0) -> None:
        self.text = text
        self.truncated = truncated
        """Lines longer than a source keeps of any."""
        count = self.text.ends.size
        self.codes = np.zeros(count, np.int8)
        """What is remembered of lines like each."""
        self.found = np.zeros(count, np.bool_)
        """It is of a known layout."""
        self.plain = np.zeros(count, np.bool_)
        """It was read line by line, and that counts."""
        self.samples: list[SampleHits] = []
        self.calls: list[CallHits] = []
        self.failing: list[Failing] = []
        self.same: dict[int, LogEvent] = {}
        """What lines say that came before, by their numbers counted from 0."""

    @cached_property
    def failed(self) -> Flags:
        """Which lines have a word that makes an error of some latencies."""
        flags, data = np.zeros(self.text.ends.size, np.bool_), self.text.data
        at = data.find(_FAILED)
        while at >= 0:
            flags[self.text.ends.searchsorted(at)] = True
            at = data.find(_FAILED, at + 1)
        return flags

    @property
    def at_once(self) -> int:
        """Return how many events were found in lines known by their looks."""
        samples = sum(hits.lines.size for hits in self.samples)
        single = sum(event.kind not in SILENT for event in self.same.values())
        return samples + sum(hits.lines.size for hits in self.calls) + single

    @property
    def unrecognised(self) -> int:
        """Return how many lines that were not read line by line are of no known writing."""
        unrecognised = self.codes == UNRECOGNISED
        if self.plain.any():
            unrecognised &= ~self.plain
        return int(np.count_nonzero(unrecognised))

    def ids(self) -> list[str]:
        """Return the ids of the calls."""
        return [word for hits in self.calls for word in self.words(hits.begins, hits.ends)]

    def words(self, begins: Places, ends: Places) -> list[str]:
        """Return pieces of ASCII without line ends."""
        return self.text.pieces(begins, ends).decode().split("\n")[:-1]

    def previous(self, index: int) -> bytes | None:
        """Return the last line above that says anything if it gave no event, as the parser remembers it.

        None where the parser itself read it last.
        """
        above = index - 1
        while above >= 0 and self.codes[above] == BLANK and not self.plain[above]:
            above -= 1
        if above >= 0 and self.plain[above]:
            return None
        return self.text.line(above) if above >= 0 and self.codes[above] != UNKNOWN else b""

    def drop_plain(self) -> None:
        """Take back what was found in lines that turned out to belong to a record."""
        self.samples = [SampleHits._make(self._left(hits)) for hits in self.samples]
        self.calls = [CallHits._make(self._left(hits)) for hits in self.calls]
        self.same = {line: event for line, event in self.same.items() if not self.plain[line]}

    def _left(self, hits: SampleHits | CallHits) -> Iterable[NDArray[Any]]:
        kept = ~self.plain[hits.lines]
        return (column[kept] for column in hits)
