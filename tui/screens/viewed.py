"""What one looks at: enough to open the same view again."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field

from tui.engine.frozen import frozen
from tui.engine.named import absolute
from tui.engine.safe_text import safe_text


@frozen
class View:
    """One view; what is empty is as usual."""

    layout: str = ""
    theme: str = ""
    """By its short name."""
    scope: str = ""
    """A source or a host; outside text."""
    filter: str = ""
    """Of the recent errors."""
    panel: str = ""
    """The one with all the room."""
    at: str = ""
    """The moment shown, as it is typed; empty is now."""


HERE = "localhost"
"""What this machine is called where hosts are."""


@frozen
class Viewing:
    """How the program is looked at and handled."""

    view: View = View()
    """What to begin with."""
    keep: Callable[[View], None] | None = None
    """Remembers the last view; raises ``StateError``."""
    call: tuple[str, ...] = ("voxtop",)
    """The words that start this program again, without sources and view."""
    takes_sources: bool = True
    """Whether sources follow; a demo and a replay bring their own."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """The user's own, by the id of their action."""
    mouse: bool = True
    problem: str = ""
    """Why no last view is known, a sentence."""


def reopening(look: Viewing, view: View, specs: Sequence[str]) -> str:
    """Return the command that opens a view again, in one line of safe text; it may hold a source's secrets."""
    words = list(look.call)
    words += [f"--{name}={value}" for name, value in asdict(view).items() if value]
    return safe_text(shlex.join([*words, *(absolute(spec) for spec in specs if look.takes_sources)]), 10_000)
