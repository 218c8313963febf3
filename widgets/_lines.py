"""Rows of text with a role per run, and how to make them fit: what every panel draws with."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

Role = Literal[
    "text",
    "label",
    "strong",
    "dim",
    "ok",
    "no-data",
    "warning",
    "critical",
    "badge-ok",
    "badge-no-data",
    "badge-warning",
    "badge-critical",
    "badge-paused",
    "badge-replay",
    "series-1",
    "series-2",
    "series-3",
    "limit",
    "hint",
    "cursor",
    "picked",
]
"""What a run is; the theme decides how it looks. Green, amber and red are states and nothing else."""


class Run(NamedTuple):
    """Some text in one role."""

    text: str
    role: Role = "text"


Line = tuple[Run, ...]


class Column(NamedTuple):
    """How one column of a table is laid out."""

    title: str = ""
    right: bool = False
    rank: int = 0
    """When room is short, the highest rank goes first; rank 0 always stays."""
    least: int = 0
    """May be cut to this many cells before a column is left out; 0 is never cut."""
    stretch: bool = False
    """Takes the room that is left."""


LONG = 256
"""The cells of longer text are not kept: a table of whole lines of a log would be a table of megabytes."""


def cells_of(text: str) -> int:
    """Return the cells that text takes; asked so often that it is a tenth of a picture."""
    return _cells_kept(text) if len(text) < LONG else cell_len(text)


_cells_kept = lru_cache(maxsize=4096)(cell_len)


def width_of(line: Line) -> int:
    """Return the cells that a row takes."""
    return sum([cells_of(text) for text, _ in line])


def crop(text: str, width: int) -> str:
    """Cut text to ``width`` cells and mark the cut."""
    if cells_of(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 1 else "…"[:width]


def fit(line: Line, width: int) -> Line:
    """Cut or pad a row to exactly ``width`` cells."""
    out: list[Run] = []
    left = width
    for run in line:
        cells = cells_of(run.text)
        if cells > left:
            out.append(run._replace(text=crop(run.text, left)))
            left = 0
            break
        out.append(run)
        left -= cells
    return (*out, Run(" " * left)) if left else tuple(out)


def first_fit(width: int, *candidates: Line) -> Line:
    """Return the first candidate that fits, else the last one, cut by whoever shows it."""
    return next((line for line in candidates if width_of(line) <= width), candidates[-1])


def spread(left: Line, right: Line, width: int) -> Line:
    """Put one row at each edge; the right one stays away when there is no room for both."""
    room = width - width_of(left) - width_of(right)
    return (*left, Run(" " * room), *right) if room >= 2 else left


def joined(parts: Sequence[Line], width: int, between: str = " · ") -> Line:
    """Join as many parts as fit, most important first."""
    out: Line = ()
    for part in parts:
        longer = (*out, Run(between, "dim"), *part) if out else part
        if out and width_of(longer) > width:
            break
        out = longer
    return out


def wrap(text: str, width: int) -> list[str]:
    """Break text at spaces into rows of at most ``width`` cells; a longer word is cut into pieces."""
    rows = [""]
    for word in re.findall(r"\S+", text):
        piece = word
        if rows[-1] and cells_of(rows[-1]) + 1 + cells_of(piece) <= width:
            rows[-1] += f" {piece}"
            continue
        if rows[-1]:
            rows.append("")
        while cells_of(piece) > width:
            head = set_cell_size(piece, width).rstrip() or piece[0]
            rows[-1] = head
            rows.append("")
            piece = piece[len(head) :]
        rows[-1] = piece
    return rows


def table(columns: Sequence[Column], rows: Sequence[Sequence[Run]], width: int, *, header: bool = True) -> list[Line]:
    """Align rows into columns, leaving out columns of high rank until the rest fits."""
    widths = [_column_width(column, [row[i].text for row in rows], header=header) for i, column in enumerate(columns)]
    shown = [i for i, cells in enumerate(widths) if cells]
    while sum(_least(columns[i], widths[i]) + 2 for i in shown) - 2 > width:
        worst = max(shown, key=lambda i: columns[i].rank)
        if columns[worst].rank == 0:
            break
        shown.remove(worst)
    spare = width - sum(widths[i] + 2 for i in shown) + 2
    for i in shown:
        if columns[i].stretch or (columns[i].least and spare < 0):
            widths[i] = max(_least(columns[i], widths[i]), widths[i] + spare)
            break
    titles = [[Run(column.title, "label") for column in columns]] if header else []
    return [_table_row(row, columns, widths, shown) for row in (*titles, *rows)]


def _column_width(column: Column, texts: Sequence[str], *, header: bool) -> int:
    return max([cells_of(text) for text in texts] + [cells_of(column.title) if header else 0])


def _least(column: Column, width: int) -> int:
    return min(width, column.least or width)


def _table_row(row: Sequence[Run], columns: Sequence[Column], widths: Sequence[int], shown: Sequence[int]) -> Line:
    out: list[Run] = []
    for place, i in enumerate(shown):
        text = crop(row[i].text, widths[i])
        pad = Run(" " * (widths[i] - cells_of(text)))
        cell = Run(text, row[i].role)
        out += [pad, cell] if columns[i].right else [cell, pad]
        if place < len(shown) - 1:
            out.append(Run("  "))
    return tuple(run for run in out if run.text)
