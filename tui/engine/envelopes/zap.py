"""zap's console: columns between tabs."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"(?P<stamp>{ISO})\t(?P<level>{UPPER})\t(?:(?P<logger>[\w. /-]+)\t)?"
    r"(?:[\w./-]+(?: [\w./-]+)?:\d+\t)?(?P<message>[^\t]*)(?:\t\{.*\})?",
    re.DOTALL,
)


class Zap:
    """``time⇥INFO⇥logger⇥file.go:58⇥message⇥{json}``."""

    name = "zap"
    rank = 22
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level, logger and time."""
        found = _LINE.fullmatch(text) if "\t" in text else None
        if not found:
            return None
        return Layer(found["message"], level_named(found["level"]), found["stamp"], logger=found["logger"] or "")


ENVELOPE = Zap()
