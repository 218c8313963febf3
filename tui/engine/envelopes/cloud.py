"""The heads of Heroku's, Fly's and AWS's log viewers."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._stamps import ZONED
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"(?P<stamp>{ZONED}) (?:[a-z]+\[[\w.-]+\]:|[a-z]+\[\w+\] [a-z]{{3}} \[[a-z]+\]|[\w.-]+(?:/[\w.$\[\]-]+)+) "
    r"(?P<message>.*)",
    re.DOTALL,
)


class Cloud:
    """``2027-03-09T08:18:30.038022+00:00 app[web.0]: line`` and its relatives."""

    name = "cloud"
    rank = 43
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the application's line with the platform's time; a level in the head is the stream's."""
        found = _LINE.fullmatch(text)
        return Layer(found["message"], stamp=found["stamp"], platform=True) if found else None


ENVELOPE = Cloud()
