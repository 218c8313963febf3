"""Plots for the documentation as SVG, readable on light and dark pages alike."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 150, 34, 44
INK = "#7d8590"
"""Grey that can be read on white and on black."""
COLOURS = ("#2f81f7", "#d29922", "#3fb950", "#db61a2")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """A row of points; dashed where it is only there to compare with."""

    name: str
    points: Sequence[Point]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows, from where to where, and whether in decades."""

    name: str
    low: float
    high: float
    decades: bool = True

    def share(self, value: float) -> float:
        """Return where a value stands, 0…1."""
        scale: Callable[[float], float] = math.log10 if self.decades else float
        return (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))

    def marks(self) -> list[float]:
        """Return the values to write beside the axis."""
        if self.decades:
            return [10.0**power for power in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)]
        step = 10.0 ** math.floor(math.log10((self.high - self.low) / 2))
        step *= next(each for each in (1, 2, 5, 10) if (self.high - self.low) / (step * each) <= 7)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [number * step for number in range(first, last + 1)]


def decades(name: str, values: Sequence[float]) -> Axis:
    """Return an axis over whole decades that has room for all values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return Axis(name, 10.0**low, 10.0 ** max(high, low + 1))


def plot(title: str, x: Axis, y: Axis, curves: Sequence[Curve]) -> str:
    """Return a picture of curves, the names of the curves beside it."""
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                f'font-family="system-ui, sans-serif" font-size="11" fill="{INK}">'
            ),
            f"<title>{escape(title)}</title>",
            f'<text x="{LEFT}" y="18" font-size="13">{escape(title)}</text>',
            *_grid(x, y),
            *(line for number, curve in enumerate(curves) for line in _curve(number, curve, x, y)),
            "</svg>\n",
        ]
    )


def _place(point: Point, x: Axis, y: Axis) -> Point:
    across, up = x.share(point[0]), y.share(point[1])
    return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for value in x.marks():
        at = _place((value, y.low), x, y)[0]
        yield f'<path d="M{at:.1f} {TOP}V{bottom}" stroke="{INK}" stroke-opacity=".25"/>'
        yield f'<text x="{at:.1f}" y="{bottom + 15}" text-anchor="middle">{_short(value)}</text>'
    for value in y.marks():
        at = _place((x.low, value), x, y)[1]
        yield f'<path d="M{LEFT} {at:.1f}H{right}" stroke="{INK}" stroke-opacity=".25"/>'
        yield f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{_short(value)}</text>'
    yield f'<text x="{(LEFT + right) / 2:.0f}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x.name)}</text>'
    middle = (TOP + bottom) / 2
    yield (
        f'<text x="14" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 14 {middle:.0f})">'
        f"{escape(y.name)}</text>"
    )


def _curve(number: int, curve: Curve, x: Axis, y: Axis) -> Iterator[str]:
    colour = INK if curve.dashed else COLOURS[number % len(COLOURS)]
    places = [_place(point, x, y) for point in curve.points]
    path = "L".join(f"{across:.1f} {down:.1f}" for across, down in places)
    dashes = ' stroke-dasharray="4 4"' if curve.dashed else ""
    yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8"{dashes}/>'
    if not curve.dashed and len(places) < 20:
        for across, down in places:
            yield f'<circle cx="{across:.1f}" cy="{down:.1f}" r="2.6" fill="{colour}"/>'
    down, right = TOP + 12 + 18 * number, WIDTH - RIGHT + 12
    yield f'<path d="M{right} {down - 4}h16" stroke="{colour}" stroke-width="1.8"{dashes}/>'
    yield f'<text x="{right + 22}" y="{down}">{escape(curve.name)}</text>'


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 or not value else f"{value:.6f}".rstrip("0")
