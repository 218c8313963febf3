"""The pod and container that ``kubectl logs --prefix`` puts before a line."""

import re

from tui.engine.envelopes._envelope import Layer
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(r"\[pod/[^\s\]]+\] (?P<message>.*)", re.DOTALL)


class Kubectl:
    """``[pod/name/container] line``."""

    name = "kubectl"
    rank = 30
    starts = "["
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the container's line."""
        found = _LINE.fullmatch(text) if text.startswith("[pod/") else None
        return Layer(found["message"]) if found else None


ENVELOPE = Kubectl()
