"""The layouts that were learned of a log, and all lines of a block that have one of them."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np

from tui.engine.bulk._call_layout import CallLayout, CallLayouts
from tui.engine.bulk._call_layout import Hits as CallHits
from tui.engine.bulk._clock import StampReader
from tui.engine.bulk._literals import Heads
from tui.engine.bulk._sample_layout import Hits as SampleHits
from tui.engine.bulk._sample_layout import SampleLayout, SampleLayouts
from tui.engine.bulk._words import Flags, Places, Text

Layout = SampleLayout | CallLayout
Hits = SampleHits | CallHits

AnyHits = TypeVar("AnyHits", SampleHits, CallHits)


def by_code(hits: AnyHits) -> Iterator[tuple[int, AnyHits]]:
    """Yield the lines of each series by themselves."""
    for code in np.bincount(hits.codes).nonzero()[0].tolist():  # np.unique would load all of numpy.ma
        which = hits.codes == code
        yield code, type(hits)._make(column[which] for column in hits)


class Layouts:
    """Layouts with the numbers of their series."""

    def __init__(self) -> None:
        self._codes: dict[Layout, int] = {}
        self._by_size: dict[int, _SameTime] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._codes)

    def __contains__(self, layout: Layout) -> bool:
        """Tell whether it is known."""
        return layout in self._codes

    def add(self, layout: Layout, code: int) -> None:
        """Look for this one too."""
        self._codes[layout] = code
        size = layout.stamp.size
        self._by_size[size] = _SameTime({each: code for each, code in self._codes.items() if each.stamp.size == size})

    def find(self, text: Text, lines: Places, found: Flags, clock: StampReader) -> Iterator[Hits]:
        """Yield those of some lines that have a layout, and mark them as found."""
        for place, same_time in enumerate(self._by_size.values()):
            left = lines[~found[lines]] if place else lines
            for hits in same_time.find(text, left, found, clock):
                found[hits.lines] = True
                yield hits


class _SameTime:
    """Layouts that have their heads at the same place in a line."""

    def __init__(self, codes: dict[Layout, int]) -> None:
        layouts = list(codes)
        self._offset = layouts[0].stamp.size
        self._heads = Heads([layout.head for layout in layouts])
        families = list(dict.fromkeys(layout.family for layout in layouts))
        self._family = np.array([families.index(layout.family) for layout in layouts])
        self._families: list[SampleLayouts | CallLayouts] = []
        self._within = np.zeros(len(layouts), np.int64)
        """The number of each among its family."""
        for family in families:
            own = [layout for layout in layouts if layout.family == family]
            self._within[[layouts.index(layout) for layout in own]] = np.arange(len(own))
            numbers = [codes[layout] for layout in own]
            samples = [layout for layout in own if isinstance(layout, SampleLayout)]
            calls = [layout for layout in own if isinstance(layout, CallLayout)]
            self._families.append(SampleLayouts(samples, numbers) if samples else CallLayouts(calls, numbers))

    def find(self, text: Text, lines: Places, found: Flags, clock: StampReader) -> Iterator[Hits]:
        which = self._heads.first(text, text.starts[lines] + self._offset)
        while (some := (which >= 0).nonzero()[0]).size:
            lines, which = lines[some], which[some]
            families = self._family[which]
            for family, layouts in enumerate(self._families):
                mine = (families == family).nonzero()[0]
                if mine.size:
                    yield layouts.find(text, lines[mine], self._within[which[mine]], clock)
            if not self._heads.is_chained:
                return
            left = ~found[lines]
            lines, which = lines[left], self._heads.following[which[left]]
