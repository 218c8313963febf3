"""Letters and digits so large that they are read from across the room."""

import math
import unicodedata
from collections.abc import Iterable

_ROWS = 5

_FONT = {
    "A": ".##. #..# #### #..# #..#",
    "B": "###. #..# ###. #..# ###.",
    "C": ".### #... #... #... .###",
    "D": "###. #..# #..# #..# ###.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".### #... #.## #..# .###",
    "H": "#..# #..# #### #..# #..#",
    "I": "# # # # #",
    "J": "..# ..# ..# #.# .#.",
    "K": "#..# #.#. ##.. #.#. #..#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#...# ##..# #.#.# #..## #...#",
    "O": ".##. #..# #..# #..# .##.",
    "P": "###. #..# ###. #... #...",
    "Q": ".##. #..# #..# #.## .###",
    "R": "###. #..# ###. #.#. #..#",
    "S": ".### #... .##. ...# ###.",
    "T": "### .#. .#. .#. .#.",
    "U": "#..# #..# #..# #..# .##.",
    "V": "#...# #...# .#.#. .#.#. ..#..",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "#### ...# .##. #... ####",
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    " ": ".. .. .. .. ..",
    ":": ". # . # .",
    ".": ". . . . #",
    ",": ". . . . #",
    "-": "... ... ### ... ...",
    "–": "... ... ### ... ...",
    "+": "... .#. ### .#. ...",
    "%": "#.# ..# .#. #.. #.#",
    ">": "#.. .#. ..# .#. #..",
    "≥": "#.. .#. #.. ... ##.",
    "?": "### ..# .## ... .#.",
}
"""Five rows of dots each; a letter with an accent is drawn without it."""


Size = tuple[int, float]
"""Cells across and down that one dot takes."""

PLAIN: Size = (0, 0)
"""As it is: not even the smallest letters fit."""


def largest(texts: Iterable[str], width: int, height: int, *, ascii_only: bool = False) -> Size:
    """Return the largest size in which each text fits; half a row for a dot needs half blocks."""
    dots = max(len(_dots(text)[0]) for text in texts)
    for across, down in ((4, 2), (2, 1), (1, 1 if ascii_only else 0.5)):
        if dots * across <= width and math.ceil(_ROWS * down) <= height:
            return across, down
    return PLAIN


def big(text: str, size: Size, *, ascii_only: bool = False) -> list[str]:
    """Return ``text`` in large letters, rows of one width."""
    across, down = size
    if size == PLAIN:
        return [text]
    if down < 1:
        return _halves(_dots(text))
    return [_solid(row, across, ascii_only=ascii_only) for row in _dots(text) for _ in range(int(down))]


def _dots(text: str) -> list[str]:
    """Return the rows of dots of a text, one dot between letters."""
    letters = [_FONT.get(_plain(char), _FONT["?"]).split(" ") for char in text]
    return [".".join(letter[row] for letter in letters) for row in range(_ROWS)]


def _plain(char: str) -> str:
    if char in _FONT:
        return char
    return unicodedata.normalize("NFKD", char.upper())[:1]


def _solid(row: str, across: int, *, ascii_only: bool) -> str:
    return "".join((" " if dot == "." else "#" if ascii_only else "█") * across for dot in row)


def _halves(dots: list[str]) -> list[str]:
    """Return two rows of dots in each row of cells."""
    blank = "." * len(dots[0])
    padded = [*dots, blank]
    return [
        "".join(" ▄▀█"[2 * (upper == "#") + (lower == "#")] for upper, lower in zip(above, below, strict=True))
        for above, below in zip(padded[::2], padded[1::2], strict=True)
    ]
