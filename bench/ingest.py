"""Reads one log without a screen and prints as JSON how fast that went: ``python -m bench.ingest FILE``."""

import asyncio
import json
import resource
import sys
import time
from datetime import UTC
from functools import partial
from pathlib import Path

from tui.engine.clock import SystemClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Thresholds
from tui.engine.parser import Parser, line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.sources import open_source


async def ingest(path: Path) -> dict[str, float]:
    """Take a whole file through source, parser and store."""
    clock = SystemClock()
    source = open_source(str(path), clock=clock, since=None, line_time=partial(line_time, tz=UTC), follow=False)
    parser = Parser(source.name, UTC)
    store = MetricsStore(Thresholds(), PlaybookCatalogue.load())
    lines = size = 0
    began, cpu_began = time.perf_counter(), time.process_time()
    async for block in source.batches():
        lines, size = lines + len(block.lines), size + block.size
        store.apply(parser.feed(block), clock.now())
    store.apply(parser.flush(), clock.now())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "lines": lines,
        "bytes": size,
        "events": parser.events,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu_began,
        "peak_mb": peak / (2**20 if sys.platform == "darwin" else 2**10),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ingest(Path(sys.argv[1])))))
