"""What changed when a figure went over its limit: since when, where, and what came before it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tui.engine.model._words import Stage

Dimension = Literal["stage", "provider", "host", "source", "client"]
"""What an observation can be told apart by."""

Shift = Literal["level", "traffic", "only"]
"""It got worse there; more traffic goes there, where it always was so; or all of the traffic goes there anyway."""

PrecursorKind = Literal["fallback", "recovery", "start", "config", "errors", "gap"]


class Side(NamedTuple):
    """One span of time, before the change or after it."""

    n: int = 0
    """Observations."""
    over: int = 0
    """Those that missed the goal."""
    p95: float | None = None
    """In ms, where observations are latencies."""


@dataclass(frozen=True, slots=True)
class BlameRow:
    """One value of one dimension, before and after."""

    dimension: Dimension
    value: str
    """Outside text; empty where the log does not say."""
    before: Side
    after: Side
    share: float
    """Per cent of the change; negative where it got better meanwhile."""


@dataclass(frozen=True, slots=True)
class Precursor:
    """Something that happened shortly before the change. It came first; more is not known of it."""

    kind: PrecursorKind
    at: float
    stage: Stage | None = None
    source: str = ""
    text: str = ""
    """The line, outside text."""


class SliceCount(NamedTuple):
    """The observations of one slice of time."""

    n: int
    over: int


@dataclass(frozen=True, slots=True)
class Blame:
    """Where a change of one figure comes from, for one finding of the verdict."""

    kpi: str
    stage: Stage | None
    limit: float | None
    at: float
    """When it began: the first observation that missed the goal."""
    since: float
    """Where the span that it is compared with begins."""
    until: float
    """Where the span after it ends."""
    before: Side
    after: Side
    shift: Shift
    culprit: tuple[tuple[Dimension, str], ...]
    """Where, most telling dimension first; values are outside text."""
    share: float
    """Per cent of the change that is there."""
    traffic: tuple[float, float] = (0.0, 0.0)
    """Per cent of the observations that were there, before and after."""
    rows: tuple[BlameRow, ...] = ()
    preceded: tuple[Precursor, ...] = ()
    """Nearest first."""
    slices: tuple[SliceCount, ...] = ()
    """From ``since`` to ``until``, each ``slice_s`` long."""
    slice_s: float = 10.0
