"""All alerts at one moment; the first picture has none, and needs no more than this."""

from enum import StrEnum
from typing import TYPE_CHECKING

from tui.engine.frozen import frozen

if TYPE_CHECKING:
    from tui.engine.model._alerts import Alert, Silence


class AlertState(StrEnum):
    """How far an alert has come; an inactive one is none."""

    PENDING = "pending"
    """The condition holds, not yet for long enough."""
    FIRING = "firing"
    RESOLVED = "resolved"
    """It fired and is over; kept for a while to be looked at."""


@frozen
class AlertBoard:
    """Panel 8: all alerts that are not inactive, worst first, and what stands around them."""

    alerts: "tuple[Alert, ...]" = ()
    silences: "tuple[Silence, ...]" = ()
    dead: int = 0
    """Messages of all times that were given up and not looked at yet."""
    waiting: int = 0
    """Messages on their way."""
    watched_by: str = ""
    """The ``voxtop watch`` that judges and notifies; empty when this process does."""
    trouble: str = ""
    """Why alerts are not kept and nobody is told, a sentence; safe text."""
    known: bool = False
    """Whether anybody judges at all; without that, no alert means nothing."""

    @property
    def firing(self) -> "tuple[Alert, ...]":
        """Return the alerts that fire."""
        return tuple(alert for alert in self.alerts if alert.state is AlertState.FIRING)


NO_BOARD = AlertBoard()
"""Before anybody judged."""
