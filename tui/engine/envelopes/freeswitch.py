"""FreeSWITCH's console: time, idle processor, level, place in the code."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._levels import UPPER, level_named
from tui.engine.envelopes._stamps import ISO
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"(?:(?P<stamp>{ISO}) )?(?:\d+\.\d+% )?\[(?P<level>{UPPER})\] "
    r"(?P<logger>[\w.-]+\.(?:c|cpp|h)):\d+ (?P<message>.*)",
    re.DOTALL,
)


class Freeswitch:
    """``2027-03-09 09:24:27.094989 58.25% [ERR] file.cpp:58 message``; time and processor may be missing."""

    name = "freeswitch"
    rank = 28
    starts = DIGITS + "["
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with level, file and time; the per cent are no figure of ours."""
        found = _LINE.fullmatch(text) if "] " in text[:60] and ".c" in text[:90] else None
        if not found:
            return None
        return Layer(found["message"], level_named(found["level"]), found["stamp"], logger=found["logger"])


ENVELOPE = Freeswitch()
