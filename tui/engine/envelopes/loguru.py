"""loguru's columns: time, level, place and message between bars."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"(?:(?P<stamp>{ISO})|\d\d:\d\d:\d\d[.,]\d+) \| (?P<level>{UPPER}) *\| "
    r"(?:(?:\[[\w=]+\] \| )?(?P<place>[\w.<>]+:[\w.<>]+:\d+|[\w.<>]+:\d+)(?: \| (?:[0-9a-f-]{36} - )?| - ))?"
    r"(?P<message>.*)",
    re.DOTALL,
)


class Loguru:
    """``2027-03-09 09:22:14.073 | INFO     | module:function:58 - message`` and its relatives."""

    name = "loguru"
    rank = 25
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level, module and the application's time."""
        found = _LINE.fullmatch(text) if " | " in text[:50] else None
        if not found:
            return None
        module = (found["place"] or "").partition(":")[0]
        return Layer(found["message"], level_named(found["level"]), found["stamp"], logger=module)


ENVELOPE = Loguru()
