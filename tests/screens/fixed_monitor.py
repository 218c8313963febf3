"""A monitor whose figures stand still, for pictures of the dashboard."""

import asyncio

from tests.samples import NOW
from tui.app import VoxtopApp
from tui.engine.clock import ManualClock
from tui.engine.model import Snapshot
from tui.screens.playbook import Desk


class FixedMonitor:
    """Answers with the snapshot it was given last."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.showing = snapshot
        self.changed = asyncio.Event()

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def news(self, patience: float) -> None:  # noqa: ARG002 - only a change is news here
        await self.changed.wait()
        self.changed.clear()

    def snapshot(self) -> Snapshot:
        return self.showing

    def show(self, snapshot: Snapshot) -> None:
        self.showing = snapshot
        self.changed.set()


def app_over(
    snapshot: Snapshot, theme: str = "dark", desk: Desk | None = None, *, read_only: bool = False
) -> VoxtopApp:
    monitor, clock = FixedMonitor(snapshot), ManualClock(NOW)
    return VoxtopApp(monitor, clock, theme, read_only=read_only, desk=desk)  # type: ignore[arg-type]
