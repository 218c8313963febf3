"""gunicorn's and celery's bracketed heads."""

import re

from tui.engine.envelopes._envelope import Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"\[(?P<stamp>{ISO})(?:\] \[\d+\] \[(?P<level>{UPPER})\]|: (?P<level2>{UPPER})/[^\]]+\]) (?P<message>.*)",
    re.DOTALL,
)


class Gunicorn:
    """``[2027-03-09 09:23:10 +0100] [91] [INFO] message`` and ``[2027-…: INFO/ForkPoolWorker-0] message``."""

    name = "gunicorn"
    rank = 31
    starts = "["
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with its level and time."""
        found = _LINE.fullmatch(text) if text[1:2].isdigit() else None
        if not found:
            return None
        return Layer(found["message"], level_named(found["level"] or found["level2"]), found["stamp"])


ENVELOPE = Gunicorn()
