"""A latency or a call whose twin stands beyond the edge of a block is told once, as line by line."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engine.bulk.both_ways import NOW, same_report
from tests.engine.reports.reading import story
from tui.engine.bulk import _together
from tui.engine.bulk._again import Again
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._columns import TWIN_LINES, is_column
from tui.engine.metrics.totals import SourceTotals
from tui.engine.model import LogEvent

pytestmark = pytest.mark.usefixtures("both_looks")

START = NOW - 50_000
TELLING = "⚡ [Metrics] azure_stt.ttfb={}ms"


def record(message: str, at_ms: int, separators: tuple[str, str] | None = None) -> str:
    moment = datetime.fromtimestamp(START + at_ms // 1000, UTC)
    stamp = f"{moment:%Y-%m-%d %H:%M:%S},{at_ms % 1000:03}"
    return json.dumps({"timestamp": stamp, "level": "INFO", "name": "vo", "message": message}, separators=separators)


def twinned(seed: int, lines: int) -> str:
    """Return a log in which about every third record comes again: up to 25 lines below, up to 8 ms later or earlier."""
    rng = random.Random(seed)  # noqa: S311 - a log that can be written again, not a secret
    at, made = 0, list[tuple[str, int]]()
    while len(made) < lines:
        at += rng.choice((0, 0, 0, 1, 1, 40))
        if made and rng.random() < 0.3:
            message, then = rng.choice(made[-25:])
            made.append((message, then + rng.randrange(-8, 9)))
            continue
        call, ms = rng.randrange(40), rng.randrange(1, 400)
        message = rng.choice(
            (
                f"WS CONNECTION | Client: twilio, ID: c{call}",
                f"WebSocket disconnected: twilio (ID: c{call})",
                f"[STT Azure] trace=t{call} TTFB={ms}ms final=yes",
                f"[LLM Groq] trace=t{call} TTFB={ms}ms model=llama",
                TELLING.format(ms),
                "[Pipeline] frame 3",
            )
        )
        made.append((message, at))
    return "".join(f"{record(message, max(0, then))}\n" for message, then in made)


@pytest.mark.parametrize(
    ("block", "window"), [(6000, 1500), (2000, 700), (1100, 520)], ids=["40 lines", "14 lines", "7 lines"]
)
@pytest.mark.parametrize("seed", range(4))
async def test_r71_twins_in_different_blocks_are_told_once(
    seed: int, block: int, window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log"
    monkeypatch.setattr(_together, "_ENOUGH", (1, 200)[seed % 2])
    path.write_text(twinned(seed, 700), encoding="utf-8")

    report = await same_report(path, block=block, window=window)

    assert 10 < report["calls"]["opened"] < path.read_text(encoding="utf-8").count("WS CONNECTION")


async def test_r71_twins_that_different_processes_understood_are_told_once(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text(twinned(7, 2500), encoding="utf-8")

    await same_report(path, parallel_from=0)


async def test_where_nothing_has_a_twin_only_the_first_and_last_lines_of_a_log_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, single = tmp_path / "app.log", list[LogEvent]()
    path.write_text("".join(f"{line}\n" for line in story("andrea", "calm", until=3600)), encoding="utf-8")
    apply = SourceTotals.apply

    def counted(self: SourceTotals, events: list[LogEvent], *columns: Any) -> None:  # noqa: ANN401 - as the method
        if any(columns[1:]):
            single.extend(filter(is_column, events))
        apply(self, events, *columns)

    monkeypatch.setattr(SourceTotals, "apply", counted)

    report = await same_report(path, block=12_000)

    assert report["input"]["events"] > 1000
    assert len(single) <= 2 * TWIN_LINES


async def test_what_cannot_be_read_once_more_is_counted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log"
    path.write_text("".join(f"{record(TELLING.format(100 + n), 50 * n)}\n" for n in range(300)), encoding="utf-8")
    monkeypatch.setattr(Again, "events", lambda *_: iter(()))

    report = await same_report(path)

    assert report["ttfb"]["STT"]["n"] == 300


def test_r71_a_twin_that_is_written_another_way_is_seen_where_it_was_found_another_way() -> None:
    reader, lines = BlockReader("app", UTC, NOW), [record(TELLING.format(100 + n), 50 * n) for n in range(100)]
    lines.insert(51, record(TELLING.format(150), 2500, separators=(",", ":")))

    found = reader.read("".join(f"{line}\n" for line in lines).encode(), [])

    assert [LogEvent._make(values).line for values in found.events.values()] == [51, 52]
