"""structlog's console: time, level in brackets, event, then keys and values."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._levels import level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"(?P<stamp>{ISO}) \[(?P<level>[a-z]+) *\] (?P<message>.*?)(?: +\[(?P<logger>[\w.]+)\])?"
    r"(?P<pairs>(?: +[A-Za-z_]\w*=(?:'[^']*'|\"[^\"]*\"|[^\s'\"]*))*)\s*",
    re.DOTALL,
)
MAX_LENGTH = 4000
"""Longer lines cost too much to take apart; another layout reads their head."""

_PAIR = LazyPattern(r"([A-Za-z_]\w*)=('[^']*'|\"[^\"]*\"|[^\s'\"]*)")


class Structlog:
    """``2027-03-09T08:21:46.069298Z [info     ] event [logger] key=value``."""

    name = "structlog"
    rank = 24
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the event with level, logger, time and its keys as fields."""
        if "[" not in text[:40] or len(text) > MAX_LENGTH:
            return None
        found = _LINE.fullmatch(text)
        level = level_named(found["level"]) if found else None
        if not found or level is None:
            return None
        message, pairs = found["message"], found["pairs"]
        if message.endswith(":") or not message:  # the values belong to the sentence
            message, pairs = message + pairs, ""
        fields: dict[str, object] = {key: value.strip("'\"") for key, value in _PAIR.findall(pairs)}
        return Layer(message, level, found["stamp"], fields=fields or None, logger=found["logger"] or "")


ENVELOPE = Structlog()
