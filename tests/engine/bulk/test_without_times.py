"""Lines without a time are understood at once as those with one: the guide's plain log, and logs with both."""

import random
from collections import Counter
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bulk.both_ways import NOW, compare, same_report
from tests.engine.bulk.dirty_logs import HALF_STAMPED, WITHOUT_TIMES, Writer, dirty_log
from tests.engine.bulk.test_listing import same_lines
from tests.engine.reports.reading import story
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.parser import Parser
from tui.engine.report import Span

pytestmark = pytest.mark.usefixtures("both_looks")

BOTH = pytest.mark.parametrize("writers", [WITHOUT_TIMES, HALF_STAMPED], ids=["no_times", "some_times"])


@BOTH
@given(seed=st.integers(0, 2**32), lines=st.integers(1, 400), dirt=st.sampled_from([0.0, 0.02]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mixture_means_the_same_at_once(writers: list[list[Writer]], seed: int, lines: int, dirt: float) -> None:
    reader = BlockReader("app", UTC, NOW)
    for part in range(2):
        compare(dirty_log(seed + part, lines, dirt=dirt, writers=writers), reader)


_NEAR = (
    "INFO: {usual}",
    "ERROR: {usual}",
    "INFO:     {usual}",
    "DEBUG:app:{usual}",
    "[INFO] {usual}",
    "  {usual}",
    "\ufeff{usual}",
    "^C{usual}",
    "app  | {usual}",
    "\x1b[32m{usual}\x1b[0m",
    "2027-01-15 08:15:14 {usual}",
    "2027-01-15T08:15:14.006Z {usual}",
    "2027-01-15T08:15:14.006Z {usual} ",
    "08:15:14 {usual}",
    "{usual} ",
    "{usual} ñ",
    "{usual} ERROR",
    '{{"message": "{usual}"}}',
)
_VALUES = ("1,25s", "2.4s", "840", "0ms", "120001ms", "160.25ms", "160 ms", "160ms ms", "-3ms", "1e3ms", "nanms", "")


@pytest.mark.parametrize("message", ["[STT Azure] trace=k9d2 TTFB=171ms final=yes", "[TTS Azure] TTFB=171ms"])
@pytest.mark.parametrize("symbol", ["📊", "⏱️", "✔", "❌", "🔌", "—", "・"])
def test_what_is_nearly_a_latency_without_a_time_means_what_it_means_alone(message: str, symbol: str) -> None:
    usual, reader = f"{symbol} {message}", BlockReader("app", UTC, NOW)
    lines = [usual] * 40
    for near in _NEAR:
        lines += [usual, near.format(usual=usual)]
    for value in _VALUES:
        lines += [usual, usual.replace("171ms", value)]
    data = "\n".join(lines).encode()
    compare(data, reader)

    assert compare(data, reader) > 40


def test_a_level_in_front_of_a_latency_without_a_time_makes_it_no_line_of_that_layout() -> None:
    reader, usual = BlockReader("app", UTC, NOW), "📊 [STT Azure] trace=k9d2 TTFB=171ms".encode()
    compare(b"\n".join([usual] * 40), reader)

    found = reader.find(b"INFO: %b\n%b\n\xf0\x9f\x93\x8aINFO: %b\n" % (usual, usual, usual))

    assert [hits.lines.tolist() for hits in found.block.samples] == [[1]]


@BOTH
@pytest.mark.parametrize("seed", range(8))
async def test_a_report_over_blocks_is_the_report_over_lines(
    writers: list[list[Writer]], seed: int, tmp_path: Path
) -> None:
    path = tmp_path / "app.log"
    step = (0.001, 0.5)[seed // 2 % 2]
    path.write_bytes(dirty_log(seed, 1500, dirt=(0.0, 0.001)[seed % 2], step=step, writers=writers))
    span = Span(NOW + 20 * step, NOW + 4000 * step) if seed % 3 == 0 else Span()

    await same_report(path, Asked(span, frozenset({"web"}) if seed % 5 == 0 else frozenset()))


@BOTH
async def test_two_processes_lead_to_what_one_does(writers: list[list[Writer]], tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(
        b"".join(dirty_log(seed, 700, dirt=0.0, writers=writers).removesuffix(b"\n") + b"\n" for seed in range(4))
    )

    await same_report(path, parallel_from=0)
    assert await same_lines(path, parallel_from=0) > 50_000


@BOTH
@pytest.mark.parametrize("seed", range(4))
async def test_a_log_is_printed_as_line_by_line(writers: list[list[Writer]], seed: int, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(dirty_log(seed, 1500, dirt=(0.0, 0.001)[seed % 2], writers=writers))

    assert await same_lines(path) > 50_000


@pytest.mark.parametrize("since", [NOW + 3, NOW + 9])
async def test_a_latency_without_a_time_is_in_a_period_if_the_line_with_one_above_it_is(
    since: float, tmp_path: Path
) -> None:
    path, rng, lines = tmp_path / "app.log", random.Random(3), list[str]()  # noqa: S311 - of test data
    for number in range(3000):
        message = f"📊 [STT Azure] trace=t{number} TTFB={100 + number % 60}ms"
        if number % 7 == 3:
            message = f"❌ [STT Azure] trace=t{number} ERROR: refused with HTTP status 401"
        second = number * 12 // 3000
        stamp = f"2027-01-15T08:00:{second:02}.{number % 1000:03}000{number % 1000:03}Z "
        lines.append(message if rng.random() < 0.7 else stamp + message)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    report = await same_report(path, Asked(Span(since, NOW + 11)), block=20_000)

    assert 0 < report["ttfb"]["STT"]["n"] < 2500


async def test_one_latency_that_two_dialects_tell_counts_once_without_times_too(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    lines = []
    for number in range(1200):
        ms = 100 + 37 * number % 700
        lines.append(f"📊 [LLM Groq] trace=t{number} TTFB={ms}ms")
        if number % 3:
            lines += [""] * (number % 8)
            lines.append(f"⚡ [Metrics] groq_llm.ttfb={ms}.25ms")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    report = await same_report(path, block=20_000)

    assert 1200 < report["ttfb"]["LLM"]["n"] < 1900


async def test_of_more_providers_than_have_a_row_the_same_share_one(tmp_path: Path) -> None:
    path, rng, lines = tmp_path / "app.log", random.Random(4), list[str]()  # noqa: S311 - of test data
    for number in range(3000):
        provider = f"P{min(int(rng.expovariate(0.1)), 40)}x"
        stamp = f"2027-01-15T{3 + number // 800:02}:00:00.{1000 * number + 77:09}Z " if rng.random() < 0.3 else ""
        lines.append(f"{stamp}📊 [TTS {provider}] TTFB={100 + number % 60}ms")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    report = await same_report(path, block=20_000)

    assert report["ttfb"]["TTS"]["n"] == 3000


async def test_most_latencies_of_the_guides_plain_log_are_counted_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, counted = tmp_path / "app.log", Counter[str]()
    path.write_text("".join(f"{line}\n" for line in story("guide", "calm", until=1200)), encoding="utf-8")
    take_samples = SourceTotals.take_samples

    def samples(self: SourceTotals, columns: Any, busy: Any) -> None:  # noqa: ANN401 - as the method
        counted["samples"] += len(columns.lines)
        counted["parts"] += 1
        take_samples(self, columns, busy)

    monkeypatch.setattr(SourceTotals, "take_samples", samples)

    report = await same_report(path)

    assert counted["samples"] > 0.8 * sum(one["n"] for one in report["ttfb"].values())
    assert counted["samples"] > 20 * counted["parts"]
    assert report["calls"]["opened"]


def test_failures_without_a_time_that_were_seen_before_are_not_read_line_by_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = BlockReader("app", UTC, NOW)
    log = "\n".join(f"❌ [TTS Azure] trace={n:x}-1 ERROR: refused with HTTP status 401" for n in range(60)).encode()
    compare(log, reader)
    monkeypatch.setattr(Parser, "feed", lambda *_, **__: pytest.fail("read once more"))

    found = reader.read(log + b"\n", [])

    assert found.events.number == 60
