"""What a user sets about sources, and what a source tells of its attempts."""

from collections.abc import Mapping
from typing import NamedTuple

from tui.engine.frozen import frozen


@frozen
class SourceOptions:
    """Settings that reach every source."""

    insecure_hosts: frozenset[str] = frozenset()
    """Hosts whose key nobody checks, as typed in the address: each was named for it in the user's own file."""
    expect_every_s: float | None = None
    """Silence after which a source counts as stale, although reading works; None is never."""
    environment: Mapping[str, str] | None = None
    """Where tokens are found; None is the environment of the process."""


class SourceStep(NamedTuple):
    """One thing that was tried on the way to the lines, for ``voxtop doctor``."""

    what: str
    """A sentence in the user's language; texts from outside passed ``safe_text``."""
    ok: bool
    detail: str = ""
    remedy: str = ""
