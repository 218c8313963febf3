"""Bolna's layout: the module in braces, the function in brackets."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"(?P<stamp>{ISO}) (?P<level>{UPPER}) +\{{(?P<logger>[\w.]+)\}} (?:\[\w+\] )?(?P<message>.*)", re.DOTALL
)


class Bolna:
    """``2027-03-09 09:21:18.064 INFO  {module} [function] message``."""

    name = "bolna"
    rank = 26
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level, module and the application's time."""
        found = _LINE.fullmatch(text) if " {" in text[:60] else None
        if not found:
            return None
        return Layer(found["message"], level_named(found["level"]), found["stamp"], logger=found["logger"])


ENVELOPE = Bolna()
