"""What several ranges mean as one: to count many at once costs little more than to count a few."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from tui.engine.bulk._block_reader import BlockReader, Understood
from tui.engine.bulk._columns import Columns, Series
from tui.engine.bulk._cutting import OpenFile, Range
from tui.engine.bulk._reader import Parsed
from tui.engine.bulk._rebuilt import rebuilt
from tui.engine.bulk._words import Places
from tui.engine.metrics.samples import Calls, Samples
from tui.engine.model import LogEvent

ENOUGH = 16_000
"""Events that are counted together."""

_Events = Callable[[], list[LogEvent]]


class Numbered(NamedTuple):
    """What a range means, and how many lines are above it."""

    part: Range
    above: int
    found: Understood


class Together:
    """Puts ranges in a row together, and numbers their series alike whichever process named them."""

    def __init__(self, here: BlockReader, file: OpenFile) -> None:
        self._here, self._file = here, file
        self._series = Series()
        self._codes: dict[tuple[LogEvent, ...], Places] = {}
        """Of series as a process named them."""

    def parsed(self, ranges: Sequence[Numbered]) -> Parsed:
        """Return what ranges mean, of which there is one at least."""
        make = LogEvent._make
        events, above = list[LogEvent](), dict[int, float]()
        for _, lines, found in ranges:
            events += [make((kind, source, line + lines, *rest)) for kind, source, line, *rest in found.events]
            above |= {line + lines: time for line, time in found.above.items()}
        again: _Events = cache(partial(self._again, ranges))
        return Parsed(
            events,
            above,
            sum(one.found.understood for one in ranges),
            sum(one.found.unrecognised for one in ranges),
            sum(one.found.bad_samples for one in ranges),
            self._samples(ranges, again),
            self._calls(ranges, again),
            ranges[-1].part.ending,
        )

    def _samples(self, ranges: Sequence[Numbered], again: _Events) -> Samples | None:
        found = self._joined([(one, one.found.samples) for one in ranges])
        if not found.lines.size:
            return None
        return Samples(tuple(self._series.events), *found[:4], partial(_some, again, found.lines))

    def _calls(self, ranges: Sequence[Numbered], again: _Events) -> Calls | None:
        found = self._joined([(one, one.found.calls) for one in ranges])
        if not found.lines.size:
            return None
        ids = [id_ for one in ranges for id_ in one.found.ids]
        return Calls(tuple(self._series.events), *found[:4], ids, partial(_some, again, found.lines))

    def _joined(self, parts: Sequence[tuple[Numbered, Columns]]) -> Columns:
        """Return columns as they are in the whole log, whichever process found them."""
        columns = [
            columns._replace(lines=columns.lines + one.above, codes=self._known(one.found.series)[columns.codes])
            for one, columns in parts
        ]
        return Columns._make(map(np.concatenate, zip(*columns, strict=True)))

    def _known(self, series: tuple[LogEvent, ...]) -> Places:
        if series not in self._codes:
            self._codes[series] = np.array([self._series.code(event) for event in series], np.int64)
        return self._codes[series]

    def _again(self, ranges: Sequence[Numbered]) -> list[LogEvent]:
        """Read ranges once more, for their events."""
        events: list[LogEvent] = []
        for part, above, _ in ranges:
            data = self._file.load(part, self._here.room)
            if data is not None:
                events += rebuilt(self._here.find(data), self._here.series.events, above)
        return events


def _some(events: _Events, lines: Places) -> list[LogEvent]:
    """Return the events of some lines."""
    wanted = set(lines.tolist())
    return [event for event in events() if event.line in wanted]
