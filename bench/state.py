"""What keeping costs: processor per event recorded and recalled, bytes on disk, time of a commit, memory."""

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from bench.figure import Figure, at_least, at_most
from bench.logs import write_log
from tui.engine.clock import SystemClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LineBlock, LogEvent, SourceCounts, Thresholds
from tui.engine.monitor import SLICE_LINES
from tui.engine.parser import Parser
from tui.engine.state import Recorder, StateDatabase, Upkeep

ROOT = Path(__file__).resolve().parent.parent
PER_SECOND = 200
"""Events of a busy orchestrator; one write holds what came in a second."""
NAME = "app.log"


def state(folder: Path, events: int) -> Iterator[Figure]:
    """Record a busy log as it would be live, roll it up, and read it back, in a process of its own."""
    write_log(folder / NAME, "andrea", 2 * events, time.time() - events / PER_SECOND, noise=1)
    command = [sys.executable, "-m", "bench.state", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError((done.stderr.strip().splitlines() or ["no output"])[-1])
    took = {key: float(value) for key, value in json.loads(done.stdout).items()}
    beside = f", {took['events']:,.0f} events at {PER_SECOND} a second"
    share = took["record_s"] * PER_SECOND / took["events"] * 100
    yield at_most("state: processor while recording", share, 2, "%", beside)
    yield at_most("state: processor per write", took["record_s"] / took["flushes"] * 1000, 20, "ms")
    yield at_most("state: bytes per event, roll-ups included", took["bytes"] / took["events"], 40, "B")
    yield Figure("state: roll-up", f"{took['roll_s'] / took['events'] * 1e6:.1f} µs per event")
    yield at_least("state: figures rebuilt from the recording", took["events"] / took["recall_s"], 30_000, "events/s")
    yield at_most("state: peak memory", took["peak_mb"], 100, "MB")


def _parsed(log: Path) -> Iterator[list[LogEvent]]:
    """Yield the events of the log, those of one flush at a time."""
    parser = Parser(NAME)
    first = 1
    with log.open("rb") as file:
        while part := [line.rstrip(b"\n") for line in islice(file, 2 * PER_SECOND)]:
            yield parser.feed(LineBlock(NAME, first, part, 0, time.time()))
            first += len(part)


async def _measure(folder: Path) -> dict[str, float]:
    clock = SystemClock()
    with StateDatabase(folder / "state", reserve_bytes=0) as database:
        recorder = Recorder(database, clock)
        recorder.source(NAME, NAME)
        events = flushes = 0
        record_s = 0.0
        for flushes, batch in enumerate(_parsed(folder / NAME), 1):
            events += len(batch)
            recorder.took(NAME, batch, str(flushes), SourceCounts(events=events))
            record_s += _took(recorder.close)
        began = time.process_time()
        await Upkeep(database, clock).go_round()
        roll_s = time.process_time() - began
        recall_s = _took(partial(_recall, recorder))
    size = sum(each.stat().st_size for each in (folder / "state").glob("state.db"))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "events": events,
        "flushes": flushes,
        "record_s": record_s,
        "roll_s": roll_s,
        "recall_s": recall_s,
        "bytes": size,
        "peak_mb": peak_mb,
    }


def _took(work: Callable[[], None]) -> float:
    """Return the seconds of all processors that something takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _recall(recorder: Recorder) -> None:
    store = MetricsStore(Thresholds())
    events = iter(recorder.events(0, time.time() + 3600))
    while part := list(islice(events, SLICE_LINES)):
        store.apply(part, time.time())


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(Path(sys.argv[1])))))
