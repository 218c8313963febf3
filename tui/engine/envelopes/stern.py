"""The pod and container that stern puts before a line."""

import re

from tui.engine.envelopes._envelope import LETTERS, Layer
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    r"[a-z][a-z0-9-]*-[a-z0-9]{4,10}-[a-z0-9]{4,5} [a-z0-9-]+ (?:(?P<stamp>\d\d-\d\d \d\d:\d\d:\d\d) )?(?P<message>.*)",
    re.DOTALL,
)


class Stern:
    """``voicedesk-66b9d-p4kq voicedesk line``, with a short time or none."""

    name = "stern"
    rank = 60
    starts = LETTERS[26:]
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the container's line; its short time has no year."""
        found = _LINE.fullmatch(text)
        return Layer(found["message"], stamp=found["stamp"], platform=True) if found else None


ENVELOPE = Stern()
