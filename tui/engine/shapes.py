"""What a line looks like once everything that varies between lines of its kind is masked."""

import re

WORDS = 14
"""A shape is the beginning of a line: later words are often what somebody said."""

_QUOTED = re.compile(r"\"[^\"]{0,400}+\"|'[^']{0,400}+'")
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_][\w.-]{0,40}[=:])?\S*\d\S*")
_REPEATED = re.compile(r"(?:# ){1,400}#(?!\S)")


def line_shape(text: str) -> str:
    """Return a line with its quoted texts, numbers, ids and times as ``#``: equal for lines of one kind."""
    words = _QUOTED.sub("#", text[:400]).split()
    masked = (_VARIABLE.sub(lambda found: f"{found['name'] or ''}#", word) for word in words[:WORDS])
    return _REPEATED.sub("#", " ".join(masked)) + (" …" if len(words) > WORDS else "")
