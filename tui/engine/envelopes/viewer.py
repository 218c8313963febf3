"""A time without zone that a viewer (Docker Desktop, Coolify's screen, Go's log) put before a line."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._stamps import VIEWER
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"(?P<stamp>{VIEWER}) (?P<message>.*)", re.DOTALL)


class Viewer:
    """``2027-Mar-09 09:17:41 line``; what the application wrote itself counts for more (formats §2.5)."""

    name = "viewer"
    rank = 90
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the line with the viewer's time."""
        found = _LINE.fullmatch(text)
        return Layer(found["message"], stamp=found["stamp"]) if found else None


ENVELOPE = Viewer()
