"""Charts of the HTML report: plain SVG, no script."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from html import escape

from tui.engine import written
from tui.engine.text import t

WIDTH, HEIGHT = 720, 120
_LEFT, _BOTTOM, _TOP = 4, 18, 14
_WIDEST = 40
"""A bar is never wider: few hours should not look like a wall."""
_MOST = 360
"""Columns at most: longer series are gathered, the highest of each group standing for it."""

Series = Sequence[float | None]
Chart = Mapping[str, Series]


def gathered(values: Series, most: int) -> list[float | None]:
    """Return at most so many values, the highest of each group; a group without any stays a gap."""
    step = max(1, -(-len(values) // most))
    groups = (values[at : at + step] for at in range(0, len(values), step))
    return [max((value for value in group if value is not None), default=None) for group in groups]


def bars(title: str, series: Chart, ends: tuple[float, float], tz: tzinfo | None) -> str:
    """Return a chart of stacked bars; the keys are CSS classes."""
    columns = {name: gathered(values, _MOST) for name, values in series.items()}
    stacks = list(zip(*columns.values(), strict=True))
    highest = max((sum(value or 0 for value in stack) for stack in stacks), default=0)
    width = (WIDTH - 2 * _LEFT) / max(1, len(stacks))
    bar = min(_WIDEST, max(0.6, width - 0.6))
    shapes = []
    for index, stack in enumerate(stacks):
        base = 0.0
        for name, value in zip(columns, stack, strict=True):
            if value:
                top, bottom = _y(base + value, highest), _y(base, highest)
                size = f'width="{bar:.1f}" height="{max(0.8, bottom - top):.1f}"'
                left = _LEFT + index * width + (width - bar) / 2
                shapes.append(f'<rect class="{name}" x="{left:.1f}" y="{top:.1f}" {size}/>')
                base += value
    return _frame(title, "".join(shapes), highest, ends, tz)


def lines(title: str, series: Chart, ends: tuple[float, float], tz: tzinfo | None) -> str:
    """Return a chart of lines with gaps where there is no value; the keys are CSS classes."""
    columns = {name: gathered(values, _MOST) for name, values in series.items()}
    highest = max((value for values in columns.values() for value in values if value is not None), default=0.0)
    shapes = []
    for name, values in columns.items():
        width = (WIDTH - 2 * _LEFT) / max(1, len(values))
        run: list[str] = []
        for index, value in enumerate([*values, None]):
            if value is not None:
                run.append(f"{_LEFT + (index + 0.5) * width:.1f},{_y(value, highest):.1f}")
            elif run:
                shapes.append(_run(name, run))
                run = []
    return _frame(title, "".join(shapes), highest, ends, tz)


def _run(name: str, points: list[str]) -> str:
    if len(points) == 1:
        x, y = points[0].split(",")
        return f'<circle class="{name}" cx="{x}" cy="{y}" r="2"/>'
    return f'<polyline class="{name}" points="{" ".join(points)}"/>'


def _y(value: float, highest: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / (highest or 1)


def _frame(title: str, shapes: str, highest: float, ends: tuple[float, float], tz: tzinfo | None) -> str:
    base = HEIGHT - _BOTTOM
    moments = [datetime.fromtimestamp(at, tz) for at in ends]
    first, last = (f"{written.date(moment)}, {moment:%H:%M}" for moment in moments)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title, quote=True)}">'
        f'<line class="axis" x1="{_LEFT}" y1="{base}" x2="{WIDTH - _LEFT}" y2="{base}"/>{shapes}'
        f'<text x="{_LEFT}" y="10">{escape(t("report.highest", value=written.count(highest)))}</text>'
        f'<text x="{_LEFT}" y="{HEIGHT - 4}">{first}</text>'
        f'<text x="{WIDTH - _LEFT}" y="{HEIGHT - 4}" text-anchor="end">{last}</text></svg>'
    )
