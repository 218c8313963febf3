"""Lines through points: the very cells that plotext sets, in a tenth of the time that it takes for them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from math import floor
from typing import NamedTuple

from widgets._lines import Line, Role, Run

_DOTS = ((0x40, 0x80), (0x04, 0x20), (0x02, 0x10), (0x01, 0x08))
"""The dots of a braille sign, the lowest row first."""
_BLANK = 0x2800

Cells = dict[tuple[int, int], str]
"""Signs by column and row, the lowest row first."""


class Canvas(NamedTuple):
    """Where lines are drawn."""

    width: int
    height: int
    right: float
    """The value at the right edge; that at the left one is 0."""
    top: float
    """The value at the upper edge; that at the lower one is 0."""


def curve(points: Sequence[tuple[float, float]], canvas: Canvas, sign: str = "") -> Cells:
    """Return the cells of a line through points, of a sign each or in braille, of which a cell has two by four."""
    wide, high = (1, 1) if sign else (2, 4)
    across, up = canvas.width * wide - 1, canvas.height * high - 1
    places = [(_place(x, canvas.right, across), _place(y, canvas.top, up)) for x, y in points]
    if sign:
        return dict.fromkeys(_steps(places), sign)
    dots = dict[tuple[int, int], int]()
    for x, y in _steps(places):
        cell = x >> 1, y >> 2
        dots[cell] = dots.get(cell, _BLANK) | _DOTS[y & 3][x & 1]
    return {cell: chr(code) for cell, code in dots.items()}


def _place(value: float, most: float, last: int) -> int:
    return floor(round(0.5 + last * value / most, 8))


def _steps(places: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Yield all places on the way from each to the next."""
    for (x, y), (next_x, next_y) in pairwise(places):
        if count := max(abs(next_x - x), abs(next_y - y)):
            by_x, by_y = (next_x - x) / count, (next_y - y) / count
            for i in range(count):
                yield int(x + i * by_x), int(y + i * by_y)
    yield places[-1]


def laid_over(rows: Sequence[Line], left: int, below: int, drawn: Mapping[tuple[int, int], Run]) -> list[Line]:
    """Return rows with signs over them, whose own first column and row are so far in and up."""
    signs = [[(char, role) for text, role in row for char in text] for row in rows]
    for (x, y), (char, role) in drawn.items():
        signs[len(rows) - 1 - below - y][left + x] = char, role
    return [tuple(_runs(row)) for row in signs]


def _runs(signs: Iterable[tuple[str, Role]]) -> Iterable[Run]:
    for role, each in groupby(signs, key=lambda sign: sign[1]):
        yield Run("".join([char for char, _ in each]), role)
