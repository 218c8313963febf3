"""What happens inside an orchestrator, and what every way of writing it down must answer."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from tui.engine.model import Stage

PRIMARY: dict[Stage, str] = {"STT": "Azure", "LLM": "Groq", "TTS": "Azure"}
BACKUP = "Google"
"""Stands in for speech; nobody stands in for the language model."""


@dataclass(slots=True)
class Call:
    """One caller on the line."""

    id: str
    client: str
    tag: str
    """Beginning of its traces."""
    opened: float
    """Simulated second."""
    turns: int = 0
    ears: str = "Azure"
    """Who transcribes it."""


class Dialect(Protocol):
    """Tells each happening in its own physical lines; ``at`` is in seconds since the epoch."""

    def booting(self, at: float, pid: int, missing: Collection[str]) -> list[str]:
        """A process comes up and reads its settings."""

    def ready(self, at: float, missing: Collection[str]) -> list[str]:
        """It takes calls."""

    def stopping(self, at: float, pid: int) -> list[str]:
        """It goes down in good order."""

    def killed(self, at: float, pid: int) -> list[str]:
        """It dies with its calls open."""

    def opened(self, at: float, call: Call) -> list[str]:
        """A caller is connected."""

    def closed(self, at: float, call: Call, seconds: float) -> list[str]:
        """A caller hung up."""

    def refused(self, at: float) -> list[str]:
        """A call could not be answered, because the carrier does not know the key."""

    def recognised(self, at: float, text: str) -> list[str]:
        """The caller's words were understood."""

    def first_byte(self, at: float, stage: Stage, provider: str, ms: float, trace: str) -> list[str]:
        """A provider began to answer after ``ms``."""

    def finished(self, at: float, trace: str, provider: str, ms: float) -> list[str]:
        """An answer was thought and spoken to its end."""

    def turn(self, at: float, ms: float) -> list[str]:
        """The caller hears the answer, ``ms`` after falling silent."""

    def failed(self, at: float, stage: Stage, reason: str, trace: str) -> list[str]:
        """The first provider of a stage failed."""

    def counted(self, at: float, stage: Stage, reason: str, nth: int) -> list[str]:
        """It was its nth failure; the third opens the circuit."""

    def fell_back(self, at: float, stage: Stage, reason: str) -> list[str]:
        """The backup takes over."""

    def recovered(self, at: float, stage: Stage) -> list[str]:
        """The first provider is back."""

    def rate_limited(self, at: float, trace: str) -> list[str]:
        """The language model turned a request away."""

    def unauthorised(self, at: float, trace: str) -> list[str]:
        """The language model does not know the key."""

    def nobody_left(self, at: float) -> list[str]:
        """No language model answered: this turn stays silent."""

    def congested(self, at: float, percent: int) -> list[str]:
        """A queue fills up."""

    def chatter(self, at: float, number: int) -> list[str]:
        """One of the healthy lines that look like trouble or say nothing."""
