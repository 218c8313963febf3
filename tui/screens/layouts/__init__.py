"""Layouts, one TOML file each: which panels stand where, at each size of the terminal, or which pages a wallboard has.

Beside the ones of the package a folder of the user's is read; a layout there takes the place of one with its name.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tui.engine.errors import ConfigError, UsageError
from tui.engine.frozen import frozen
from tui.engine.text import t
from tui.engine.when import parse_span
from tui.screens._panels import NAMES
from widgets._pages import PAGES

SIZES = {"wide": (160, 32), "grid": (100, 32), "column": (0, 0)}
"""The least width and height of each kind of terminal, the largest first."""

FIRST = ("on-call", "latency", "errors")
"""What ``p`` offers before all others; a wallboard comes after them."""

DEFAULT = FIRST[0]

LEAST_HEIGHT = 3
"""The border of a panel and one row."""

LEAST_SHARE = 5
"""The same with room for something to read, for panels that take what is left."""

USUAL_TURN = "20s"

_KEYS = ("areas", "heights")
_WALL_KEYS = ("pages", "every")


class Place(NamedTuple):
    """How much of the grid a panel takes."""

    columns: int
    rows: int


@frozen
class Plan:
    """Where panels stand on a terminal of one kind."""

    columns: int
    heights: tuple[str, ...]
    """Of each row, as the style sheet writes it: cells, or a share of what is left (``2fr``)."""
    places: Mapping[str, Place]
    """By the panel's name, from left to right and from top to bottom; they fill the grid."""

    @property
    def least_height(self) -> int:
        """The cells below which there is nothing to share, and the panels are scrolled."""
        return sum(int(height) if height.isdigit() else LEAST_SHARE for height in self.heights)


@frozen
class Layout:
    """Which panels stand where, or what a wallboard shows."""

    name: str
    plans: Mapping[str, Plan] = field(default_factory=dict)
    """By the kind of terminal; ``column`` is always there, unless this is a wallboard."""
    pages: tuple[str, ...] = ()
    """Of a wallboard, in their order."""
    every_s: float = 0.0
    """How long each of them stays."""

    def plan(self, width: int, height: int) -> Plan:
        """Return the plan for the largest kind of terminal that this one is."""
        fitting = (
            kind for kind, least in SIZES.items() if kind in self.plans and width >= least[0] and height >= least[1]
        )
        return self.plans[next(fitting)]


class Own(NamedTuple):
    """The user's layouts, and what is wrong with others of them."""

    layouts: tuple[Layout, ...] = ()
    problems: tuple[ConfigError, ...] = ()


@cache
def load() -> tuple[Layout, ...]:
    """Return every layout of the package."""
    found = Path(__file__).parent.glob("*.toml")
    return tuple(_layout(Path(file.name), file.read_text(encoding="utf-8")) for file in found)


def load_own(folder: Path) -> Own:
    """Return the layouts of a folder; one that is wrong is told with its file, key and value, and left out."""
    good: list[Layout] = []
    problems: list[ConfigError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            good.append(_layout(path, _text(path)))
        except ConfigError as error:
            problems.append(error)
    return Own(tuple(good), tuple(problems))


def in_turn(layouts: Iterable[Layout]) -> tuple[Layout, ...]:
    """Return layouts in the order in which ``p`` goes through them; of two with one name the last counts."""
    by_name = {each.name: each for each in layouts}
    return tuple(sorted(by_name.values(), key=_turn))


def _turn(layout: Layout) -> tuple[bool, int, str]:
    name = layout.name
    return bool(layout.pages), FIRST.index(name) if name in FIRST else len(FIRST), name


def named(name: str, layouts: Sequence[Layout]) -> Layout:
    """Return the layout with a name.

    Raises:
        ConfigError: there is no such layout.
    """
    for each in layouts:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in layouts)
    raise ConfigError(t("layout.unknown", name=name), t("layout.known", names=names))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(t("layout.unreadable", path=path, reason=error)) from error


