"""A log understood line by line and in whole blocks, and how to see that both mean the same."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, tzinfo
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from tui.engine.bulk import Reader, _ahead, _cutting, _ranges
from tui.engine.bulk._apart import Helper
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._columns import is_column
from tui.engine.bulk._listing import Lister
from tui.engine.bulk._rebuilt import rebuilt
from tui.engine.bulk._task import Part
from tui.engine.clock import ManualClock
from tui.engine.event_lines import STORE_ONLY, EventLines
from tui.engine.lines import cut
from tui.engine.metrics import sums
from tui.engine.metrics.ended import Ended
from tui.engine.metrics.totals import Asked
from tui.engine.model import LineBlock, LogEvent
from tui.engine.reporting import Reporting
from tui.engine.reports.json import as_object
from tui.engine.sources import _tail

NOW = 1_800_000_000.0
ABOVE = 41
"""Lines above what is written."""


def one_by_one(data: bytes, tz: tzinfo | None = UTC) -> tuple[list[LogEvent], tuple[int, ...]]:
    reader = Reader("app", tz, NOW)
    parts = [reader.read(LineBlock("app", 1, cut(data).lines, len(data), None)), reader.finish()]
    counts = [(part.understood, part.unrecognised, part.bad_samples) for part in parts]
    return [event for part in parts for event in part.events], tuple(map(sum, zip(*counts, strict=True)))


def at_once(data: bytes, reader: BlockReader) -> tuple[list[LogEvent], list[LogEvent], tuple[int, ...]]:
    """Return the events, the events in columns as far as those tell, and the counts."""
    found = reader.read(data, [])
    lines, times, ms, codes, _ = (column.tolist() for column in found.samples)
    columns = [
        sketch(found.series[code])._replace(line=line, time=None if isnan(time) else time, ms=value)
        for line, time, value, code in zip(lines, times, ms, codes, strict=True)
    ]
    lines, times, durations, codes, _ = (column.tolist() for column in found.calls)
    columns += [
        sketch(found.series[code])._replace(line=line, time=time, id=id_, duration_s=None if isnan(lasted) else lasted)
        for line, time, id_, lasted, code in zip(lines, times, found.ids, durations, codes, strict=True)
    ]
    return (
        [LogEvent._make(values) for values in found.events.values()],
        sorted(columns, key=lambda event: event.line),
        (found.understood, found.unrecognised, found.bad_samples),
    )


def kill_at_the_third_part(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """Let the other process be killed when it is given its third part; return what it is given."""
    return kill_at_part(3, monkeypatch)


def kill_at_part(number: int, monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """Let the other process be killed when it is given so many parts; return what it is given."""
    give, given = Helper.give, []

    def killing(self: Helper, part: Part) -> None:
        given.append(part)
        if len(given) == number:
            self.worker.process.kill()
            self.worker.process.wait()
        give(self, part)

    monkeypatch.setattr(Helper, "give", killing)
    return given


def sketch(event: LogEvent) -> LogEvent:
    return event._replace(trace=None, text="")


def written(events: Iterable[LogEvent]) -> str:
    """Return the lines that ``voxtop events`` prints of them."""
    lines = EventLines(masked=True).lines(event for event in events if event.kind not in STORE_ONLY)
    return "".join(f"{line}\n" for line in lines)


def compare(data: bytes, reader: BlockReader | None = None, tz: tzinfo | None = UTC) -> int:
    """Fail unless both ways mean the same; return how many events came in columns."""
    data = data.removesuffix(b"\n") + b"\n"
    reader = reader or BlockReader("app", tz, NOW)
    events, samples, counts = at_once(data, reader)
    wanted, wanted_counts = one_by_one(data, tz)
    in_columns = {sample.line for sample in samples}
    assert [event for event in wanted if event.line not in in_columns or not is_column(event)] == events
    assert [sketch(event) for event in wanted if event.line in in_columns and is_column(event)] == samples
    assert counts == wanted_counts
    assert rebuilt(reader.find(data), reader.series.events, 0) == wanted
    listed = Lister(reader, EventLines(masked=True)).read(data, ABOVE + 1)
    assert listed.text.decode() == written(event._replace(line=event.line + ABOVE) for event in wanted)
    return len(samples)


@contextmanager
def small_blocks(block: int = 6000, window: int = 1500) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_cutting, "BLOCK_SIZE", block)
        patch.setattr(_cutting, "PART_SIZE", block // 8)
        patch.setattr(_ranges, "PART_SIZE", block // 8)
        patch.setattr(_ahead, "WRITTEN_SIZE", block)
        patch.setattr(_cutting, "WINDOW", window)
        patch.setattr(_tail, "BLOCK_SIZE", 8000)
        patch.setattr(sums, "_ADD_UP", 70)
        yield


APART = {"_twins", "_doubles", "_handlers", "_expiries"}


def state(thing: Any) -> Any:  # noqa: ANN401 - anything that counts
    """Return everything that counters hold.

    But for what both ways keep apart: what recognises repeated lines, and in which order open calls are looked at.
    """
    if isinstance(thing, Ended):
        return state(thing._known())
    if isinstance(thing, Mapping):
        return {repr(key): state(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple | set | frozenset):
        return [state(each) for each in thing]
    names = [*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ())]
    if not names or callable(thing):
        return repr(thing) if not callable(thing) else ""
    return {
        name: state(getattr(thing, name))
        for name in names
        if name not in {"_twins", "_doubles", "_handlers", "_expiries"}
    }


async def read_report(path: Path, columns_from: float, parallel_from: float, asked: Asked) -> tuple[Any, Any]:
    """Return a report, and the state of all counters behind it."""
    reporting = Reporting(
        [str(path)], asked, ManualClock(NOW), UTC, columns_from=columns_from, parallel_from=parallel_from
    )
    await reporting.read()
    report = as_object(reporting.report())
    return report, [state(one.totals) for one in reporting._readings]


async def same_report(
    path: Path,
    asked: Asked | None = None,
    parallel_from: float = float("inf"),
    block: int = 6000,
    window: int = 1500,
) -> dict[str, Any]:
    """Fail unless both ways lead to the same report; return it."""
    with small_blocks(block, window):
        plain, wanted = await read_report(path, float("inf"), float("inf"), asked or Asked())
        fast, found = await read_report(path, 0, parallel_from, asked or Asked())
    assert json.dumps(fast) == json.dumps(plain)
    assert found == wanted
    return fast
