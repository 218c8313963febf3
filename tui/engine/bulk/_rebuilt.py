"""The events of latencies and calls that were found many at once, to the last letter as the plain way makes them.

What the messages of one layout have in common is kept as the text of its series: the part before the words that
differ, a line end, the part behind them. Those words begin with the tag of a latency, or with the id of a call.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from tui.engine.bulk._block import Block
from tui.engine.bulk._block_reader import Found
from tui.engine.bulk._layouts import by_code
from tui.engine.dialects._message import TEXT_LENGTH, known_trace
from tui.engine.model import LogEvent

_DURATION = len(" duration=")
_OF_OTHERS = (None,) * (LogEvent._fields.index("text") - LogEvent._fields.index("trace") - 1)
"""Fields that no latency has."""


def rebuilt(found: Found, series: Sequence[LogEvent], above: int, arrived: float | None = None) -> list[LogEvent]:
    """Return everything that a block says, in the order of its lines.

    Args:
        found: what a ``BlockReader`` found in it.
        series: what its events have in common, by their codes.
        above: lines above the block.
        arrived: when it was read, if it is no history.
    """
    events = [event._replace(line=event.line + above, arrived=arrived) for event in found.events]
    single = len(events)
    events += _samples(found.block, series, above, arrived)
    events += _calls(found.block, series, above, arrived)
    if len(events) == single:
        return events
    order = np.argsort(np.array([event.line for event in events], np.int64), kind="stable")
    return [events[index] for index in order.tolist()]


def _samples(block: Block, series: Sequence[LogEvent], above: int, arrived: float | None) -> Iterator[LogEvent]:
    for code, hits in chain.from_iterable(map(by_code, block.samples)):
        one = series[code]
        (kind, source), (dialect, level, stage, provider) = one[:2], one[5:9]
        before, _, after = one.text.partition("\n")
        rows = zip(
            (hits.lines + (above + 1)).tolist(),
            hits.times.tolist(),
            hits.ms.tolist(),
            block.words(hits.tokens, hits.token_ends),
            block.words(hits.messages, hits.stops),
            strict=True,
        )
        for line, time, ms, token, words in rows:
            trace, text = known_trace(token or None), f"{before}{words}{after}"[:TEXT_LENGTH]
            own = (kind, source, line, time, arrived, dialect, level, stage, provider, ms, trace)
            yield LogEvent._make((*own, *_OF_OTHERS, text, None))  # by place, which takes half as long


def _calls(block: Block, series: Sequence[LogEvent], above: int, arrived: float | None) -> Iterator[LogEvent]:
    data = block.text.data
    for code, hits in chain.from_iterable(map(by_code, block.calls)):
        one = series[code]
        before, _, after = one.text.partition("\n")
        rows = zip(*(column.tolist() for column in hits), block.words(hits.begins, hits.ends), strict=True)
        for line, _, time, duration, _, end, id_ in rows:
            lasted, words = (duration, id_) if duration == duration else (None, id_)  # noqa: PLR0124 - not a number
            if lasted is not None:
                words += data[end : data.index(b"s", end + _DURATION) + 1].decode()
            text = f"{before}{words}{after}"[:TEXT_LENGTH]
            yield one._replace(line=line + above + 1, time=time, arrived=arrived, id=id_, duration_s=lasted, text=text)
