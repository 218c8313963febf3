"""What was counted since counting for an exporter began: numbers that only grow."""

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from tui.engine.frozen import frozen

Series = tuple[str, ...]
"""A figure and the values it is broken down by."""


class TraceExample(NamedTuple):
    """One sample that its trace leads to."""

    trace: str
    seconds: float
    at: float | None


@frozen
class Distribution:
    """Latencies by fixed bounds."""

    counts: tuple[int, ...]
    """Samples up to each bound and above the one before it; one more for what is above the last."""
    sum_s: float = 0.0
    examples: tuple[TraceExample | None, ...] = ()
    """The newest sample with a trace for each of the counts; empty where there is none at all."""


@frozen
class Cumulative:
    """Counts and latencies since the beginning, after every de-duplication of the store."""

    bounds_s: tuple[float, ...] = ()
    """Upper bounds of the latencies in seconds, each included."""
    counts: Mapping[Series, int] = field(default_factory=dict)
    """``(figure, …)``: see ``tui.engine.metrics.cumulative``."""
    latencies: Mapping[Series, Distribution] = field(default_factory=dict)
    """``("ttfb", stage, provider)`` and ``("turn",)``."""
    examples: Mapping[Series, TraceExample] = field(default_factory=dict)
    """The newest error with a trace for some of the counts; its seconds are 0."""
