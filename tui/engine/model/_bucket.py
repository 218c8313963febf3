"""A part of one panel that can be drilled into."""

from tui.engine.frozen import frozen
from tui.engine.model._words import Stage


@frozen
class Bucket:
    """A span of time on one panel, and what of it is meant."""

    panel: int
    """The panel's number key; 0 is none."""
    since: float
    until: float
    """Not in it."""
    stage: Stage | None = None
    provider: str | None = None
    value: float | None = None
    """The panel's figure."""
    n: int | None = None
    """What it stands on."""
