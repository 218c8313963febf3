"""Whole blocks understood at once give what the lines give one by one: the very same events, figures and totals."""

import subprocess
from collections import Counter
from datetime import UTC, tzinfo
from errno import EAGAIN
from pathlib import Path
from signal import SIGKILL
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.fuzz import seeds
from tests.engine.bulk.both_ways import (
    compare,
    kill_at_part,
    kill_at_the_third_part,
    read_report,
    same_report,
    small_blocks,
)
from tests.engine.bulk.dirty_logs import dirty_log, talking_log
from tests.engine.reports.reading import DATA, NOW, story
from tui.engine.bulk import _again, _ahead, _cutting, _together, _words
from tui.engine.bulk._apart import Helper
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._cutting import OpenFile
from tui.engine.bulk._listing import Listed
from tui.engine.bulk._rebuilt import rebuilt
from tui.engine.bulk._task import Cut, Part
from tui.engine.bulk._understood import TooMuchError, Understood
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.model import LogEvent
from tui.engine.report import Span
from tui.engine.worker import PARALLEL_FROM, Worker, prepared_worker, take_worker

pytestmark = pytest.mark.usefixtures("both_looks")

MADRID = ZoneInfo("Europe/Madrid")
CLOCKS_BACK = 1_792_890_000.0
"""25 October 2026, 00:20 UTC: in Madrid the hour from 02:00 on comes twice."""


@pytest.mark.parametrize("log", sorted(DATA.glob("*/*.log")), ids=lambda log: log.stem)
def test_every_sample_of_a_log_means_the_same_at_once(log: Path) -> None:
    compare(log.read_bytes())


def test_what_fuzzing_begins_with_means_the_same_at_once() -> None:
    reader = BlockReader("app", UTC, NOW)
    for seed in seeds():
        compare(seed[1:], reader)


@pytest.mark.parametrize("dialect", ["andrea", "guide", "guide-docker"])
def test_a_story_means_the_same_at_once(dialect: str) -> None:
    data = "".join(f"{line}\n" for line in story(dialect, "all", until=900)).encode()
    reader = BlockReader("app", UTC, NOW)

    assert compare(data, reader) >= 0

    assert compare(data, reader) > 100


@given(st.integers(0, 2**32), st.integers(1, 400), st.sampled_from([UTC, MADRID]))
@example(198069415, 129, UTC)  # a failure among the first lines, which are not looked at in one go
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mixture_means_the_same_at_once(seed: int, lines: int, tz: tzinfo) -> None:
    start = CLOCKS_BACK if tz is MADRID else NOW - 40_000
    compare(dirty_log(seed, lines, dirt=0.0, step=1.0, start=start), tz=tz)


@given(st.integers(0, 2**32), st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_what_nobody_says_twice_means_the_same_at_once(seed: int, lines: int) -> None:
    reader = BlockReader("app", UTC, NOW)
    for part in range(3):
        compare(talking_log(seed + part, lines), reader)


@pytest.mark.parametrize("above", [30, 31, 32, 130])
@pytest.mark.parametrize("quiet", ["no error", "hello", "no error\n", "hello\n\n  ", "hello\n\nno error\n"])
def test_a_traceback_below_a_line_of_debugging_is_as_quiet_wherever_it_stands(above: int, quiet: str) -> None:
    stamp = "2027-01-15 08:15:14,001 - app"
    lines = [f"{stamp} - INFO - {number % 7 * 'x'} errors" for number in range(above)]
    below = ["Traceback (most recent call last):", '  File "a.py", line 3', "ValueError: no"]
    log = "\n".join([*lines, f"{stamp} - DEBUG - {quiet}", *below]).encode()
    reader = BlockReader("app", UTC, NOW)

    compare(log, reader)
    compare(log, reader)


@pytest.mark.parametrize(
    "dress", [b"%b\r", b"\x1b[32m%b\x1b[0m", b"\0\0%b", b"\x1b[1m\0%b\r"], ids=["crlf", "coloured", "holes", "all"]
)
def test_what_is_taken_off_a_line_keeps_nothing_from_being_found_at_once(dress: bytes) -> None:
    reader = BlockReader("app", UTC, NOW)
    for seed in range(3):
        lines = dirty_log(seed, 600, dirt=0.0).removesuffix(b"\n").split(b"\n")
        dressed = [dress % line if number % 5 else line for number, line in enumerate(lines)]

        assert compare(b"\n".join(dressed), reader) > 0.8 * compare(b"\n".join(lines), reader)


def test_pieces_of_text_brought_together_a_few_at_a_time_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_words, "_PIECES", 3)
    reader, log = BlockReader("app", UTC, NOW), dirty_log(1, 600, dirt=0.0)
    compare(log, reader)

    assert compare(log, reader) > 100


