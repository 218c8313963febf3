"""A monitor without a screen that goes on where it was stopped: ``following.py STATE SOURCE…``, ended by SIGTERM."""

import asyncio
import json
import signal
import sys
from functools import partial
from pathlib import Path

from tui.engine.clock import SystemClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Thresholds
from tui.engine.monitor import Monitor, follow
from tui.engine.parser import line_time
from tui.engine.sources import open_source
from tui.engine.state import Recording, _recorder


async def main(state: str, *specs: str) -> None:
    """Print a line when reading begins, and at the end what was counted."""
    _recorder.FLUSH_S = 0.1  # more often than the program does: more moments to be killed at
    clock = SystemClock()
    recording = Recording(clock, folder=Path(state))
    monitor = Monitor((), MetricsStore(Thresholds()), clock, journal=recording.journal)
    for spec in specs:
        follow(monitor, spec, partial(open_source, clock=clock, since=None, line_time=line_time), recording)
    tasks = [asyncio.create_task(monitor.run()), asyncio.create_task(recording.run())]
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print("reading", recording.notice(), flush=True)  # noqa: T201 - read by the test
    await ended.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    snapshot = monitor.snapshot()
    recording.close()
    sources = {each.name: {"lines": each.lines, "gaps": each.gaps} for each in snapshot.sources}
    print(json.dumps({"opened": snapshot.calls.opened, "sources": sources}))  # noqa: T201 - read by the test


asyncio.run(main(*sys.argv[1:]))
