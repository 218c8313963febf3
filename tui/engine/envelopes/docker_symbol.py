"""A platform's time right before a symbol or an object, the commonest line of all: asked before all others."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._stamps import ZONED
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"({ZONED}) ([^\w\s.:|\[-].*)", re.DOTALL)


class DockerSymbol:
    """``2027-03-09T08:15:14.006746233Z 📊 line``: no other layout goes on with such a character."""

    name = "docker_symbol"
    rank = 5
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the line with the platform's time."""
        found = _LINE.fullmatch(text)
        if not found:
            return None
        stamp, message = found.groups()
        return Layer(message, None, stamp, True)


ENVELOPE = DockerSymbol()
