"""What an envelope promises, how all of them are found, and how a line is taken out of them."""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from datetime import tzinfo
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

from tui.engine.envelopes._cleaning import clean_text, is_clean, without_head
from tui.engine.envelopes._stamps import is_zoned, seconds
from tui.engine.model import Level

MAX_LAYERS = 4

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Layer(NamedTuple):
    """What one wrapping said and what was inside."""

    message: str
    level: Level | None = None
    stamp: str | float | None = None
    """Time as written, or seconds since the epoch."""
    platform: bool = False
    """The time is the platform's, not the application's (formats §2.5)."""
    fields: Mapping[str, object] | None = None
    logger: str = ""
    more: str = ""
    partial: bool | None = None
    """Of a wrapping that splits long lines: more of this one follows (True) or this ends it (False)."""


class Envelope(Protocol):
    """One wrapping: a module-level object named ``ENVELOPE`` in a file of this package."""

    name: str
    rank: int
    """Lower is tried earlier; the narrower form comes first."""
    starts: str
    """Every character such a line can begin with."""
    candidates: re.Pattern[bytes] | None
    """Finds raw lines that must be read although no dialect's word is visible in them, if there are any."""

    def unwrap(self, text: str) -> Layer | None:
        """Return what is inside, or None if the text is not wrapped this way."""


class Unwrapped(NamedTuple):
    """A line out of all its wrappings."""

    message: str
    level: Level | None = None
    stamps: tuple[tuple[str | float, bool], ...] = ()
    """(time as written, is it the platform's) from the outside in."""
    fields: Mapping[str, object] | None = None
    logger: str = ""
    more: str = ""
    partial: bool = False
    """The message goes on in the next line."""
    joins: bool = False
    """The line came through a wrapping that splits lines: it may end what was begun before."""

    def time(self, tz: tzinfo | None, now: float) -> float | None:
        """Return the event time: innermost with a zone, else the platform's, else innermost (formats §2.5)."""
        if len(self.stamps) < 2:
            return seconds(self.stamps[0][0], tz, now) if self.stamps else None
        zoned = [stamp for stamp, _ in self.stamps if is_zoned(stamp)]
        platform = [stamp for stamp, outer in self.stamps if outer]
        inner = [stamp for stamp, _ in self.stamps]
        for stamps in (zoned, platform, inner):
            for stamp in reversed(stamps):
                found = seconds(stamp, tz, now)
                if found is not None:
                    return found
        return None


@cache
def envelopes() -> tuple[Envelope, ...]:
    """Return every envelope of this package in the order of trial."""
    package = importlib.import_module(__package__ or "tui.engine.envelopes")
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")]
    found: list[Envelope] = [importlib.import_module(f"{package.__name__}.{name}").ENVELOPE for name in names]
    return tuple(sorted(found, key=lambda envelope: (envelope.rank, envelope.name)))


@lru_cache(maxsize=512)
def _starting_with(char: str) -> tuple[Envelope, ...]:
    return tuple(envelope for envelope in envelopes() if char in envelope.starts)


def unwrap(text: str, begun: str = "") -> Unwrapped:
    """Take a decoded line out of its wrappings, at most four, from the outside in (formats §2.2).

    Args:
        text: the line without its newline.
        begun: what an earlier, split line left unfinished; joined where a wrapping says that lines split.
    """
    clean = is_clean(text)
    text = without_head(text) if clean else clean_text(text)
    level: Level | None = None
    stamps: list[tuple[str | float, bool]] = []
    fields: Mapping[str, object] | None = None
    logger = more = ""
    joins = False
    for _ in range(MAX_LAYERS):
        layer = _outermost(text)
        if layer is None:
            break
        outer, text = text, layer.message
        level = layer.level or level
        if layer.stamp is not None:
            stamps.append((layer.stamp, layer.platform))
        fields = layer.fields if layer.fields is not None else fields
        logger = layer.logger or logger
        more = layer.more or more
        if layer.partial is not None:
            joins = True
            text, begun = begun + text, ""
            if layer.partial:
                return Unwrapped(text, level, tuple(stamps), fields, logger, more, partial=True, joins=True)
        clean = (clean and outer.endswith(text)) or is_clean(text)  # a part of what is clean needs no second look
        if clean:
            text = without_head(text)
        else:
            text, line_end, rest = clean_lines(text)
            more = f"{rest}\n{more}" if line_end and more else rest or more
    return Unwrapped(text, level, tuple(stamps), fields, logger, more, joins=joins)


def clean_lines(text: str) -> tuple[str, str, str]:
    """Return the cleaned first line, the newline if there was one, and the rest."""
    if "\n" not in text:
        return clean_text(text), "", ""
    first, line_end, rest = text.partition("\n")
    return clean_text(first), line_end, rest.rstrip("\n")


def _outermost(text: str) -> Layer | None:
    for envelope in _starting_with(text[0]) if text else ():
        layer = envelope.unwrap(text)
        if layer is not None:
            return layer
    return None
