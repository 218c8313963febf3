"""logrus on a terminal: the time in brackets behind the level."""

import re

from tui.engine.envelopes._envelope import LETTERS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"(?P<level>{UPPER})\[(?:(?P<stamp>{ISO})|\d+)\] (?P<message>.*)", re.DOTALL)


class Logrus:
    """``INFO[2027-03-09T08:23:59Z] message``."""

    name = "logrus"
    rank = 32
    starts = LETTERS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level and, where written, time."""
        found = _LINE.fullmatch(text) if "[" in text[:9] else None
        return Layer(found["message"], level_named(found["level"]), found["stamp"]) if found else None


ENVELOPE = Logrus()