def _layout(path: Path, text: str) -> Layout:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(t("layout.unreadable", path=path, reason=error)) from error
    if not tables.keys().isdisjoint(_WALL_KEYS):
        return _wallboard(path, tables)
    _check_keys(path, tables, SIZES)
    if "column" not in tables:
        raise ConfigError(t("layout.no_column", path=path), t("layout.no_column_remedy"))
    return Layout(path.stem, {kind: _plan(path, kind, table) for kind, table in tables.items()})


def _wallboard(path: Path, tables: Mapping[str, Any]) -> Layout:
    _check_keys(path, tables, _WALL_KEYS)
    pages = _texts(path, "pages", tables.get("pages", list(PAGES)))
    for name in pages:
        if name not in PAGES:
            _refuse_name(path, "pages", name, PAGES, "layout.no_page")
    try:
        every_s = parse_span(str(tables.get("every", USUAL_TURN)))
    except UsageError as error:
        raise ConfigError(t("layout.every", path=path, reason=error.message), error.remedy) from None
    if not pages or not every_s:
        raise ConfigError(t("layout.no_pages", path=path), t("layout.names", names=", ".join(PAGES)))
    return Layout(path.stem, pages=tuple(dict.fromkeys(pages)), every_s=every_s)


def _refuse_name(path: Path, key: str, name: str, known: Sequence[str], what: str) -> NoReturn:
    close = difflib.get_close_matches(name, known, n=1)
    remedy = t("config.did_you_mean", key=close[0]) if close else t("layout.names", names=", ".join(known))
    raise ConfigError(t(what, path=path, key=key, name=name), remedy)


def _plan(path: Path, kind: str, table: object) -> Plan:
    if not isinstance(table, dict):
        raise ConfigError(t("layout.no_table", path=path, key=kind))
    _check_keys(path, table, _KEYS, f"{kind}.")
    rows = [row.split() for row in _texts(path, f"{kind}.areas", table.get("areas"))]
    names = [name for row in rows for name in row]
    for name in names:
        if name not in NAMES:
            _refuse_name(path, f"{kind}.areas", name, NAMES, "layout.no_panel")
    if len({len(row) for row in rows}) != 1 or not names:
        raise ConfigError(t("layout.uneven", path=path, key=f"{kind}.areas"), t("layout.uneven_remedy"))
    places = {name: _place(path, f"{kind}.areas", name, rows) for name in dict.fromkeys(names)}
    return Plan(len(rows[0]), _heights(path, f"{kind}.heights", table.get("heights"), len(rows)), places)


def _place(path: Path, key: str, name: str, rows: Sequence[Sequence[str]]) -> Place:
    """Return how much a panel takes; its cells have to be a rectangle."""
    cells = [(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == name]
    height = max(y for y, _ in cells) - min(y for y, _ in cells) + 1
    width = max(x for _, x in cells) - min(x for _, x in cells) + 1
    if width * height != len(cells):
        raise ConfigError(t("layout.no_rectangle", path=path, key=key, name=name), t("layout.no_rectangle_remedy"))
    return Place(width, height)


def _heights(path: Path, key: str, value: object, rows: int) -> tuple[str, ...]:
    if value is None:
        return ("1fr",) * rows
    if not isinstance(value, list) or len(value) != rows:
        raise ConfigError(t("layout.heights", path=path, key=key, value=value, rows=rows))
    for height in value:
        share = isinstance(height, str) and re.fullmatch(r"[1-9]\d?fr", height)
        if not share and (type(height) is not int or height < LEAST_HEIGHT):
            remedy = t("layout.height_remedy", least=LEAST_HEIGHT)
            raise ConfigError(t("layout.height", path=path, key=key, value=height), remedy)
    return tuple(map(str, value))


def _texts(path: Path, key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ConfigError(t("layout.no_texts", path=path, key=key, value=value), t("layout.uneven_remedy"))
    return value


def _check_keys(path: Path, table: Mapping[str, Any], known: Iterable[str], prefix: str = "") -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            remedy = t("config.did_you_mean", key=close[0]) if close else t("config.known_keys", keys=", ".join(known))
            raise ConfigError(t("config.unknown_key", where=path, key=f"{prefix}{key}"), remedy)
