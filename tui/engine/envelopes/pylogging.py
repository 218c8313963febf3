"""Python logging layouts: time, level and logger in the usual orders; uvicorn's coloured level too."""

import re

from tui.engine.envelopes._envelope import DIGITS, LETTERS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO, US
from tui.engine.patterns import LazyPattern

_LEVEL = rf"(?P<level>{UPPER})"
_NAME = r"(?P<logger>[\w.<>-]+)"
_DASHED = rf" - (?:{_NAME} - )?{_LEVEL}(?: (?P<logger2>[\w.<>-]+))? - "
_SPACED = (
    rf"(?:\s+[\w.]+\[\d+\])?\s+\[?(?P<level2>{UPPER})\s*\]?(?::|\s)\s*"
    r"(?:(?P<logger3>\w+(?:(?:\.|::)\w+)+|\w+(?=: )):? )?"
)
_TIMED = LazyPattern(rf"(?P<stamp>{ISO}|{US})(?:{_DASHED}|{_SPACED})(?P<message>.*)", re.DOTALL)
_BARE = LazyPattern(
    rf"(?:\w+: (?=(?:{UPPER}):\w))?{_LEVEL}(?::(?:{_NAME}:| {{1,10}})| (?P<logger2>[\w.]+) - )(?P<message>.*)",
    re.DOTALL,
)


class PyLogging:
    """``asctime - name - LEVEL - message`` and its relatives; ``INFO:name:message``; ``INFO:     message``."""

    name = "pylogging"
    rank = 45
    starts = DIGITS + LETTERS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level, logger and, where written, the application's time."""
        if text[0] in DIGITS:
            found = _TIMED.fullmatch(text)
            if not found:
                return None
            name = found["logger"] or found["logger2"] or found["logger3"] or ""
            level = found["level"] or found["level2"]
            return Layer(found["message"].lstrip(), level_named(level), found["stamp"], logger=name)
        found = _BARE.fullmatch(text)
        if not found:
            return None
        name = found["logger"] or found["logger2"] or ""
        return Layer(found["message"].lstrip(), level_named(found["level"]), logger=name)


ENVELOPE = PyLogging()