@given(st.integers(0, 2**32), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_what_was_learned_from_one_block_means_the_same_in_the_next(seed: int, lines: int) -> None:
    reader = BlockReader("app", UTC, NOW)
    for part in range(4):
        compare(dirty_log(seed + part, lines, dirt=0.02), reader)


@given(st.integers(0, 2**32), st.binary(max_size=40), st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_line_changed_anywhere_means_the_same_at_once(seed: int, patch: bytes, place: int) -> None:
    usual = dirty_log(seed, 30, dirt=0.0)
    lines = usual.split(b"\n")
    middle = lines[len(lines) // 2]
    lines.insert(len(lines) // 2, middle[:place] + patch.replace(b"\n", b"") + middle[place + len(patch) // 2 :])
    compare(b"\n".join(lines))


async def test_a_log_with_large_stretches_twice_is_read_once_more_for_them_and_once_for_the_edges_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stretch = tmp_path / "app.log", dirty_log(5, 400, dirt=0.0).removesuffix(b"\n") + b"\n"
    other = stretch.replace(b"2027-", b"2026-")
    path.write_bytes(stretch + stretch + other + stretch + other)
    load, reads = OpenFile.load, Counter[int]()

    def counted(self: OpenFile, part: Any, room: Any) -> memoryview | None:  # noqa: ANN401 - as the method
        reads[part.offset] += 1
        return load(self, part, room)

    monkeypatch.setattr(OpenFile, "load", counted)

    report = await same_report(path)

    assert report["calls"]["opened"]
    assert len(reads) > 20
    assert max(reads.values()) <= 3


@pytest.mark.parametrize("seed", range(12))
async def test_a_report_over_blocks_is_the_report_over_lines(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(dirty_log(seed, 1500, dirt=(0.0, 0.001)[seed % 2], step=(0.001, 0.5)[seed // 2 % 2]))
    span = Span(NOW + 20, NOW + 400) if seed % 3 == 0 else Span()

    await same_report(path, Asked(span, frozenset({"web"}) if seed % 5 == 0 else frozenset()))


@pytest.mark.parametrize("seed", range(4))
async def test_a_report_over_what_nobody_says_twice_is_the_report_over_lines(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(talking_log(seed, 1500))

    await same_report(path)


async def test_a_report_over_blocks_from_two_processes_is_the_report_over_lines(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"".join(dirty_log(seed, 700, dirt=0.0).removesuffix(b"\n") + b"\n" for seed in range(4)))

    await same_report(path, parallel_from=0)


async def test_what_the_other_process_had_when_it_was_killed_is_understood_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"".join(dirty_log(seed, 700, dirt=0.0).removesuffix(b"\n") + b"\n" for seed in range(4)))
    given = kill_at_the_third_part(monkeypatch)

    await same_report(path, parallel_from=0)

    assert len(given) > 3


async def test_half_of_a_log_is_given_to_the_other_process_before_this_one_is_ready_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, given, cut = tmp_path / "app.log", list[Part](), list[int]()
    path.write_bytes(b"".join(dirty_log(seed, 700, dirt=0.0).removesuffix(b"\n") + b"\n" for seed in range(40)))
    give, take = Helper.give, Helper.take

    def taking(self: Helper) -> Understood | Listed | Cut | None:
        found = take(self)
        if isinstance(found, Cut):
            cut.append(len(found.parts))
        return found

    monkeypatch.setattr(Helper, "give", lambda self, part: (given.append(part), give(self, part)))
    monkeypatch.setattr(Helper, "take", taking)
    await same_report(path, parallel_from=0, block=150_000, window=_cutting.WINDOW)

    first, *others = (part.range.size for part in given)
    assert 0.4 < first / path.stat().st_size < 0.6
    assert max(others) < first / 4
    assert cut[0] > 4


async def test_what_is_given_at_first_is_cut_here_where_the_other_process_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sizes = tmp_path / "app.log", list[int]()
    path.write_bytes(b"".join(dirty_log(seed, 700, dirt=0.0).removesuffix(b"\n") + b"\n" for seed in range(4)))
    read = BlockReader.read

    def reading(self: BlockReader, data: memoryview, *arguments: Any) -> Understood:  # noqa: ANN401 - as the method
        sizes.append(len(data))
        return read(self, data, *arguments)

    monkeypatch.setattr(BlockReader, "read", reading)
    given = kill_at_part(1, monkeypatch)
    await same_report(path, parallel_from=0)

    assert given[0].range.size > 10 * max(sizes)


async def test_where_no_other_process_can_be_started_one_reads_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(EAGAIN, "Resource temporarily unavailable")

    path = tmp_path / "app.log"
    path.write_bytes(dirty_log(5, 2000, dirt=0.0))
    monkeypatch.setattr(subprocess, "Popen", refused)

    await same_report(path, parallel_from=0)


async def test_a_log_that_begins_with_lines_far_too_long_is_never_gathered_in_large_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, event = tmp_path / "app.log", b"2027-01-15T08:15:14.006Z [STT Azure] trace=1-0 TTFB=159ms final=yes\n"
    long = b"".join(b"2027-01-15T08:15:13.006Z %b\n" % (b"word%d " % number * 12_000) for number in range(40))
    path.write_bytes(long + event + dirty_log(5, 500, dirt=0.0))
    monkeypatch.setattr("tui.engine.bulk._chunks.parse_chunks", None)  # whoever called it would fail

    await same_report(path, parallel_from=0)


def test_a_process_that_was_prepared_for_a_large_log_is_the_one_that_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    with path.open("wb") as file:
        file.truncate(PARALLEL_FROM + 1)

    with prepared_worker([str(path)]):
        worker = take_worker()
        with prepared_worker([str(tmp_path / "none.log")]):
            other = take_worker()

    assert worker is not None
    assert other is not None
    assert worker.process.poll() is None
    worker.close()
    other.close()
    assert worker.process.returncode == other.process.returncode == -SIGKILL


def test_a_process_that_nobody_took_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Worker] = []
    init = Worker.__init__
    monkeypatch.setattr(Worker, "__init__", lambda self: (started.append(self), init(self))[1])
    path = tmp_path / "app.log"
    with path.open("wb") as file:
        file.truncate(PARALLEL_FROM + 1)

    with prepared_worker([str(path)]):
        pass

    assert [worker.process.returncode for worker in started] == [-SIGKILL]


@pytest.mark.parametrize("length", [66_000, 300_000])
@pytest.mark.parametrize(
    "dress", [b"%b", b"%b\r", b"\x1b[32m%b\x1b[0m", b"\0%b"], ids=["bare", "crlf", "coloured", "holes"]
)
def test_a_line_that_is_far_too_long_keeps_nothing_from_being_found_at_once(dress: bytes, length: int) -> None:
    lines = dirty_log(1, 600, dirt=0.0).removesuffix(b"\n").split(b"\n")
    longer = [
        dress % (line + b"x" * length + b" FAILED") if number % 211 == 5 else line for number, line in enumerate(lines)
    ]

    found = compare(b"\n".join(longer), BlockReader("app", UTC, NOW))

    assert found > 0.8 * compare(b"\n".join(lines), BlockReader("app", UTC, NOW))


async def test_what_is_read_once_more_is_never_there_as_events_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stretch = tmp_path / "app.log", dirty_log(5, 1500, dirt=0.0).removesuffix(b"\n") + b"\n"
    path.write_bytes(stretch + stretch)
    held: list[int] = []

    def counted(*arguments: Any) -> list[LogEvent]:  # noqa: ANN401 - as the function
        events = rebuilt(*arguments)
        held.append(len(events))
        return events

    monkeypatch.setattr(_again, "PIECE", 3000)
    monkeypatch.setattr(_again, "rebuilt", counted)

    report = await same_report(path, block=50_000)

    assert sum(held) > 0.9 * report["input"]["events"]
    assert max(held) < 100


async def test_where_every_line_is_an_event_of_its_own_few_of_them_are_there_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, single, counted = tmp_path / "app.log", list[int](), list[int]()
    stamps = (f"2027-01-15T07:{n // 60 % 60:02}:{n % 60:02}.{n:09}Z" for n in range(3000))
    path.write_text(
        "".join(f"{stamp} ❌ [TTS Azure] Error: 401 {stamp[-6:-1]}x\n" for stamp in stamps), encoding="utf-8"
    )
    read, apply = BlockReader.read, SourceTotals.apply

    def reading(self: BlockReader, *arguments: Any) -> Understood:  # noqa: ANN401 - as the method
        found = read(self, *arguments)
        single.append(found.single)
        return found

    def counting(self: SourceTotals, events: list[LogEvent], *arguments: Any) -> None:  # noqa: ANN401 - as the method
        counted.append(len(events))
        apply(self, events, *arguments)

    monkeypatch.setattr(BlockReader, "read", reading)
    monkeypatch.setattr(_cutting, "_MANY", 100)
    monkeypatch.setattr(_together, "_ENOUGH_SINGLE", 200)
    monkeypatch.setattr(SourceTotals, "apply", counting)
    with small_blocks(block=48_000):
        report, _ = await read_report(path, 0, float("inf"), Asked())

    assert report["input"]["events"] == 3000
    assert max(single) > 700
    assert sorted(single)[-3] < 150
    assert sorted(counted)[-2] < 350


def _mostly_quiet(path: Path) -> None:
    """Write a log that says little, but for some stretches."""
    lines = list[str]()
    for n in range(6000):
        stamp = f"2027-01-15T07:{n // 60 % 60:02}:{n % 60:02}.{n:09}Z"
        told = n % 1500 > 1200 or n % 50 == 0
        said = f"📊 [STT Azure] trace=1-{n} TTFB={100 + n % 90}ms" if told else f"[Pipeline] frame {n} queued"
        lines.append(f"{stamp} {said}")
        if n == 4400:
            lines.append(f"{stamp} ❌ [TTS Azure] Error: 503 upstream\r")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")


async def test_a_large_range_that_suddenly_says_much_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, sizes, cut = tmp_path / "app.log", list[int](), list[int]()
    _mostly_quiet(path)
    read = BlockReader.read

    def reading(self: BlockReader, data: memoryview, context: list[bytes], most: int | None) -> Understood:
        try:
            found = read(self, data, context, most)
        except TooMuchError:
            cut.append(len(data))
            raise
        assert most is None or found.rows <= most
        sizes.append(len(data))
        return found

    monkeypatch.setattr(BlockReader, "read", reading)
    monkeypatch.setattr(_cutting, "_MOST", 30)
    report = await same_report(path)

    assert report["input"]["events"] > 1200
    assert max(sizes) > 9000  # some are twice a block
    assert cut
    assert min(cut) > 6000


async def test_a_large_range_that_says_much_is_cut_by_the_other_process_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cut = tmp_path / "app.log", list[int]()
    _mostly_quiet(path)
    take = Helper.take

    def taking(self: Helper) -> Understood | Listed | Cut | None:
        found = take(self)
        if isinstance(found, Cut):
            cut.append(len(found.parts))
        return found

    monkeypatch.setattr(Helper, "take", taking)
    monkeypatch.setattr(_ahead, "_AT_FIRST", 0)
    monkeypatch.setattr(_cutting, "_MOST", 30)
    report = await same_report(path, parallel_from=0)

    assert report["input"]["events"] > 1200
    assert cut


async def test_where_the_other_process_has_no_answer_for_a_range_its_parts_are_understood_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, unanswered = tmp_path / "app.log", list[int]()
    _mostly_quiet(path)
    take = Helper.take

    def losing(self: Helper) -> Understood | Listed | Cut | None:
        found = take(self)
        if not isinstance(found, Cut) or unanswered:
            return found
        unanswered.append(len([take(self) for _ in found.parts]))
        return None

    monkeypatch.setattr(Helper, "take", losing)
    monkeypatch.setattr(_ahead, "_AT_FIRST", 0)
    monkeypatch.setattr(_cutting, "_MOST", 30)
    await same_report(path, parallel_from=0)

    assert unanswered


async def test_a_file_that_is_emptied_while_it_is_read_in_blocks_is_read_on_from_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log"
    lines = [f"2027-01-15T07:00:{n % 60:02}.{n:09}Z 🔌 WS CONNECTION | Client: twilio, ID: c{n}" for n in range(900)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    load, reads = OpenFile.load, []

    def emptied(self: OpenFile, part: Any, room: Any) -> memoryview | None:  # noqa: ANN401 - as the method
        reads.append(part)
        if len(reads) == 3:
            path.write_text(
                "2027-01-15T07:59:00.000000001Z 🔌 WS CONNECTION | Client: web, ID: new\n", encoding="utf-8"
            )
        return load(self, part, room)

    monkeypatch.setattr(OpenFile, "load", emptied)
    with small_blocks():
        report, _ = await read_report(path, 0, float("inf"), Asked())

    assert report["calls"]["by_client"]["web"] == 1
    assert report["input"]["gaps"] == 1


async def test_most_latencies_and_calls_of_a_usual_log_are_counted_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, counted = tmp_path / "app.log", Counter[str]()
    path.write_text("".join(f"{line}\n" for line in story("guide-docker", "calm", until=1200)), encoding="utf-8")
    take_samples, take_calls = SourceTotals.take_samples, SourceTotals.take_calls

    def samples(self: SourceTotals, columns: Any, busy: Any) -> None:  # noqa: ANN401 - as the method
        counted["samples"] += len(columns.lines)
        take_samples(self, columns, busy)

    def calls(self: SourceTotals, columns: Any) -> Any:  # noqa: ANN401 - as the method
        counted["calls"] += len(columns.lines)
        return take_calls(self, columns)

    monkeypatch.setattr(SourceTotals, "take_samples", samples)
    monkeypatch.setattr(SourceTotals, "take_calls", calls)

    report = await same_report(path)

    assert counted["samples"] > 0.8 * sum(one["n"] for one in report["ttfb"].values())
    assert counted["calls"] > 0.8 * report["calls"]["opened"]


async def test_a_log_with_carriage_returns_is_read_in_blocks_without_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"".join(line + b"\r\n" for line in dirty_log(3, 900, dirt=0.0).split(b"\n")))

    report = await same_report(path)

    assert report["input"]["gaps"] == 0
