"""What the screens are worked with."""

from dataclasses import field
from pathlib import Path

from tui.engine.clock import Clock, SystemClock
from tui.engine.frozen import frozen
from tui.engine.model import Calling, TickStore
from tui.engine.playbooks.ticks import MemoryTicks


@frozen
class Desk:
    """What the screens are worked with."""

    clock: Clock = field(default_factory=SystemClock)
    ticks: TickStore = field(default_factory=MemoryTicks)
    """Where done steps are kept."""
    folder: Path = Path()
    """Where the user's own playbooks lie."""
    bundles: Path = Path()
    """Where incident bundles are written."""
    calling: Calling = field(default_factory=Calling)
    """How somebody at another window is called."""
