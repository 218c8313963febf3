"""What a dialect promises, how all of them are found, and how a record gets its meaning."""

import importlib
import pkgutil
from collections.abc import Sequence
from enum import Enum, auto
from functools import cache
from typing import Protocol

from tui.engine.dialects._speech import is_speech
from tui.engine.model import LogEvent, LogLine


class Nothing(Enum):
    """A record that is understood and gives no event; no later dialect is asked."""

    HEALTHY = auto()
    """Says nothing that any figure needs."""
    BAD_SAMPLE = auto()
    """A latency that cannot be one: not a number, not above zero, or above two minutes (semantics R17)."""


Meaning = LogEvent | Nothing | None


class Dialect(Protocol):
    """How one orchestrator writes: a module-level object named ``DIALECT`` in a file of this package."""

    name: str
    rank: int
    """Lower is asked earlier; the one that knows any log at all comes last."""
    candidates: tuple[bytes, ...]
    """Pieces of text: every raw line that may give an event holds one, also where JSON escaped its characters."""
    signature: tuple[bytes, ...]
    """Pieces of text that show raw lines to be of this family's writing at all, for the coverage figure."""

    def parse(self, line: LogLine) -> Meaning:
        """Return the event, ``Nothing`` for a known line without one, or None for a line of others."""


_users: list[Dialect] = []


def use_dialects(users: Sequence[Dialect]) -> None:
    """Ask these too from now on, in place of those of an earlier call; make parsers afterwards."""
    _users[:] = users
    dialects.cache_clear()


def own_dialects() -> tuple[Dialect, ...]:
    """Return the user's own dialects in use, such as another process needs for its own ``use_dialects``."""
    return tuple(_users)


@cache
def dialects() -> tuple[Dialect, ...]:
    """Return every dialect of this package and the user's own in the order in which they are asked."""
    package = importlib.import_module(__package__ or "tui.engine.dialects")
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")]
    found: list[Dialect] = [importlib.import_module(f"{package.__name__}.{name}").DIALECT for name in names]
    return tuple(sorted([*_users, *found], key=lambda dialect: (dialect.rank, dialect.name)))


def meaning(line: LogLine) -> Meaning:
    """Ask the dialects in order; what people and models say is never searched (semantics R79)."""
    if is_speech(line.message):
        return Nothing.HEALTHY
    for dialect in dialects():
        found = dialect.parse(line)
        if found is not None:
            return found
    return None
