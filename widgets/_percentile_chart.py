"""Percentiles of the last hour as lines with the goal drawn in, by plotext, as rows of runs."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from tui.engine.model import StageTtfb
from tui.engine.text import t
from widgets import _format as fmt
from widgets._curves import Canvas, curve, laid_over
from widgets._glyphs import Glyphs
from widgets._lines import Line, Role, Run

LEAST_WIDTH = 30
LEAST_HEIGHT = 7

BELOW = 2
"""Rows below the lines: the axis and what is written at it."""

_SERIES: tuple[tuple[str, Role], ...] = (("P50", "series-1"), ("P95", "series-2"), ("P99", "series-3"))
_GOAL_CODE = 104
_ASCII_MARKERS = ("*", "x", "+")
_ROLES: dict[str, Role] = {str(_GOAL_CODE): "text"}
_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")

Point = tuple[float, float, float] | None


def runs_of(series: Sequence[Point]) -> list[list[tuple[int, tuple[float, float, float]]]]:
    """Return the unbroken stretches of a series with their places, so that a gap stays a gap."""
    numbered = list(enumerate(series))
    return [
        [(place, point) for place, point in stretch if point is not None]
        for known, stretch in groupby(numbered, key=lambda item: item[1] is not None)
        if known
    ]


def with_cursor(chart: Sequence[Line], place: int, count: int, glyphs: Glyphs) -> list[Line]:
    """Return a chart with the column of one of its values set off; its legend and its scale stay."""
    plot = ["".join(run.text for run in line) for line in chart[1:-1]]
    axis = max((row.find(sign) for row in plot for sign in "┤│" if sign in row), default=-1)
    if axis < 0 or count < 2:
        return list(chart)
    width = max(map(len, plot))
    at = axis + 1 + round(place / (count - 1) * (width - axis - 2))
    return [chart[0], *(_picked(line, at, glyphs) for line in chart[1:-1]), chart[-1]]


def _picked(line: Line, at: int, glyphs: Glyphs) -> Line:
    """Return a row with the cell at a column in the role of the cursor, drawn as a line where it is empty."""
    out: list[Run] = []
    passed = 0
    for run in line:
        here = at - passed
        passed += len(run.text)
        if not 0 <= here < len(run.text):
            out.append(run)
            continue
        cell = run.text[here]
        sign = glyphs.column if cell in {" ", "\u2800"} else cell
        out += [run._replace(text=run.text[:here]), Run(sign, "picked"), run._replace(text=run.text[here + 1 :])]
    if passed <= at:
        out += [Run(" " * (at - passed)), Run(glyphs.column, "picked")]
    return tuple(run for run in out if run.text)


def percentile_chart(stage: StageTtfb, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Return ``height`` rows: a legend and the chart; nothing if it would be too small or empty."""
    stretches = runs_of(stage.series)
    if width < LEAST_WIDTH or height < LEAST_HEIGHT or not stretches:
        return []
    return [_legend(stage, glyphs), *_plot(stage, stretches, width, height - 1, glyphs)]


def _legend(stage: StageTtfb, glyphs: Glyphs) -> Line:
    signs = _ASCII_MARKERS if glyphs.ascii else ("", "", "")
    names = [Run(f" {sign}{name}", role) for sign, (name, role) in zip(signs, _SERIES, strict=True)]
    goal = t("panel_ttfb.goal_line", limit=fmt.limit(stage.limits.warn_at))
    return (Run(stage.stage, "strong"), *names, Run(f"  {goal}", "label"))


def _plot(
    stage: StageTtfb,
    stretches: list[list[tuple[int, tuple[float, float, float]]]],
    width: int,
    height: int,
    glyphs: Glyphs,
) -> list[Line]:
    goal, last = stage.limits.warn_at, len(stage.series) - 1
    top = round_up(max(goal * 1.2, *(point[2] for stretch in stretches for _, point in stretch)))
    labels = "0", fmt.limit(goal), fmt.number(top)
    left = max(map(len, labels)) + 1
    canvas = Canvas(width - left, height - BELOW, max(1, last), top)
    drawn = dict[tuple[int, int], Run]()
    for stretch in stretches:
        for which in (2, 0, 1):  # the last one drawn lies on top: P95 is what the goal is about
            sign, role = _ASCII_MARKERS[which] if glyphs.ascii else "", _SERIES[which][1]
            cells = curve([(place, point[which]) for place, point in stretch], canvas, sign)
            drawn |= {cell: Run(char, role) for cell, char in cells.items()}
    return laid_over(_frame(width, height, (goal, top, last), labels), left, BELOW, drawn)


@lru_cache(maxsize=8)
def _frame(width: int, height: int, marks: tuple[float, float, int], labels: tuple[str, str, str]) -> list[Line]:
    """Return what stands around and behind the lines: both scales and the goal, which hardly ever change.

    ``marks`` are the goal, the upper edge and the last place of the series.
    """
    # Loaded with the first chart, not with the program: the import alone costs tens of milliseconds.
    from textual_plotext.plot import Plot  # noqa: PLC0415 - see above

    goal, top, last = marks
    plot = Plot()
    plot.theme("clear")
    plot.plotsize(width, height)
    plot._set_size(width, height)  # noqa: SLF001 - plotsize alone leaves the size of the terminal in force
    plot.xaxes(True, False)
    plot.yaxes(True, False)
    plot.hline(goal, color=_GOAL_CODE)
    plot.scatter([-9 * last - 9], [-9 * top], marker=" ")  # out of sight; without a point there are no scales
    plot.xlim(0, max(1, last))
    plot.ylim(0, top)
    plot.yticks([0, goal, top], labels)
    minutes = [minute for minute in (60, 45, 30, 15) if minute <= last + 1]
    plot.xticks([last - m + 1 if m <= last else 0 for m in minutes] + [last], [f"-{m}m" for m in minutes] + ["0"])
    return [_line(row) for row in plot.build().splitlines()]


def round_up(value: float) -> float:
    """Return the next round number, so that the top of a scale reads well and seldom moves."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * unit >= value)


def _line(row: str) -> Line:
    """Turn one row of plotext's output into runs: colour codes become roles, the frame stays in the background."""
    parts = _ESCAPE.split(row)
    out = [Run(parts[0], "label")] if parts[0] else []
    for code, text in zip(parts[1::2], parts[2::2], strict=True):
        if text:
            out.append(Run(text, _ROLES.get(code.rpartition(";")[2], "label")))
    return tuple(out)
