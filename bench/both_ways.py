"""Whether a large log gives the same report line by line and in whole blocks from two processes."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC
from math import inf
from pathlib import Path

from bench.figure import Figure
from bench.logs import DialectName, write_log
from tests.engine.bulk.dirty_logs import dirty_log
from tui.engine.clock import ManualClock
from tui.engine.metrics.totals import Asked
from tui.engine.reporting import Reporting
from tui.engine.reports.json import as_object

DIRTY_LINES = 5_000
"""Of every piece in which everything goes wrong that can; pieces of a usual log stand between."""


def both_ways(folder: Path, size_mb: int) -> Iterator[Figure]:
    """Write logs of both dialects with dirty stretches, and compare the reports byte for byte."""
    dialects: tuple[DialectName, ...] = ("guide", "andrea")
    for dialect in dialects:
        log = folder / "both.log"
        now = _write(log, dialect, size_mb * 1_000_000)
        line_by_line = _report(log, now, columns_from=inf)
        at_once = _report(log, now, columns_from=0)
        name = f"report in blocks is the one line by line, {dialect}, {log.stat().st_size / 1e6:.0f} MB"
        yield Figure(
            name, "the same" if at_once == line_by_line else "another one", "the same", at_once == line_by_line
        )


def _write(log: Path, dialect: DialectName, size: int) -> float:
    now, part = time.time(), log.with_suffix(".part")
    with log.open("wb") as file:
        seed = 0
        while file.tell() < size:
            start = now - 86_400 + 3_600 * seed
            write_log(part, dialect, 20 * DIRTY_LINES, start + 3000, varied=seed % 2 == 1)
            file.write(part.read_bytes())
            file.write(dirty_log(seed, DIRTY_LINES, start=start + 3000).removesuffix(b"\n") + b"\n")
            seed += 1
    return max(now, start + 10_000)


def _report(log: Path, now: float, *, columns_from: float) -> str:
    reporting = Reporting(
        [str(log)],
        Asked(),
        ManualClock(now),
        UTC,
        columns_from=columns_from,
        parallel_from=0 if columns_from < inf else 1 << 60,
    )
    asyncio.run(reporting.read())
    return json.dumps(as_object(reporting.report()))
