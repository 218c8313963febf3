"""How a source is typed: ``PATH``, ``SCHEME:REST``, ``-`` or ``NAME=SOURCE``."""

import os
import re
from pathlib import Path
from typing import NamedTuple

STDIN = "-"

_NAMED = re.compile(r"([\w.-]+)=(.+)", re.DOTALL)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+-]*):(.*)", re.DOTALL)


class Parted(NamedTuple):
    """The parts of a source as typed."""

    name: str
    """Empty where none was given."""
    scheme: str
    """In small letters; ``file`` for a path without one."""
    rest: str
    """What follows the scheme and its colon."""
    target: str
    """All behind the name."""


def parted(spec: str) -> Parted:
    """Take a source apart; a word before a colon or ``=`` is none where the whole is the path of something."""
    name, target = _split_name(spec)
    return Parted(name, *_split_scheme(target), target)


def identity(spec: str) -> str:
    """Return what a source is, wherever the program is called from: a local path in full, the rest as typed."""
    _, scheme, rest, target = parted(spec)
    return f"file:{os.path.abspath(rest)}" if scheme == "file" else target  # noqa: PTH100 - a path without its links resolved


def absolute(spec: str) -> str:
    """Return the source as it can be typed anywhere: a local path in full, anything else as it is."""
    name, scheme, rest, _ = parted(spec)
    if scheme != "file":
        return spec
    path = os.path.abspath(os.path.expanduser(rest))  # noqa: PTH100, PTH111 - without its links resolved
    plain = path if _split_scheme(path) == ("file", path) else f"file:{path}"
    return f"{name}={plain}" if name else plain


def _split_name(spec: str) -> tuple[str, str]:
    """Take off a display name, unless the whole is the path of something."""
    match = _NAMED.fullmatch(spec)
    return (match[1], match[2]) if match and not exists(spec) else ("", spec)


def _split_scheme(target: str) -> tuple[str, str]:
    """Return the scheme and what follows it; what has none is a path."""
    if target == STDIN:
        return STDIN, ""
    match = _SCHEME.fullmatch(target)
    return (match[1].lower(), match[2]) if match and not exists(target) else ("file", target)


def exists(path: str) -> bool:
    """Tell whether there is such a path; what cannot be one is not there."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False
