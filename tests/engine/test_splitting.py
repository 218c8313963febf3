"""However the bytes of a log come in - in which reads, blocks and turns - the same events and figures come out."""

import asyncio
import json
from dataclasses import fields, replace
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.sources.session import Session
from tui.engine.clock import ManualClock
from tui.engine.lines import cut
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.totals import Asked
from tui.engine.model import LineBlock, LogEvent, Thresholds
from tui.engine.parser import Parser
from tui.engine.report import Report
from tui.engine.reporting import Reporting
from tui.engine.sources import _tail

NOW = 1_804_600_000.0
"""Some hours after the samples were written."""

DATA = Path(__file__).parents[1] / "data"
LOGS = [log.read_bytes().splitlines() for log in sorted(DATA.glob("*/*.log"))]
WRAPPED = [
    line.encode()
    for sample in (DATA / "envelopes.jsonl").read_text(encoding="utf-8").splitlines()
    for line in json.loads(sample)["raw"].split("\n")
]
RUNS = [log[start : start + 6] for log in LOGS for start in range(0, len(log), 3)]
ODD = [
    b"",
    b"\0\0",
    b"half \xf0\x9f\x93",
    b"\r",
    b"\xef\xbb\xbf[STT Azure] TTFB=9ms",
    b"Traceback (most recent call last):",
]
ENDS = [b"\n", b"\n", b"\n", b"\r\n"]


def _joined(parts: list[tuple[list[bytes], bytes]]) -> bytes:
    return b"".join(line + end for run, end in parts for line in run)


runs = st.one_of(
    st.sampled_from(RUNS),
    st.sampled_from([*WRAPPED, *ODD]).map(lambda line: [line]),
    st.binary(max_size=30).map(lambda line: [line.replace(b"\n", b"")]),
)
logs = st.lists(st.tuples(runs, st.sampled_from(ENDS)), min_size=1, max_size=8).map(_joined)


def positions(log: bytes) -> st.SearchStrategy[list[int]]:
    """Where a log is cut, including within characters and line ends."""
    return st.lists(st.integers(0, len(log)), max_size=12).map(sorted)


def reads(log: bytes, at: list[int]) -> list[bytes]:
    return [log[start:end] for start, end in pairwise([0, *at, len(log)])]


def lines_of(pieces: list[bytes], cap: int) -> list[list[bytes]]:
    """Return the lines each read completes, as a source keeps the unfinished rest for the next one."""
    blocks, held, first, skipping = [], b"", True, False
    for piece in pieces:
        held += piece
        found = cut(held, first=first, skipping=skipping, cap=cap)
        first, skipping = first and not found.size, found.skipping
        held = held[found.size :]
        blocks.append(found.lines)
    return blocks


def read(name: str, blocks: list[list[bytes]]) -> list[list[LogEvent]]:
    """Return the events that each block completes, and last those that waited."""
    parser, number, found = Parser(name, UTC, clock=ManualClock(NOW)), 1, []
    for lines in blocks:
        found.append(parser.feed(LineBlock(name, number, lines, 0, None)))
        number += len(lines)
    return [*found, parser.flush()]


def flat(parts: list[list[LogEvent]]) -> list[LogEvent]:
    return [event for part in parts for event in part]


def figures(batches: list[list[LogEvent]]) -> tuple[dict[str, Any], int]:
    """Return every slice of the snapshot, and how many events were said twice."""
    store = MetricsStore(Thresholds(), whole_period=True)
    for events in batches:
        store.apply(events, NOW)
    shown = store.snapshot(NOW, ())
    return {field.name: getattr(shown, field.name) for field in fields(shown)}, store.repeated


@settings(max_examples=200, deadline=None)
@given(logs, st.data())
def test_reads_that_end_at_any_byte_give_the_same_events_and_figures(log: bytes, data: st.DataObject) -> None:
    cap = data.draw(st.sampled_from([20, 200, 100_000]))
    whole = read("app", lines_of([log], cap))

    split = read("app", lines_of(reads(log, data.draw(positions(log))), cap))

    assert flat(split) == flat(whole)
    assert figures(split) == figures(whole)


async def followed(path: Path, pieces: list[bytes]) -> list[list[bytes]]:
    """Return the lines that a followed file delivers while it grows piece by piece."""
    path.touch()  # noqa: ASYNC240 - nothing else runs in this loop
    session = Session(path)
    await session.poll()
    for piece in pieces:
        with path.open("ab") as file:
            file.write(piece)
        await session.poll(2)
    await session.close()
    return [block.lines for block in session.blocks]


@settings(max_examples=40, deadline=None)
@given(logs, st.data())
def test_a_file_that_grows_by_any_bytes_gives_the_same_events_and_figures(log: bytes, data: st.DataObject) -> None:
    pieces = reads(log, data.draw(positions(log)))
    with TemporaryDirectory() as folder:
        at_once = read("app", asyncio.run(followed(Path(folder, "whole.log"), [log])))
        grown = read("app", asyncio.run(followed(Path(folder, "grown.log"), pieces)))

    assert flat(grown) == flat(at_once)
    assert figures(grown) == figures(at_once)


def totals(batches: list[list[LogEvent]]) -> tuple[dict[str, Any], int]:
    """Return the same without the order of lists and without what only says who spoke last."""
    shown, repeated = figures(batches)
    shown["recent"] = sorted(repr(replace(group, source="", text="")) for group in shown["recent"])
    shown["fallback"] = [replace(stage, to=None, failing=None) for stage in shown["fallback"]]
    shown["config"] = replace(shown["config"], missing=sorted(map(repr, shown["config"].missing)))
    return shown, repeated


@settings(max_examples=200, deadline=None)
@given(st.lists(logs, min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_sources_that_take_turns_in_any_order_give_the_same_figures(several: list[bytes], turns: Random) -> None:
    parts = []
    for number, log in enumerate(several):
        lines = log.split(b"\n")
        step = turns.randint(1, 7)
        parts.append(read(f"app{number}", [lines[at : at + step] for at in range(0, len(lines), step)]))
    one_after_the_other = [events for source in parts for events in source]

    mixed, waiting = [], [list(source) for source in parts]
    while any(waiting):
        mixed.append(turns.choice([source for source in waiting if source]).pop(0))

    assert totals(mixed) == totals(one_after_the_other)


def report_on(folder: str, texts: list[bytes]) -> Report:
    paths = [Path(folder, f"app{number}.log") for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text)
    reporting = Reporting([str(path) for path in paths], Asked(), ManualClock(NOW), UTC)
    asyncio.run(reporting.read())
    return reporting.report()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(logs, min_size=1, max_size=3), st.integers(2500, 20_000))
def test_a_report_is_the_same_whatever_the_size_of_a_read(
    monkeypatch: pytest.MonkeyPatch, several: list[bytes], size: int
) -> None:
    with TemporaryDirectory() as folder:
        whole = report_on(folder, several)
        with monkeypatch.context() as patch:
            patch.setattr(_tail, "BLOCK_SIZE", size)
            in_small_reads = report_on(folder, several)

    assert in_small_reads == whole
