"""What several ranges mean as one: to count many at once costs little more than to count a few."""

from collections.abc import Collection, Sequence
from functools import cache, partial
from itertools import compress
from operator import attrgetter

import numpy as np

from tui.engine.bulk._again import Again, Counted
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._columns import NONE, Columns, Series, is_column
from tui.engine.bulk._cutting import OpenFile
from tui.engine.bulk._packed import packed
from tui.engine.bulk._reader import Parsed
from tui.engine.bulk._seams import Batch, Numbered
from tui.engine.bulk._words import Flags, Places
from tui.engine.metrics.samples import Calls, Samples
from tui.engine.model import LogEvent

_ENOUGH = 32_000
"""Events that are counted together."""

_ENOUGH_SINGLE = 4000
"""Of them such as are in no column, each of which is an object then."""


def are_enough(ranges: Sequence[Numbered]) -> bool:
    """Tell whether so much was understood that it is to be counted."""
    rows = sum(one.found.rows for one in ranges)
    return rows >= _ENOUGH or sum(one.found.events.number for one in ranges) >= _ENOUGH_SINGLE


class Together:
    """Puts ranges in a row together, and numbers their series alike whichever process named them."""

    def __init__(self, here: BlockReader, file: OpenFile) -> None:
        self._again = Again(here, file)
        self._series = Series()
        self._codes: dict[tuple[LogEvent, ...], Places] = {}
        """Of series as a process named them."""

    def parsed(self, batch: Batch) -> Parsed:
        """Return what ranges mean, of which there is one at least."""
        make, ranges = LogEvent._make, [self._set_apart(one, batch.apart) for one in batch.ranges]
        events, above = list[LogEvent](), dict[int, float]()
        for _, lines, found in ranges:
            events += [make((kind, source, line + lines, *rest)) for kind, source, line, *rest in found.events.values()]
            above |= {line + lines: time for line, time in found.above.items()}
        codes = [self._known(one.found.series) for one in ranges]
        samples = _joined([one.found.samples for one in ranges], ranges, codes)
        calls = _joined([one.found.calls for one in ranges], ranges, codes)
        ids, series = [id_ for one in ranges for id_ in one.found.ids], self._series.told
        parts = tuple(Counted(part.offset, part.size, lines, found.lines) for part, lines, found in ranges)
        every = cache(lambda: np.sort(np.concatenate((samples.lines, calls.lines))))  # hardly ever is anything asked
        between = partial(self._again.events, parts, every)
        return Parsed(
            events,
            above,
            sum(one.found.understood for one in ranges),
            sum(one.found.unrecognised for one in ranges),
            sum(one.found.bad_samples for one in ranges),
            Samples(series, *samples[:4], between) if samples.lines.size else None,
            Calls(series, *calls[:4], ids, between) if calls.lines.size else None,
            ranges[-1].part.ending,
        )

    def _set_apart(self, one: Numbered, apart: Collection[int]) -> Numbered:
        """Return a range of which some lines are read once more, to be events of their own."""
        part, above, found = one
        wanted = np.array(sorted(line for line in apart if above < line <= above + found.lines), np.int64)
        if not wanted.size:
            return one
        lines = wanted[np.isin(wanted - above, np.concatenate((found.samples.lines, found.calls.lines)))]
        if not lines.size:
            return one  # they were told apart for the sake of others in the range
        again = self._again.events(
            [Counted(part.offset, part.size, above, found.lines)], lambda: lines, 0, int(lines[-1])
        )
        events = [event._replace(line=event.line - above) for event in again if is_column(event)]
        taken = [event.line for event in events]
        samples, calls = (~np.isin(each.lines, taken) for each in (found.samples, found.calls))
        every = sorted((*map(LogEvent._make, found.events.values()), *events), key=attrgetter("line"))
        left = found._replace(
            events=packed(every),
            samples=_kept(found.samples, samples),
            calls=_kept(found.calls, calls),
            ids=list(compress(found.ids, calls.tolist())),
        )
        return one._replace(found=left)

    def _known(self, series: tuple[LogEvent, ...]) -> Places:
        if series not in self._codes:
            self._codes[series] = np.array([self._series.code(event) for event in series], np.int64)
        return self._codes[series]


def _kept(columns: Columns, which: Flags) -> Columns:
    return Columns._make((*(column[which] for column in columns[:4]), NONE.marks))


def _joined(parts: Sequence[Columns], ranges: Sequence[Numbered], codes: Sequence[Places]) -> Columns:
    """Return columns as they are in the whole log; ``codes`` are those there of each range's series."""
    columns = [
        (part.lines + one.above, part.times, part.values, mine[part.codes], part.marks)
        for part, one, mine in zip(parts, ranges, codes, strict=True)
    ]
    return Columns._make(map(np.concatenate, zip(*columns, strict=True)))
