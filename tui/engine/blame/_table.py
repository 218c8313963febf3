"""Before and after in figures, by dimension: the evidence."""

from collections.abc import Iterable, Sequence

from tui.engine.blame._sharing import Spans
from tui.engine.blame._units import DIMENSIONS, Unit
from tui.engine.metrics.histogram import Buckets, Figures, bucket_of, figures, packed
from tui.engine.model import BlameRow, Side

VALUES_MOST = 8
"""Rows per dimension: those that carry most of the change."""


def latency(units: Iterable[Unit]) -> Figures | None:
    """Return the figures of latencies as every panel has them, None without any."""
    buckets: Buckets = {}
    for unit in units:
        if unit.ms is not None:
            bucket = bucket_of(unit.ms)
            buckets[bucket] = buckets.get(bucket, 0) + packed(unit.ms)
    return figures(buckets)


def side(units: Sequence[Unit]) -> Side:
    """Return one span of time in figures."""
    found = latency(units)
    return Side(len(units), sum(unit.over for unit in units), found.p95 if found else None)


def rows(spans: Spans) -> tuple[BlameRow, ...]:
    """Return each value of each dimension before and after, those that carry most first."""
    base = spans.rate(0.0)
    whole = spans.excess(base)
    found: list[BlameRow] = []
    for number, dimension in enumerate(DIMENSIONS):
        values: list[str | None] = [*spans.values(number)]
        if not values:
            continue
        parts = {value: spans.within(number, value) for value in (*values, None)}
        table = [
            BlameRow(dimension, value or "", side(part.before), side(part.after), 100 * part.excess(base) / whole)
            for value, part in parts.items()
            if part.before or part.after
        ]
        found += sorted(table, key=lambda row: (-row.share, row.value))[:VALUES_MOST]
    return tuple(found)
