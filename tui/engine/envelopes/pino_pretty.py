"""pino-pretty: level, time of day and process number before the message."""

import re

from tui.engine.envelopes._envelope import LETTERS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"(?P<level>{UPPER}) ?\[\d\d:\d\d:\d\d(?:\.\d+)?\] \([^)]*\): (?P<message>.*)", re.DOTALL)


class PinoPretty:
    """``ERROR [09:23:38.087] (91): message``."""

    name = "pino_pretty"
    rank = 30
    starts = LETTERS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with its level; a time of day alone is no moment."""
        found = _LINE.fullmatch(text) if "[" in text[:9] else None
        return Layer(found["message"], level_named(found["level"])) if found else None


ENVELOPE = PinoPretty()
