"""Logs to report on, and the shortest way from them to a report."""

# ruff: noqa: ANN401 - a test names whichever fields it is about

import asyncio
from collections.abc import Iterable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from tui.engine.clock import ManualClock
from tui.engine.metrics.totals import Asked
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser
from tui.engine.report import Report
from tui.engine.reporting import Reporting
from tui.simulator.story import Story

NOW = 1_800_000_000.0
"""Friday 15 January 2027, 08:00 UTC."""

DATA = Path(__file__).parents[2] / "data"


def report_on(*specs: Path | str, asked: Asked | None = None, tz: tzinfo | None = UTC, **options: Any) -> Report:
    """Return the report over some sources as of NOW."""
    reporting = Reporting([str(spec) for spec in specs], asked or Asked(), ManualClock(NOW), tz, **options)
    asyncio.run(reporting.read())
    return reporting.report()


def written(path: Path, lines: Iterable[str]) -> Path:
    """Write lines to a file and return its path."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def story(dialect: str = "andrea", scenario: str = "all", seed: int = 1, until: float = 600.0) -> list[str]:
    """Return the lines of half an hour of calm and some minutes of a scenario, which ended just now."""
    lines = []
    for second, line in Story(scenario, seed, dialect, UTC).lines(NOW - until):
        if second > until:
            break
        lines.append(line.rstrip("\n"))
    return lines


def events_of(lines: Iterable[str], source: str = "app") -> list[LogEvent]:
    """Return what the lines mean, in order."""
    parser = Parser(source, UTC, clock=ManualClock(NOW))
    raw = [line.encode() for line in lines]
    return [*parser.feed(LineBlock(source, 1, raw, 0, None)), *parser.flush()]
