"""Where log lines come from, one kind per file.

A module here whose name has no leading underscore is a kind of source. It declares ``SCHEMES``, the words
before the colon that it answers to, and ``open_spec(rest, name, opening)``, which gets what follows it.
"""

import asyncio
import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable
from functools import cache
from glob import has_magic
from typing import Protocol

from tui.engine.clock import Clock, SystemClock
from tui.engine.errors import UsageError
from tui.engine.model import SourceOptions
from tui.engine.named import STDIN, absolute, exists, identity, parted
from tui.engine.safe_text import safe_text
from tui.engine.sources._glob import LocalPattern, Pattern
from tui.engine.sources._opening import Opening
from tui.engine.sources._since import LineTime
from tui.engine.sources._source import Source
from tui.engine.text import t

__all__ = ["STDIN", "absolute", "expanded", "identity", "kind_of", "kinds", "open_source", "pattern_of"]


class Kind(Protocol):
    """What a module of this package declares."""

    SCHEMES: tuple[str, ...]

    def open_spec(self, rest: str, name: str, opening: Opening) -> Source:
        """Open what follows the scheme and its colon; ``name`` is empty where the user gave none."""


def kind_of(scheme: str) -> Kind | None:
    """Return the kind that answers to a scheme, None if there is none.

    Only its own module is imported: the one of the scheme's name, ``_`` for ``+``.
    """
    name = "stdin" if scheme == STDIN else scheme.replace("+", "_")
    if name.startswith("_") or not name.isidentifier() or importlib.util.find_spec(f"{__name__}.{name}") is None:
        return None
    module: Kind = importlib.import_module(f"{__name__}.{name}")
    return module if scheme in module.SCHEMES else None


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind of source by scheme; imports all of them."""
    modules = (
        importlib.import_module(f"{__name__}.{each.name}")
        for each in pkgutil.iter_modules(__path__)
        if not each.name.startswith("_")
    )
    return {scheme: module for module in modules for scheme in module.SCHEMES}


def open_source(
    spec: str,
    *,
    clock: Clock,
    since: float | None,
    line_time: LineTime,
    follow: bool = True,
    rotated: bool = False,
    stdin_fd: int = 0,
    bookmark: str = "",
    options: SourceOptions | None = None,
) -> Source:
    """Return the source that a user means by ``PATH``, ``SCHEME:REST``, ``-`` or ``NAME=SOURCE``.

    Nothing is opened yet: what cannot be read says so in its status.

    Args:
        spec: as typed.
        clock: tells arrival times and ages.
        since: where reading begins, in seconds since the epoch; None is the whole log, infinity only
            what is written from now on.
        line_time: event time of a raw line, None if it carries none.
        follow: go on with what is written later.
        rotated: begin with the rotated files of a path, oldest first; other kinds have none.
        stdin_fd: the descriptor that ``-`` reads.
        bookmark: where an earlier run ended; reading goes on there instead of at ``since``.
        options: what the user set about sources.

    Raises:
        UsageError: no kind of source is written like that.
    """
    opening = Opening(clock, since, line_time, follow, rotated, stdin_fd, bookmark, options or SourceOptions())
    name, scheme, rest, target = parted(spec)
    kind = kind_of(scheme)
    if kind is None:
        raise UsageError(t("sources.unknown_scheme", value=safe_text(spec)), _nearest(scheme, target))
    return kind.open_spec(rest, name, opening)


def pattern_of(spec: str, clock: Clock | None = None, options: SourceOptions | None = None) -> Pattern | None:
    """Return the pattern that a user means by ``PATTERN``, ``file:PATTERN`` or ``ssh://HOST/PATTERN``, named or not.

    None is any other source. ``options`` is what the user set about sources.

    Raises:
        UsageError: it is written wrongly.
    """
    name, scheme, rest, _ = parted(spec)
    if scheme == "file" and has_magic(rest) and not exists(rest):
        return LocalPattern(name, rest)
    if scheme == "ssh" and has_magic(rest):
        from tui.engine.sources._ssh_glob import RemotePattern, is_pattern  # noqa: PLC0415 - most runs need no asyncssh

        opening = Opening(clock or SystemClock(), None, lambda _: None, options=options or SourceOptions())
        return RemotePattern(rest, name, opening) if is_pattern(rest) else None
    return None


def expanded(specs: Iterable[str], options: SourceOptions | None = None) -> list[str]:
    """Return the sources with the files of this moment in the place of each pattern, by name.

    A pattern that nothing matches stays, as does one of a machine that cannot be asked: both explain themselves when
    they are opened. With a pattern of another machine, not to be called within an event loop.
    """
    found: dict[str, None] = {}
    for spec in specs:
        pattern = pattern_of(spec, options=options)
        found |= dict.fromkeys(sorted(_matching(pattern) if pattern else []) or [spec])
    return list(found)


def _matching(pattern: Pattern) -> list[str]:
    if isinstance(pattern, LocalPattern):
        return pattern.specs()
    try:
        return asyncio.run(pattern.look())
    except OSError:
        return []


def _nearest(scheme: str, target: str) -> str:
    """Say what is known, or which scheme was probably meant."""
    known = [each for each in kinds() if each != STDIN]
    close = difflib.get_close_matches(scheme, known, n=1)
    if close:
        return t("sources.did_you_mean", scheme=close[0])
    return t("sources.known_schemes", known=", ".join(f"{each}:" for each in known), path=safe_text(target))
