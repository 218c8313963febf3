"""The events of latencies and calls that were found many at once, to the last letter as the plain way makes them.

What the messages of one layout have in common is kept as the text of its series: the part before the words that
differ, a line end, the part behind them. Those words begin with the tag of a latency, or with the id of a call.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from tui.engine.bulk._block import Block
from tui.engine.bulk._call_layout import Hits as CallHits
from tui.engine.bulk._clock import told
from tui.engine.bulk._layouts import AnyHits, by_code
from tui.engine.bulk._sample_layout import Hits as SampleHits
from tui.engine.bulk._words import Flags
from tui.engine.dialects._message import TEXT_LENGTH, known_trace
from tui.engine.model import LogEvent

if TYPE_CHECKING:
    from tui.engine.bulk._understood import Found

_DURATION = len(" duration=1234567s")
_OF_OTHERS = (None,) * (LogEvent._fields.index("text") - LogEvent._fields.index("trace") - 1)
"""Fields that no latency has."""


def rebuilt(found: "Found", series: Sequence[LogEvent], above: int, arrived: float | None = None) -> list[LogEvent]:
    """Return everything that a block says, in the order of its lines.

    Args:
        found: what a ``BlockReader`` found in it.
        series: what its events have in common, by their codes.
        above: lines above the block.
        arrived: when it was read, if it is no history.
    """
    events = [event._replace(line=event.line + above, arrived=arrived) for event in found.events]
    single = len(events)
    events += at_once(found.block, series, above, arrived)
    if len(events) == single:
        return events
    order = np.argsort(np.array([event.line for event in events], np.int64), kind="stable")
    return [events[index] for index in order.tolist()]


def at_once(
    block: Block, series: Sequence[LogEvent], above: int = 0, arrived: float | None = None, wanted: Flags | None = None
) -> Iterator[LogEvent]:
    """Yield latencies and calls that were found many at once, of the ``wanted`` lines or of all; see ``rebuilt``."""
    yield from _samples(block, _of_lines(block.samples, wanted), series, above, arrived)
    yield from _calls(block, _of_lines(block.calls, wanted), series, above, arrived)


def _of_lines(every: Iterable[AnyHits], wanted: Flags | None) -> Iterator[AnyHits]:
    for hits in every:
        yield hits if wanted is None else type(hits)._make(column[wanted[hits.lines]] for column in hits)


def _samples(
    block: Block, found: Iterable[SampleHits], series: Sequence[LogEvent], above: int, arrived: float | None
) -> Iterator[LogEvent]:
    for code, hits in chain.from_iterable(map(by_code, found)):
        one = series[code]
        (kind, source), (dialect, level, stage, provider) = one[:2], one[5:9]
        before, _, after = one.text.partition("\n")
        rows = zip(
            (hits.lines + (above + 1)).tolist(),
            told(hits.times),
            hits.ms.tolist(),
            block.words(hits.tokens, hits.token_ends),
            block.words(hits.messages, hits.stops),
            strict=True,
        )
        for line, time, ms, token, words in rows:
            trace, text = known_trace(token or None), f"{before}{words}{after}"[:TEXT_LENGTH]
            own = (kind, source, line, time, arrived, dialect, level, stage, provider, ms, trace)
            yield LogEvent._make((*own, *_OF_OTHERS, text, None))  # by place, which takes half as long


def _calls(
    block: Block, found: Iterable[CallHits], series: Sequence[LogEvent], above: int, arrived: float | None
) -> Iterator[LogEvent]:
    for code, hits in chain.from_iterable(map(by_code, found)):
        one = series[code]
        before, _, after = one.text.partition("\n")
        columns = hits.lines.tolist(), told(hits.times), told(hits.durations), hits.ends.tolist()
        for line, time, lasted, end, id_ in zip(*columns, block.words(hits.begins, hits.ends), strict=True):
            words = id_
            if lasted is not None:
                words += block.text.piece(end, _DURATION).partition(b"s")[0].decode() + "s"
            text = f"{before}{words}{after}"[:TEXT_LENGTH]
            yield one._replace(line=line + above + 1, time=time, arrived=arrived, id=id_, duration_s=lasted, text=text)
