"""Asterisk's console: a time without year, the level with its thread, the place in the code."""

import re

from tui.engine.envelopes._envelope import Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO, NO_YEAR
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"\[(?P<stamp>{NO_YEAR}|{ISO})\] (?P<level>{UPPER})\[\d+\](?:\[[^\]]*\])?: "
    r"(?P<logger>[\w.-]+):\d+(?: in)? \S+: ?(?P<message>.*)",
    re.DOTALL,
)


class Asterisk:
    """``[Mar  9 09:24:20] WARNING[91]: file.c:58 function: message``."""

    name = "asterisk"
    rank = 33
    starts = "["
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level, file and time."""
        found = _LINE.fullmatch(text) if "]: " in text[:60] else None
        if not found:
            return None
        return Layer(found["message"], level_named(found["level"]), found["stamp"], logger=found["logger"])


ENVELOPE = Asterisk()
