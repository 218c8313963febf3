"""Hours of log understood in whole blocks give the monitor what they give line by line."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import pytest

from tests.engine.bulk.dirty_logs import HALF_STAMPED, WITHOUT_TIMES, Writer, dirty_log
from tests.engine.reports.reading import NOW, story
from tui.engine.bulk import _history
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, SourceCounts, Thresholds
from tui.engine.monitor import MemoryJournal, Monitor, _feed, _noticing
from tui.engine.parser import line_time
from tui.engine.sources import _tail, open_source

BEGIN = 1_800_000_000.0
LATER = "2027-01-15T13:00:00.123456789Z 📊 [STT Azure] trace=late TTFB=77ms\n"


class Remembering(MemoryJournal):
    """Keeps how it was called, too."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, tuple[LogEvent, ...], str, SourceCounts]] = []

    def took(self, source: str, events: Sequence[LogEvent], bookmark: str, counts: SourceCounts) -> None:
        self.calls.append((source, tuple(events), bookmark, counts))
        super().took(source, events, bookmark, counts)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - a source tells nobody that history is over
            await asyncio.sleep(0.01)


async def watched(path: Path, columns_from: float, since: float | None, storm: bytes = b"") -> dict[str, Any]:
    """Return what a monitor knows after it read what the file held, what came later at once, and one line more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_feed, "COLUMNS_FROM", columns_from)
        patch.setattr(_tail, "BLOCK_SIZE", 100_000)
        patch.setattr(_history, "LEAST", 1000)
        patch.setattr(_noticing, "TICK_S", 3600.0)  # a look in the middle of it gives up calls that go on
        clock, journal = ManualClock(BEGIN + 5 * 3600), Remembering()
        source = open_source(str(path), clock=clock, since=since, line_time=partial(line_time, tz=UTC))
        monitor = Monitor([source], MetricsStore(Thresholds()), clock, UTC, journal=journal)
        task = asyncio.create_task(monitor.run())
        await until(lambda: source.status().progress is None and bool(monitor.seen()[source.name]))
        with path.open("ab") as file:
            file.write(storm + LATER.encode())
        await until(lambda: any(event.trace == "late" for _, events, *_ in journal.calls for event in events))
        first, last = monitor.lines_kept(source.name) or (0, -1)
        known: dict[str, Any] = {
            "journal": journal.calls,
            "lines": monitor.lines(source.name, first, last),
            "seen": monitor.seen(),
            "began": monitor.began(),
            "bookmark": source.bookmark,
            "now": asdict(monitor.snapshot()) | {"version": 0},
        }
        clock.advance(900)
        known["later"] = asdict(monitor.snapshot()) | {"version": 0}
        for each in (known["now"], known["later"]) if storm else ():
            del each["verdict"]["since"]  # depends on when somebody looked while the storm was read
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    return known


async def same_monitor(data: bytes, path: Path, since: float | None = None, storm: bytes = b"") -> dict[str, Any]:
    path.write_bytes(data)  # noqa: ASYNC240 - before anybody reads
    plain = await watched(path, inf, since, storm)
    path.write_bytes(data)  # noqa: ASYNC240 - before anybody reads
    at_once = await watched(path, 0, since, storm)
    for what, wanted in plain.items():
        assert at_once[what] == wanted, what
    return at_once


@pytest.mark.parametrize("seed", range(6))
async def test_figures_records_lines_and_positions_are_those_of_reading_line_by_line(seed: int, tmp_path: Path) -> None:
    data = dirty_log(seed, 4000, dirt=(0.0, 0.002)[seed % 2], step=(0.002, 0.01)[seed // 2 % 2], start=BEGIN)

    known = await same_monitor(data.removesuffix(b"\n") + b"\n", tmp_path / "app.log")

    assert sum(len(events) for _, events, *_ in known["journal"]) > 1000


@pytest.mark.parametrize("writers", [WITHOUT_TIMES, HALF_STAMPED], ids=["no_times", "some_times"])
async def test_lines_without_a_time_are_of_when_they_arrived_in_blocks_too(
    writers: list[list[Writer]], tmp_path: Path
) -> None:
    before, storm = (dirty_log(seed, 3000, step=0.002, start=BEGIN, writers=writers) for seed in (1, 2))

    known = await same_monitor(
        before.removesuffix(b"\n") + b"\n", tmp_path / "app.log", storm=storm.removesuffix(b"\n") + b"\n"
    )

    assert sum(len(events) for _, events, *_ in known["journal"]) > 1000


@pytest.mark.parametrize("ahead_s", [0.0, 4 * 3600.0, 5 * 3600.0])
@pytest.mark.parametrize("dirt", [0.0, 0.002])
async def test_a_storm_is_understood_as_it_is_line_by_line_even_where_its_clock_is_ahead(
    dirt: float, ahead_s: float, tmp_path: Path
) -> None:
    before = dirty_log(1, 200, dirt=0.0, step=0.05, start=BEGIN - 100)
    storm = dirty_log(7, 4000, dirt=dirt, step=1.0, start=BEGIN + ahead_s)

    known = await same_monitor(
        before.removesuffix(b"\n") + b"\n", tmp_path / "app.log", storm=storm.removesuffix(b"\n") + b"\n"
    )

    assert sum(len(events) for _, events, *_ in known["journal"]) > 1000


@pytest.mark.parametrize("dialect", ["andrea", "guide", "guide-docker"])
async def test_a_story_that_begins_in_the_middle_of_a_log_gives_the_same(dialect: str, tmp_path: Path) -> None:
    data = "".join(f"{line}\n" for line in story(dialect, "all", until=1800)).encode()

    await same_monitor(data, tmp_path / "app.log", since=NOW - 1200)


@pytest.mark.parametrize("when", ["history", "storm"])
async def test_most_of_it_is_understood_in_blocks(when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, rebuilt = [], _history.rebuilt

    def counting(*args: Any) -> list[LogEvent]:  # noqa: ANN401 - as the function
        found = rebuilt(*args)
        counted.append(len(found))
        return found

    monkeypatch.setattr(_history, "rebuilt", counting)
    data = dirty_log(3, 4000, dirt=0.0, start=BEGIN).removesuffix(b"\n") + b"\n"

    known = await same_monitor(
        data if when == "history" else b"\n", tmp_path / "app.log", storm=data if when == "storm" else b""
    )

    assert sum(counted) > 0.8 * sum(len(events) for _, events, *_ in known["journal"])
