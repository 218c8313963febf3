"""A monitor whose figures stand still, for pictures of the dashboard."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC

from tests.samples import NOW
from tui.engine.clock import ManualClock
from tui.engine.errors import UsageError
from tui.engine.model import LogEvent, RawLine, Snapshot
from tui.engine.parser import readable
from tui.screens.desk import Desk
from tui.terminal_app import VoxtopApp


class FixedMonitor:
    """Answers with the snapshot it was given last."""

    def __init__(
        self, snapshot: Snapshot, events: Sequence[LogEvent] = (), raw: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.raw = {source: list(lines) for source, lines in (raw or {}).items()}
        self.showing = snapshot
        self.recorded = list(events)
        self.moment: float | None = None
        self.travels = None
        self.changed = asyncio.Event()
        self.asked: list[tuple[str, ...]] = []
        self.specs = ("/var/log/app.log",)

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def news(self, patience: float) -> bool:  # noqa: ARG002 - only a change is news here
        await self.changed.wait()
        self.changed.clear()
        return True

    def snapshot(self) -> Snapshot:
        return self.showing

    def present(self) -> Snapshot:
        return self.showing

    def events(self, since: float, until: float) -> list[LogEvent]:
        return [event for event in self.recorded if event.time is not None and since <= event.time <= until]

    def lines(self, source: str, first: int, last: int) -> list[RawLine]:
        lines = self.raw.get(source, [])
        numbers = range(max(1, first), min(len(lines), last) + 1)
        return [readable(source, number, lines[number - 1].encode(), UTC, NOW) for number in numbers]

    def lines_kept(self, source: str) -> tuple[int, int] | None:
        return (1, len(self.raw[source])) if self.raw.get(source) else None

    async def find_line(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> int | None:
        numbers = range(start, len(self.raw[source]) + 1) if step > 0 else range(start, 0, -1)
        return next((number for number in numbers if wanted(self.raw[source][number - 1])), None)

    async def choose_source(self, name: str) -> None:
        self.asked.append(("source", name))

    async def choose_host(self, host: str, label: str) -> None:
        self.asked.append(("host", host, label))

    def choose_all(self) -> None:
        self.asked.append(("all",))

    def add(self, spec: str) -> None:
        if spec == "ftp:x":
            raise UsageError("ftp:x: no such kind of source", "did you mean [file]: ?")
        self.asked.append(("add", spec))

    def remove(self, name: str) -> None:
        self.asked.append(("remove", name))

    def retry(self, name: str) -> None:
        self.asked.append(("retry", name))

    def show(self, snapshot: Snapshot) -> None:
        self.showing = snapshot
        self.changed.set()


def app_over(
    snapshot: Snapshot,
    theme: str = "dark",
    desk: Desk | None = None,
    *,
    layout: str = "on-call",
    read_only: bool = False,
) -> VoxtopApp:
    monitor, clock = FixedMonitor(snapshot), ManualClock(NOW)
    return VoxtopApp(monitor, clock, theme, layout=layout, read_only=read_only, desk=desk)
