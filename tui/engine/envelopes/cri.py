"""The container runtime's files under Kubernetes: time, stream, and whether the line is whole."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._stamps import ZONED
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(rf"(?P<stamp>{ZONED}) std(?:out|err) (?P<tag>[PF])(?: (?P<message>.*))?", re.DOTALL)


class Cri:
    """``2027-03-09T08:16:38.020150233Z stdout F line``; ``P`` marks a piece, ``F`` the last one."""

    name = "cri"
    rank = 30
    starts = DIGITS
    candidates = re.compile(rb" std(?:out|err) P ")

    def unwrap(self, text: str) -> Layer | None:
        """Return the container's line or piece of it."""
        found = _LINE.fullmatch(text) if " std" in text[:50] else None
        if not found:
            return None
        return Layer(found["message"] or "", stamp=found["stamp"], platform=True, partial=found["tag"] == "P")


ENVELOPE = Cri()
