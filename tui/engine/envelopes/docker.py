"""The time that ``docker logs -t``, podman, kubectl and Coolify's download put before a line."""

import re

from tui.engine.envelopes._envelope import DIGITS, Layer
from tui.engine.envelopes._stamps import ZONED
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rf"(?P<stamp>{ZONED}) (?:(?:[\w-]+\.)+[\w-]+=[^\s,]*(?:,\S+=\S*)? (?=\S))?(?P<message>.*)", re.DOTALL
)


class Docker:
    """``2027-03-09T08:15:14.006746233Z line``, with ``--details`` a label before the line."""

    name = "docker"
    rank = 50
    starts = DIGITS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the line with the platform's time."""
        found = _LINE.fullmatch(text)
        return Layer(found["message"], stamp=found["stamp"], platform=True) if found else None


ENVELOPE = Docker()
