"""The process number and name that PM2 puts before a line."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"\d+\|[\w.@ -]+? *\| (?:(?P<stamp>{ISO}): )?(?P<message>.*)", re.DOTALL)


class Pm2:
    """``0|voicedesk  | line``, with ``--timestamp`` a time before the line."""

    name = "pm2"
    rank = 35
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the process's line."""
        found = _LINE.fullmatch(text)
        return Layer(found["message"], stamp=found["stamp"], platform=True) if found else None


ENVELOPE = Pm2()
