"""The service name that docker compose and swarm put before a line."""

import re

from tui.engine.envelopes._envelope import DIGITS, LETTERS, Layer
from tui.engine.envelopes._levels import UPPER
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"(?!(?:{UPPER})\b)[\w][\w.@-]*\s*\| ?(?P<message>.*)", re.DOTALL)


class Compose:
    """``orchestrator-1  | line``, padded or not, of any version."""

    name = "compose"
    rank = 40
    starts = DIGITS + LETTERS + "_"
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the service's line."""
        bar = text.find("|", 0, 120)
        found = _LINE.fullmatch(text) if bar > 0 and text[bar - 1] == " " else None
        return Layer(found["message"]) if found else None


ENVELOPE = Compose()
