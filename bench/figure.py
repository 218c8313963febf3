"""One measured figure beside what is expected of it, and the table they make."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table."""

    name: str
    measured: str
    target: str = ""
    met: bool | None = None
    """Whether the target is met; ``None`` where there is none or nothing was measured."""


def missing(name: str, reason: str, target: str = "") -> Figure:
    """Return the line of a figure that could not be taken."""
    return Figure(name, f"not measured: {reason}", target)


def at_most(name: str, value: float, limit: float, unit: str, extra: str = "") -> Figure:
    """Return a figure that is better the lower it is."""
    return Figure(name, f"{_short(value)} {unit}{extra}", f"≤ {_short(limit)} {unit}", value <= limit)


def at_least(name: str, value: float, limit: float, unit: str, extra: str = "") -> Figure:
    """Return a figure that is better the higher it is."""
    return Figure(name, f"{_short(value)} {unit}{extra}", f"≥ {_short(limit)} {unit}", value >= limit)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    marks = {True: "yes", False: "**no**", None: ""}
    rows = [f"| {each.name} | {each.measured} | {each.target} | {marks[each.met]} |" for each in figures]
    return "\n".join(["| figure | measured | target | met |", "|---|---|---|---|", *rows])


def nearest_rank(values: Sequence[float], per_cent: float) -> float:
    """Return a percentile by nearest rank."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * per_cent / 100)) - 1]
