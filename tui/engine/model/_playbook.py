"""What to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from tui.engine.model._lines import LogEvent


@dataclass(frozen=True, slots=True, eq=False)
class Playbook:
    """What an error or a breached figure usually means and what to do, in both languages."""

    id: str
    severity: Literal["info", "warning", "critical"]
    title: Mapping[str, str]
    """By language code."""
    cause: Mapping[str, str]
    steps: Mapping[str, tuple[str, ...]]
    commands: tuple[str, ...] = ()
    """To copy, never run."""
    link: str = ""


class TickStore(Protocol):
    """Keeps which steps of which playbook were done, and when."""

    async def ticks(self, playbook_id: str, since: float) -> Mapping[int, float]:
        """Return the steps (from 0) done since a moment, each with its time."""

    async def tick(self, playbook_id: str, step: int, at: float | None) -> None:
        """Note that a step was done; None takes it back."""


class Hints(Protocol):
    """Finds the playbook for what went wrong."""

    def for_event(self, event: LogEvent) -> Playbook | None:
        """Return the first playbook that matches an error, warning, fallback or config warning."""

    def for_kpi(self, key: str) -> Playbook | None:
        """Return the playbook of an alert key such as ``kpi:ttfb:TTS`` (formats §5)."""
