"""Finds, among many lines, those of layouts that were learned and those that are surely nothing."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from tui.engine.bulk._block import Block
from tui.engine.bulk._clock import StampReader
from tui.engine.bulk._failures import FailureLayout
from tui.engine.bulk._familiar import UNKNOWN
from tui.engine.bulk._layouts import Layout, Layouts
from tui.engine.bulk._sample_layout import Hits as SampleHits
from tui.engine.bulk._templates import Templates
from tui.engine.bulk._words import Places


class Matching(ABC):
    """What was learned of a log, and the lines like it."""

    def __init__(self, clock: StampReader) -> None:
        self.layouts: dict[Layout, int] = {}
        """With the numbers of their series."""
        self._clock = clock

    @abstractmethod
    def look(self, block: Block, lines: Places) -> Places:
        """Note in the block what some of its lines are, and return those of which nothing is known."""

    @abstractmethod
    def add_layout(self, layout: Layout, code: int) -> None:
        """Look for this one too; ``code`` is the number of its series."""

    @abstractmethod
    def add_failure(self, layout: FailureLayout) -> None:
        """Look for this one too, where that is sooner than line by line."""

    @abstractmethod
    def add_nothings(self, lines: Sequence[bytes], codes: Sequence[int]) -> None:
        """Know lines that mean nothing, with zeros for their digits, and what is remembered of each."""

    @abstractmethod
    def add_nothing(self, line: bytes, free: int, code: int) -> None:
        """Know a line that means nothing as it is, where that is sooner than line by line.

        With zeros for the digits of its first ``free`` bytes, which may be others.
        """


class ArrayMatching(Matching):
    """Looks with numpy: a step after the other, each for all lines at once."""

    def __init__(self, clock: StampReader) -> None:
        super().__init__(clock)
        self._finder = Layouts()
        self._templates = Templates()

    def look(self, block: Block, lines: Places) -> Places:
        """See there."""
        some = lines[~block.failed[lines]]
        for hits in self._finder.find(block.text, some, block.found, self._clock):
            if isinstance(hits, SampleHits):
                block.samples.append(hits)
            else:
                block.calls.append(hits)
        left = lines[~block.found[lines]]
        codes = block.codes[left] = self._templates.codes(block.text, left)
        unknown: Places = left[codes == UNKNOWN]
        return unknown

    def add_layout(self, layout: Layout, code: int) -> None:
        """See there."""
        self.layouts[layout] = code
        self._finder.add(layout, code)

    def add_failure(self, layout: FailureLayout) -> None:
        """See there: there are few lines of each, too few for numpy."""

    def add_nothings(self, lines: Sequence[bytes], codes: Sequence[int]) -> None:
        """See there."""
        self._templates.add(lines, codes)

    def add_nothing(self, line: bytes, free: int, code: int) -> None:
        """See there: many differ in digits only, and the templates tell nothing by these."""
