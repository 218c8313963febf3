"""The signs that panels draw with: Unicode, or ASCII where the terminal cannot do better."""

import unicodedata
from functools import lru_cache
from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender

from tui.engine.frozen import frozen
from tui.engine.model import SourceState, Status


@frozen
class Glyphs:
    """One set of signs, each a single cell wide."""

    status: tuple[str, str, str, str]
    """Signs of OK, no data, warning and critical, in the order of ``Status.rank``."""
    levels: str
    """Eight heights of a bar, lowest first."""
    full: str
    rest: str
    full_mark: str
    """A limit on the filled part of a gauge."""
    rest_mark: str
    limit: str
    """A limit line through an empty part of a sparkline."""
    column: str
    """The cursor through an empty part of a chart."""
    idle: str
    """A source that is neither good nor bad."""
    over: str
    tick: str
    no_tick: str
    pointer: str
    ascii: bool = False

    def of(self, status: Status) -> str:
        """Return the sign of a state."""
        return self.status[status.rank]

    def of_source(self, state: SourceState) -> str:
        """Return the sign of what a source is doing."""
        if state is SourceState.LIVE:
            return self.status[0]
        if state is SourceState.FAILED:
            return self.status[3]
        if state is SourceState.STALE:
            return self.status[2]
        return self.idle if state in {SourceState.QUIET, SourceState.ENDED} else self.status[1]

    def plain(self, text: str) -> str:
        """Return ``text`` in signs that the terminal can show."""
        return _to_ascii(text) if self.ascii and not text.isascii() else text


UNICODE = Glyphs(
    status=("●", "◌", "▲", "✖"),
    levels="▁▂▃▄▅▆▇█",
    full="━",
    rest="─",
    full_mark="┿",
    rest_mark="┼",
    limit="╌",
    column="┊",
    idle="○",
    over="≥",
    tick="☑",
    no_tick="☐",
    pointer="▸",
)
ASCII = Glyphs(
    status=("*", "?", "!", "X"),
    levels="_.,:;+*#",
    full="=",
    rest="-",
    full_mark="#",
    rest_mark="+",
    limit="-",
    column="|",
    idle="o",
    over=">=",
    tick="x",
    no_tick="_",
    pointer=">",
    ascii=True,
)

_ASCII_SIGNS = {
    "+": "┤├┼┬┴┌┐└┘╭╮╰╯┏┓┗┛┿",
    "|": "│┃▌▐▎▊▕▏",
    "-": "–—─━╌",
    "_": "▁▄☐",
    "#": "█",
    ".": "·",
    ">": "→▸≥",
    "<": "←≤⏎",
    "^": "↑▀▔",
    "v": "↓",
    "x": "×☑",
    "~": "…",
    "*": "●",
    "o": "○",
    "?": "◌¿",
    "!": "▲¡",
    "X": "✖",
    "E": "€",
    "u": "\u00b5",
    '"': "«»",
}
"""What ASCII sign stands for which others, each a single cell wide."""

_SIGNS = str.maketrans({sign: plain for plain, signs in _ASCII_SIGNS.items() for sign in signs})
_in_use = UNICODE


class PlainBar(ScrollBarRender):
    """A scroll bar of whole cells: ASCII has no signs for parts of one."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def use_glyphs(*, unicode: bool) -> None:
    """Choose the signs of everything drawn from now on."""
    global _in_use  # noqa: PLW0603 - one program draws on one terminal
    _in_use = UNICODE if unicode else ASCII
    ScrollBar.renderer = ScrollBarRender if unicode else PlainBar


def glyphs_in_use() -> Glyphs:
    """Return the signs that panels draw with."""
    return _in_use


@lru_cache(maxsize=4096)
def _to_ascii(text: str) -> str:
    """Return ``text`` with accents taken off and every other foreign sign as ``?``, cell for cell."""
    out = []
    for char in text.translate(_SIGNS):
        base = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
        wide = unicodedata.east_asian_width(char) in "WF"
        out.append("??" if wide else (base[:1] or ("" if unicodedata.combining(char) else "?")))
    return "".join(out)
