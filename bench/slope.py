"""Memory over days of a running monitor: ``python -m bench.slope HOURS [SOURCES]`` prints as JSON [hour, MB].

So many orchestrators of ``tui/simulator`` write logs that rotate every day, another story every six hours. Files,
parser, store, raw lines, recording on disk, time machine and alert rules are those of the program; only the screen is
missing: its part is done by looking at figures and alerts every few seconds.
"""

import asyncio
import gc
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC
from functools import partial
from itertools import count, cycle
from pathlib import Path
from unittest.mock import patch

import psutil

from bench.simulated import simulate
from tui.alerting import rules_in_force
from tui.config import Settings
from tui.engine.alerts.machine import Machine
from tui.engine.blame import explain
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Blame, LogEvent, Snapshot, Thresholds
from tui.engine.monitor import Monitor, ScopedMonitor, TimeMachine, Watchlist, _blaming
from tui.engine.parser import line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._reading import Reading
from tui.engine.state import Archive, Recording
from tui.simulator.log_writer import LogWriter
from tui.simulator.simulation import Simulation
from tui.simulator.story import Story

BEGAN = 1_790_000_000.0
SOURCES = 3
LOOK_S = 10.0
"""A slice of the windows: figures move no more often."""
EXPLAINED_S = 7200.0
"""Between two explanations of what is wrong: they keep nothing but their result, and would take most of the time."""
STORY_S = 21_600.0
NOTED_S = 1800.0
DAY_S = 86_400.0
SCENARIOS = ("calm", "all", "slow-tts", "azure-outage")


def _rarely(clock: ManualClock) -> Callable[..., tuple[Blame, ...]]:
    """Return what explains what is wrong only now and then."""
    due = 0.0

    def explaining(snapshot: Snapshot, events: Iterable[LogEvent], now: float) -> tuple[Blame, ...]:
        nonlocal due
        if clock.monotonic() < due:
            return ()
        due = clock.monotonic() + EXPLAINED_S
        return explain(snapshot, events, now)

    return explaining


async def _pause(seconds: float) -> None:
    """Wait as a file that is polled less often than in the program: what is kept does not depend on it."""
    await asyncio.sleep(max(seconds, LOOK_S))


def _source(path: Path, name: str, clock: ManualClock) -> FileSource:
    reading = Reading(name, "file", clock, stale_after_s=3 * LOOK_S)
    stamp = partial(line_time, tz=UTC)
    return FileSource(path, name, clock, since=None, line_time=stamp, reading=reading, wait=_pause)


async def _write(path: Path, clock: ManualClock, seed: int) -> None:
    """Write one story after the other."""
    with LogWriter(path, clock, rotate_every=DAY_S) as writer:
        for number, scenario in zip(count(), cycle(SCENARIOS), strict=False):
            story = Story(scenario, 100 * number + seed, "andrea", UTC, past=0.0)
            await Simulation(story, writer, clock, sleep=_pause).run(STORY_S)


async def _noted(machine: TimeMachine, clock: ManualClock, hours: float) -> list[tuple[float, float]]:
    """Look as a screen and its alerts do; return the hour and the memory in MB from time to time."""
    alerts, process, found = Machine(rules_in_force(Settings())), psutil.Process(), []
    due = 0.0
    while (elapsed := clock.monotonic()) <= hours * 3600:
        alerts.step(machine.snapshot(), clock.now())
        alerts.replaced.clear()
        if elapsed >= due:
            gc.collect()
            found.append((elapsed / 3600, process.memory_info().rss / 1e6))
            due += NOTED_S
            print(f"\r{elapsed / 3600:.1f} h {found[-1][1]:.1f} MB", end="", file=sys.stderr, flush=True)
        await asyncio.sleep(LOOK_S)
    return found


async def slope(folder: Path, clock: ManualClock, hours: float, sources: int) -> list[tuple[float, float]]:
    """Return the memory over so many hours of so many sources."""
    new_store = partial(MetricsStore, Thresholds(), PlaybookCatalogue.load())
    with closing(Recording(clock, folder=folder / "state")) as recording:
        monitor = Monitor((), new_store(), clock, UTC, journal=recording.journal)
        paths = {f"app-{number}": folder / f"app-{number}.log" for number in range(sources)}
        for name, path in paths.items():
            recording.source(name, str(path))
            monitor.attach(_source(path, name, clock))
        watchlist = Watchlist(monitor, str, clock)
        archive = Archive(clock, watchlist.identities, only_rollups=True)
        scoped = ScopedMonitor(monitor, watchlist, new_store, clock)
        machine = TimeMachine(scoped, new_store, dict, clock, UTC, archive=archive)
        writers = (_write(path, clock, seed) for seed, path in enumerate(paths.values()))
        running = [asyncio.ensure_future(each) for each in (*writers, machine.run(), recording.run())]
        try:
            return await _noted(machine, clock, hours)
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def days(noted: list[tuple[float, float]]) -> Iterator[float]:
    """Yield by how many MB memory grew in each whole day, the first hour of the first left out."""
    at = dict(noted)
    for day in range(int(noted[-1][0] // 24)):
        yield at[24.0 * (day + 1)] - at[24.0 * day or 1.0]


if __name__ == "__main__":
    clock = ManualClock(BEGAN)
    with (
        tempfile.TemporaryDirectory(prefix="voxtop-slope-") as folder,
        patch.object(_blaming, "explain", _rarely(clock)),
    ):
        sources = int(sys.argv[2]) if len(sys.argv) > 2 else SOURCES
        print(json.dumps(simulate(partial(slope, Path(folder), clock, float(sys.argv[1]), sources), clock)))
