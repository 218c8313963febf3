"""Ticked steps kept in memory, for a monitor that records nothing."""

from collections.abc import Mapping

from tui.engine.model import TickStore


class MemoryTicks(TickStore):
    """Forgets with the process."""

    def __init__(self) -> None:
        self._done: dict[tuple[str, int], float] = {}

    async def ticks(self, playbook_id: str, since: float) -> Mapping[int, float]:
        """Return the steps done since a moment."""
        return {step: at for (book, step), at in self._done.items() if book == playbook_id and at >= since}

    async def tick(self, playbook_id: str, step: int, at: float | None) -> None:
        """Note a step, or take it back."""
        self._done.pop((playbook_id, step), None)
        if at is not None:
            self._done[playbook_id, step] = at
