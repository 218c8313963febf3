"""Pieces of plain text without which a pattern cannot match: what makes searching a log for it cheap."""

import re

MIN_LENGTH = 3

_NO_ANALYSIS = re.compile(r"\(\?[a-zA-Z-]*[^P:<a-zA-Z-]|\(\?[a-zA-Z-]*i|\\[QxC]")
"""Flags, quoting and written-out codes: rare, and not worth being wrong about."""

_GROUP = re.compile(r"\((?:\?P?<\w+>|\?[a-zA-Z-]*:)?")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]")
_ESCAPE = re.compile(r"\\(?:[pP](?:\{[^}]*\}|.)|.)")
_QUANTIFIER = re.compile(r"(?P<sign>[*+?]|\{(?P<least>\d*),?\d*\})\??")
_UNSAFE = set("\"'\\/<>&")
"""What loggers escape inside JSON, so that the raw line may not show it as it is."""


def longest_literal(pattern: str) -> str:
    """Return the longest plain text that every match of a pattern contains, empty if none is sure enough."""
    if _NO_ANALYSIS.search(pattern):
        return ""
    runs, _ = _sequence(pattern, 0)
    longest = max(runs, key=len, default="")
    return longest if len(longest) >= MIN_LENGTH else ""


def _sequence(pattern: str, at: int) -> tuple[list[str], int]:
    """Return the runs that one level of a pattern needs, and where that level ends."""
    runs, run, branches = [], "", False
    while at < len(pattern) and pattern[at] != ")":
        inner, char, at, alternative = _atom(pattern, at)
        branches = branches or alternative
        quantifier = _QUANTIFIER.match(pattern, at)
        if quantifier:
            at = quantifier.end()
            if quantifier["sign"] in {"*", "?"} or (quantifier["sign"] != "+" and quantifier["least"] in {"", "0"}):
                inner, char = [], ""
        run += char
        runs += inner
        if quantifier or not char:
            runs.append(run)
            run = ""
    return ([] if branches else [*runs, run]), at


def _atom(pattern: str, at: int) -> tuple[list[str], str, int, bool]:
    """Return what the atom needs inside, its plain character if it is one, its end, and whether it is a ``|``."""
    char = pattern[at]
    if char == "(":
        found = _GROUP.match(pattern, at)
        inner, end = _sequence(pattern, found.end() if found else at + 1)
        return inner, "", end + 1, False
    if char == "[":
        found = _CLASS.match(pattern, at)
        return [], "", found.end() if found else len(pattern), False
    if char == "\\":
        found = _ESCAPE.match(pattern, at)
        end = found.end() if found else len(pattern)
        return [], _plain(pattern[at + 1 : end]), end, False
    if char in ".^$|":
        return [], "", at + 1, char == "|"
    return [], char if char.isascii() and char.isprintable() and char not in _UNSAFE else "", at + 1, False


def _plain(escaped: str) -> str:
    """Return the character an escape stands for, if it is a plain one."""
    plain = len(escaped) == 1 and escaped.isascii() and not escaped.isalnum() and escaped not in _UNSAFE
    return escaped if plain else ""
