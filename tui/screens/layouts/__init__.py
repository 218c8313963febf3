"""Layouts, one TOML file each: which panels stand where, at each size of the terminal.

Beside the ones of the package a folder of the user's is read; a layout there takes the place of one with its name.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from tui.engine.errors import ConfigError
from tui.engine.text import t

SIZES = {"wide": (160, 32), "grid": (100, 32), "column": (0, 0)}
"""The least width and height of each kind of terminal, the largest first."""

FIRST = ("on-call", "latency", "errors")
"""What ``p`` offers before all others."""

DEFAULT = FIRST[0]

LEAST_HEIGHT = 3
"""The border of a panel and one row."""

LEAST_SHARE = 5
"""The same with room for something to read, for panels that take what is left."""

_KEYS = ("areas", "heights")


class Place(NamedTuple):
    """How much of the grid a panel takes."""

    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Layout:
    """Which panels stand where."""

    name: str
    plans: Mapping[str, Plan]
    """By the kind of terminal; ``column`` is always there."""

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
def load(panels: tuple[str, ...]) -> tuple[Layout, ...]:
    """Return every layout of the package; ``panels`` are the names that one may use."""
    found = [file for file in files(__name__).iterdir() if file.name.endswith(".toml")]
    return tuple(_layout(Path(file.name), file.read_text(encoding="utf-8"), panels) for file in found)


def load_own(folder: Path, panels: Collection[str]) -> Own:
    """Return the layouts of a folder; one that is wrong is told with its file, key and value, and left out."""
    good: list[Layout] = []
    problems: list[ConfigError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            good.append(_layout(path, _text(path), panels))
        except ConfigError as error:
            problems.append(error)
    return Own(tuple(good), tuple(problems))


def in_turn(layouts: Iterable[Layout]) -> tuple[Layout, ...]:
    """Return layouts in the order in which ``p`` goes through them; of two with one name the last counts."""
    by_name = {each.name: each for each in layouts}
    return tuple(by_name[name] for name in sorted(by_name, key=_turn))


def _turn(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


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


def _layout(path: Path, text: str, panels: Collection[str]) -> Layout:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(t("layout.unreadable", path=path, reason=error)) from error
    _check_keys(path, tables, SIZES)
    if "column" not in tables:
        raise ConfigError(t("layout.no_column", path=path), t("layout.no_column_remedy"))
    return Layout(path.stem, {kind: _plan(path, kind, table, panels) for kind, table in tables.items()})


def _plan(path: Path, kind: str, table: object, panels: Collection[str]) -> Plan:
    if not isinstance(table, dict):
        raise ConfigError(t("layout.no_table", path=path, key=kind))
    _check_keys(path, table, _KEYS, f"{kind}.")
    rows = [row.split() for row in _texts(path, f"{kind}.areas", table.get("areas"))]
    names = [name for row in rows for name in row]
    for name in names:
        if name not in panels:
            close = difflib.get_close_matches(name, panels, n=1)
            remedy = t("config.did_you_mean", key=close[0]) if close else t("layout.panels", names=", ".join(panels))
            raise ConfigError(t("layout.no_panel", path=path, key=f"{kind}.areas", name=name), remedy)
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
