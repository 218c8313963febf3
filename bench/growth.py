"""How cost and memory grow with calls open, distinct errors, sources and hours of history, beside n log n."""

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from bench.figure import Figure, at_most
from bench.plots import Axis, Curve, decades, plot
from bench.slope import days

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MARGIN = 0.1
"""What a fit over a busy machine may be off by."""
LEAST = {"in": 1e-3, "look": 0.0, "memory": 0.5}
"""Less than so many seconds or MB says nothing about growth."""
SLOPE_MB = 1.0
DAY_H = 24.0


@dataclass(frozen=True, slots=True)
class Dimension:
    """What there may be much of."""

    key: str
    name: str
    sizes: Sequence[float]
    unit: float = 1.0
    """How many of what n counts one of it is."""

    def expected(self, size: float) -> float:
        """Return n log n."""
        n = size * self.unit
        return n * math.log2(1 + n)


DIMENSIONS = (
    Dimension("calls", "calls open", (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)),
    Dimension("errors", "distinct errors", (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)),
    Dimension("sources", "sources", (1, 3, 10, 30, 100, 300, 1_000)),
    Dimension("hours", "hours of history", (0.1, 0.3, 1, 3, 10, 30, 100, 300), unit=3600),
)
WHAT = {"in": "taken in", "look": "one look", "memory": "memory"}

Took = Mapping[float, Mapping[str, float]]
"""By size: what was measured."""


def growth(*, quick: bool) -> Iterator[Figure]:
    """Measure every dimension, and draw it."""
    for dimension in DIMENSIONS:
        took = {size: _least(dimension.key, size, 1 if quick else 3) for size in dimension.sizes}
        draw(dimension, took)
        for key, what in WHAT.items():
            yield judged(f"{dimension.name}: {what}", dimension, key, took)


def _least(what: str, size: float, times: int) -> dict[str, float]:
    """Return the least that a work took of several times: what else runs only adds to it."""
    runs = [_run("bench.growing", what, f"{size:g}") for _ in range(times)]
    return {key: min(run[key] for run in runs) for key in WHAT}


def _run(module: str, *words: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError((done.stderr.strip().splitlines() or ["no output"])[-1])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def judged(name: str, dimension: Dimension, key: str, took: Took) -> Figure:
    """Compare the exponent over the upper decades with that of n log n there."""
    sizes = [size for size in dimension.sizes[len(dimension.sizes) // 3 :] if took[size][key] > LEAST[key]]
    unit, factor = ("MB", 1.0) if key == "memory" else ("ms", 1000.0)
    if len(sizes) < 3:
        most = max(each[key] for each in took.values()) * factor
        return Figure(name, f"at most {most:.1f} {unit}: too little to grow", "≤ n log n", met=True)
    found = exponent([(size, took[size][key]) for size in sizes])
    limit = exponent([(size, dimension.expected(size)) for size in sizes])
    first, last = (f"{took[size][key] * factor:,.3g}" for size in (sizes[0], sizes[-1]))
    told = f"n^{found:.2f} ({first} to {last} {unit} for {sizes[0]:,g} to {sizes[-1]:,g})"
    return Figure(name, told, f"≤ n log n, n^{limit:.2f} here", found <= limit + MARGIN)


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the line through the logarithms, by least squares."""
    xs, ys = ([math.log(each[place]) for each in points] for place in (0, 1))
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((one - x) * (other - y) for one, other in zip(xs, ys, strict=True)) / sum((one - x) ** 2 for one in xs)


def draw(dimension: Dimension, took: Took) -> None:
    """Write the picture of a dimension."""
    curves = [
        Curve("taken in, ms", [(size, each["in"] * 1000) for size, each in took.items()]),
        Curve("one look, ms", [(size, each["look"] * 1000) for size, each in took.items()]),
        Curve("memory, MB", [(size, each["memory"]) for size, each in took.items() if each["memory"] > 0.01]),
    ]
    middle = dimension.sizes[len(dimension.sizes) // 2]
    scale = took[middle]["in"] * 1000 / dimension.expected(middle)
    line = Curve("n log n", [(size, dimension.expected(size) * scale) for size in took], dashed=True)
    y = decades("ms of processor, MB", [value for curve in curves for _, value in curve.points])
    bounded = Curve(line.name, [(x, max(y.low, min(y.high, value))) for x, value in line.points], dashed=True)
    picture = plot(f"Growth with {dimension.name}", decades(dimension.name, list(took)), y, [*curves, bounded])
    (PICTURES / f"growth-{dimension.key}.svg").write_text(picture, encoding="utf-8")


def memory_slope(hours: float) -> Iterator[Figure]:
    """Memory over some days of a running monitor in simulated time (see ``bench/slope.py``)."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.slope", f"{hours:g}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    yield from slope_figures([(hour, mb) for hour, mb in json.loads(done.stdout)])


def slope_figures(noted: list[tuple[float, float]]) -> Iterator[Figure]:
    """Judge memory by the hour, and draw it."""
    for day, grown in enumerate(days(noted), 1):
        filling = ", while windows and history fill" if day == 1 else ""
        yield Figure(f"memory, day {day}", f"{grown:+.1f} MB{filling}")
    if settled := [(hour, mb) for hour, mb in noted if hour >= DAY_H and noted[-1][0] > DAY_H]:
        slope = DAY_H * linear_regression(*zip(*settled, strict=True)).slope
        yield at_most("memory, slope after the first day", slope, SLOPE_MB, "MB a day", " (line of least squares)")
    yield at_most("memory at the end", noted[-1][1], 100, "MB", f" after {noted[-1][0]:g} simulated hours")
    highest = max(mb for _, mb in noted)
    x, y = (
        Axis("simulated hours", 0, noted[-1][0], decades=False),
        Axis("MB, resident", 0, max(100, highest), decades=False),
    )
    limit = Curve("1 MB a day", [(0, noted[-1][1] - noted[-1][0] / 24), noted[-1]], dashed=True)
    picture = plot("Memory of a running monitor", x, y, [Curve("resident memory", noted), limit])
    (PICTURES / "growth-memory.svg").write_text(picture, encoding="utf-8")
