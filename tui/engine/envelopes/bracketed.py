"""Node services: a time, the part of the program and the level in brackets."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"(?P<stamp>{ISO}) \[(?P<logger>[\w.:-]+)\] \[(?P<level>{UPPER})\] (?P<message>.*)", re.DOTALL)


class Bracketed:
    """``2027-03-09T08:23:45.088Z [APP] [INFO] message``."""

    name = "bracketed"
    rank = 27
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level, part and time."""
        found = _LINE.fullmatch(text) if "] [" in text[:60] else None
        if not found:
            return None
        return Layer(found["message"], level_named(found["level"]), found["stamp"], logger=found["logger"])


ENVELOPE = Bracketed()
