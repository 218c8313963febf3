"""syslog and journalctl in text: time, host, program, then the line; priorities say nothing of the line."""

import re

from tui.engine.envelopes._envelope import DIGITS, LETTERS, Layer
from tui.engine.envelopes._stamps import ISO, NO_YEAR
from tui.engine.patterns import LazyPattern

_HOST = r"[\w.:-]+ (?P<program>[\w./@-]+)(?:\[\d+\])?: "
_UNIT_TIME = r"[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Z]{3,5}"
_LINE = LazyPattern(
    rf"(?:<\d{{1,3}}>)?(?P<stamp>{NO_YEAR}|{ISO}|{_UNIT_TIME}|\d{{10}}\.\d{{6}}) {_HOST}(?P<message>.*)", re.DOTALL
)
_RFC5424 = LazyPattern(
    rf"<\d{{1,3}}>1 (?:-|(?P<stamp>{ISO})) \S+ \S+ \S+ \S+ (?:-|(?:\[[^\]]*\])+) ?(?P<message>.*)", re.DOTALL
)


class Syslog:
    """RFC 3164, RFC 5424, rsyslog's and journalctl's short, precise, iso, unix and with-unit layouts."""

    name = "syslog"
    rank = 46
    starts = DIGITS + LETTERS + "<"
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the program's line with the platform's time."""
        found = _RFC5424.fullmatch(text) if text[0] == "<" else None
        if not found and (text[3:4] == " " or text[0] in DIGITS or text[0] == "<"):
            found = _LINE.fullmatch(text)
        if not found:
            return None
        stamp: str | float | None = found["stamp"]
        if stamp and found["stamp"][10:11] == ".":
            stamp = float(found["stamp"])
        return Layer(found["message"], stamp=stamp, platform=True)


ENVELOPE = Syslog()
