"""A simulated incident as a screen sees it: figures, events and raw lines of one and the same log."""

from collections.abc import Sequence
from datetime import UTC
from functools import cache

from textual.pilot import Pilot

from tests.samples import NOW
from tests.screens.fixed_monitor import FixedMonitor
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LineBlock, LogEvent, Snapshot, SourceState, SourceStatus, Thresholds
from tui.engine.parser import Parser
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.simulator.story import Story
from tui.terminal_app import VoxtopApp

SOURCE = "app.log"


@cache
def log(scenario: str = "azure-outage", seconds: float = 150.0) -> list[str]:
    """Return the lines of an incident that ends now, with four calm minutes before it."""
    lines = []
    for second, line in Story(scenario, 7, "andrea", UTC, past=240.0).lines(NOW - seconds):
        if second > seconds - 1:
            break
        lines.append(line)
    return lines


def events_of(lines: Sequence[str], source: str = SOURCE) -> list[LogEvent]:
    return list(_parsed(tuple(lines), source))


@cache
def _parsed(lines: tuple[str, ...], source: str) -> list[LogEvent]:
    parser = Parser(source, UTC)
    raw = [line.encode() for line in lines]
    return parser.feed(LineBlock(source, 1, raw, sum(map(len, raw)), None)) + parser.flush()


def snapshot_of(events: Sequence[LogEvent], now: float = NOW) -> Snapshot:
    return _counted(tuple(events), now)


@cache
def _counted(events: tuple[LogEvent, ...], now: float) -> Snapshot:
    store = MetricsStore(Thresholds(), PlaybookCatalogue.load())
    store.apply(events, now)
    store.observe(now - 390, now)
    return store.snapshot(now, (SourceStatus(SOURCE, "file", SourceState.LIVE, lines=1, last_line_at=now),))


def monitor_of(lines: Sequence[str]) -> FixedMonitor:
    events = events_of(lines)
    return FixedMonitor(snapshot_of(events), events, {SOURCE: lines})


def app_of(lines: Sequence[str], theme: str = "dark") -> tuple[VoxtopApp, FixedMonitor]:
    """Return the program over these lines, and the monitor in the hand of the test."""
    monitor = monitor_of(lines)
    return VoxtopApp(monitor, ManualClock(NOW), theme), monitor


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys, and wait after each until the screen has told its stories."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def settled(pilot: Pilot[int]) -> None:
    await pilot.pause()
    if renewing := [worker for worker in pilot.app.workers if worker.group == "renew"]:  # none would mean all
        await pilot.app.workers.wait_for_complete(renewing)
    await pilot.pause()
