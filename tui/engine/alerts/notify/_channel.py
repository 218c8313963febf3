"""What a channel promises."""

from typing import Protocol

from tui.engine.model import Notification


class DeliveryError(Exception):
    """A message did not arrive, as far as the channel knows."""

    def __init__(self, reason: str, *, permanent: bool = False, retry_after_s: float | None = None) -> None:
        """``reason`` is a sentence in the user's language without secrets; texts from outside passed ``safe_text``."""
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        """Trying again is of no use: the message or the settings are refused."""
        self.retry_after_s = retry_after_s
        """How long the receiver wants to be left alone, if it said so."""


class Channel(Protocol):
    """One way to somebody; ``send`` may be called again after a failure with the same message."""

    name: str
    """As in ``[notify.NAME]``."""

    async def send(self, message: Notification) -> None:
        """Deliver a message within a bounded time.

        Raises:
            DeliveryError: it did not arrive, or nobody knows.
        """
