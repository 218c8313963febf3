"""Sparklines, gauges and bars as rows of characters: pure functions, tested as pictures."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, pairwise

from widgets._glyphs import UNICODE, Glyphs
from widgets._lines import Line, Role, Run


def buckets(values: Sequence[float | None], width: int) -> list[float | None]:
    """Reduce a series to at most ``width`` points: the highest of neighbours, a gap only if all are."""
    if len(values) <= width:
        return list(values)
    edges = [i * len(values) // width for i in range(width + 1)]
    groups = [[v for v in values[a:b] if v is not None] for a, b in pairwise(edges)]
    return [max(group, default=None) for group in groups]


def sparkline(
    values: Sequence[float | None],
    width: int,
    height: int = 1,
    *,
    top: float | None = None,
    limits: Sequence[float] = (),
    glyphs: Glyphs = UNICODE,
) -> tuple[str, ...]:
    """Draw a series as bars, oldest left, newest at the right edge; ``None`` leaves a hole.

    Zero is a flat foot, anything above it at least one step higher. ``limits`` draws a line through the
    empty cells at each of these values, where the height lets them be told apart from the foot.
    """
    points = buckets(values, width)
    points[:0] = [None] * (width - len(points))
    highest = top or max([v for v in points if v is not None] + [*limits], default=0) or 1
    steps = [_steps(v, highest, height * 8) for v in points]
    lines = {min(height - 1, int(limit / highest * height * 0.999)) for limit in limits} if height > 1 else set()
    return tuple("".join(_cell(step, row, row in lines, glyphs) for step in steps) for row in reversed(range(height)))


def spark_lines(
    values: Sequence[float | None],
    width: int,
    height: int,
    *,
    top: float | None = None,
    limits: Sequence[float] = (),
    glyphs: Glyphs = UNICODE,
    cursor: int | None = None,
) -> list[Line]:
    """Return a sparkline as rows of runs, its limits and the column of the cursor's value in roles of their own."""
    limited = tuple(limits)
    return [*_spark_lines(tuple(values), width, height, top=top, limits=limited, glyphs=glyphs, cursor=cursor)]


@lru_cache(maxsize=64)
def _spark_lines(
    values: tuple[float | None, ...],
    width: int,
    height: int,
    *,
    top: float | None,
    limits: tuple[float, ...],
    glyphs: Glyphs,
    cursor: int | None,
) -> tuple[Line, ...]:
    """Draw it, once for as long as a minute adds nothing to it: panels are drawn again for what stands beside it."""
    rows = sparkline(values, width, height, top=top, limits=limits, glyphs=glyphs)
    at = None if cursor is None else column_of(cursor, len(values), width)

    def role(place: int, char: str) -> Role:
        return "picked" if place == at else "limit" if char == glyphs.limit else "series-1"

    return tuple(
        tuple(
            Run("".join(char for _, char in chars), shown)
            for shown, chars in groupby(enumerate(row), key=lambda item: role(*item))
        )
        for row in rows
    )


def column_of(place: int, count: int, width: int) -> int:
    """Return the column of a sparkline that a value went into."""
    if count <= width:
        return width - count + place
    return next(i for i in range(width) if place < (i + 1) * count // width)


def _steps(value: float | None, highest: float, most: int) -> int | None:
    """Return the height of a bar in eighths of a cell, ``None`` for a hole."""
    if value is None:
        return None
    if value <= 0:
        return 1
    return max(2, min(most, round(value / highest * most)))


def _cell(step: int | None, row: int, on_limit: bool, glyphs: Glyphs) -> str:
    filled = (step or 0) - row * 8
    if filled > 0:
        return glyphs.levels[min(8, filled) - 1]
    return glyphs.limit if on_limit else " "


def gauge(value: float | None, width: int, *, top: float, marks: Sequence[float], glyphs: Glyphs = UNICODE) -> str:
    """Draw a value from 0 to ``top`` as one row with a mark at each limit."""
    at = {place(mark, top, width) for mark in marks}
    filled = 0 if not value else max(1, min(width, round(value / top * width)))
    return "".join(
        (glyphs.full_mark if i in at else glyphs.full) if i < filled else (glyphs.rest_mark if i in at else glyphs.rest)
        for i in range(width)
    )


def filled_part(value: float | None, width: int, top: float) -> int:
    """Return how many cells of a gauge are filled."""
    return 0 if not value else max(1, min(width, round(value / top * width)))


def place(mark: float, top: float, width: int) -> int:
    """Return the cell of a gauge at which a limit stands."""
    return min(width - 1, int(mark / top * width))


def scale(width: int, *, top: float, marks: Sequence[tuple[float, str]]) -> str:
    """Write the limits under a gauge, each at its mark; one that would touch its neighbour stays away."""
    row = [" "] * width
    taken = -1
    for mark, text in marks:
        start = min(place(mark, top, width), width - len(text))
        if start > taken:
            row[start : start + len(text)] = text
            taken = start + len(text)
    return "".join(row)


def bar(part: float, width: int, glyphs: Glyphs = UNICODE) -> str:
    """Draw a share (0…1) as a progress bar."""
    filled = round(max(0.0, min(1.0, part)) * width)
    return glyphs.full * filled + glyphs.rest * (width - filled)
