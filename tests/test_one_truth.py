"""One log, three ways to its figures: the monitor, the report and the check say the same.

Every log here lasts less than four minutes and all its lines carry times, so that the windows of the monitor
(five minutes for latencies, sixty for rates), the window of the check (ten) and the whole period of the report
hold the very same events. What is defined otherwise is not compared: the monitor judges the calls that are open
now, report and check their peak; a P95 of fewer than five samples is judged by the report alone (semantics R14).
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine.reports.reading import DATA, NOW, written
from tui.commands import _reported, check, report
from tui.engine.clock import ManualClock
from tui.engine.metrics.histogram import MIN_JUDGED
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LineBlock, Percentiles, Snapshot, SourceStatus, Status, Thresholds
from tui.engine.monitor import Monitor
from tui.engine.parser import line_time
from tui.engine.sources import open_source
from tui.engine.sources._source import Source
from tui.simulator.scenarios import SCENARIOS
from tui.simulator.story import Story

PAST_S, STORY_S = 70.0, 160.0
SAMPLES = ("guide", "andrea", "livekit", "pipecat", "providers", "bolna_dograh", "jambonz_asterisk", "uvicorn_twilio")
TIMED = ("andrea", "guide-docker")


@dataclass
class Answers:
    """What each of the three said."""

    live: Snapshot
    report: dict[str, Any]
    check: dict[str, Any]

    def kpi(self, name: str) -> dict[str, Any]:
        """Return a row of the report's KPI table."""
        return _named(self.report["kpis"], name)

    def checked(self, name: str) -> dict[str, Any]:
        """Return a KPI of the check."""
        return _named(self.check["kpis"], name)


def _named(rows: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if row["name"] == name)


class Watched:
    """A source that tells when whoever reads it has taken in everything there was."""

    def __init__(self, source: Source) -> None:
        self.caught_up = asyncio.Event()
        self._source = source

    @property
    def name(self) -> str:
        """Its name."""
        return self._source.name

    @property
    def bookmark(self) -> str:
        """Where its reading goes on."""
        return self._source.bookmark

    def status(self) -> SourceStatus:
        """Return its status."""
        return self._source.status()

    async def batches(self) -> AsyncIterator[LineBlock]:
        """Yield its blocks."""
        async with aclosing(self._source.batches()) as blocks:  # type: ignore[type-var] # async generators
            async for block in blocks:
                yield block
                if not block.lines:
                    self.caught_up.set()


async def monitored(paths: Sequence[Path], now: float) -> Snapshot:
    """Return what the monitor shows at the end of the logs."""
    clock = ManualClock(now)
    sources = [
        Watched(open_source(str(path), clock=clock, since=None, line_time=partial(line_time, tz=UTC))) for path in paths
    ]
    monitor = Monitor(sources, MetricsStore(Thresholds()), clock, UTC)
    reading = asyncio.create_task(monitor.run())
    for source in sources:
        await asyncio.wait_for(source.caught_up.wait(), 30)
    snapshot = monitor.snapshot()
    reading.cancel()
    await asyncio.wait([reading])
    return snapshot


Ask = Callable[..., Answers]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Ask:
    """Put the same logs before all three, at the same moment."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(paths: Sequence[Path], now: float, last: str = "10m") -> Answers:
        for module in (_reported, check):
            monkeypatch.setattr(module, "SystemClock", lambda: ManualClock(now))
        words = [*map(str, paths), "--lang", "en", "--tz", "UTC", "--format", "json"]
        report.command.main(words, standalone_mode=False)
        whole = json.loads(capsys.readouterr().out)
        check.command.main([*words, "--last", last], standalone_mode=False)
        return Answers(asyncio.run(monitored(paths, now)), whole, json.loads(capsys.readouterr().out))

    return run


def same(live: Percentiles, reported: dict[str, Any]) -> None:
    assert not live.widened
    assert live.n == reported["n"]
    for name in ("p50", "p95", "p99", "mean", "max"):
        assert getattr(live, name) == pytest.approx(reported[f"{name}_ms"], rel=1e-12), name
    if live.n >= MIN_JUDGED:
        assert live.status == reported["status"]


def compare_latency(answers: Answers) -> None:
    live, whole = answers.live, answers.report
    for row in live.ttfb:
        kpi, checked = (find(f"ttfb_p95_{row.stage.lower()}") for find in (answers.kpi, answers.checked))
        assert (checked["actual"], checked["n"]) == (kpi["actual"], kpi["n"])
        if not row.figures.n:
            assert row.stage not in whole["ttfb"]
            assert kpi["actual"] is None
            continue
        same(row.figures, whole["ttfb"][row.stage])
        assert kpi["actual"] == whole["ttfb"][row.stage]["p95_ms"]
        assert checked["status"] == row.figures.status
        for name, figures in row.providers:
            same(figures, whole["ttfb_by_provider"][f"{row.stage}/{name}"])
    names = {f"{row.stage}/{name}" for row in live.ttfb for name, _ in row.providers}
    assert names == set(whole["ttfb_by_provider"])
    if live.turn.figures.n:
        same(live.turn.figures, whole["turn"])
    else:
        assert whole["turn"] is None


def compare_config(answers: Answers) -> None:
    missing = answers.report["config"]["missing"]
    present = {key.field for key in answers.live.config.missing}
    assert {name for name, found in missing.items() if not found["resolved"]} == present
    assert {name for name, found in missing.items() if found["resolved"]} == set(answers.live.config.resolved)
    checked = answers.checked("config_warnings")
    assert set(checked["missing"]) == present
    if answers.live.verdict.freshness == "live":
        assert checked["status"] == answers.live.config.status
    if checked["status"] != Status.NO_DATA:
        assert checked["actual"] == len(present)
    assert answers.kpi("config_warnings")["actual"] == answers.report["config"]["count"]


def compare_calls(answers: Answers) -> None:
    live, whole = answers.live.calls, answers.report["calls"]
    assert (live.active or 0, live.opened, live.closed) == (whole["active_at_end"], whole["opened"], whole["closed"])
    assert (live.lost, live.ghosts, live.short) == (whole["lost"], whole["ended_unknown"], whole["short"])
    assert dict(live.by_client) == whole["by_client"]
    assert live.peak == whole["peak"]
    kpi, checked = answers.kpi("peak_calls"), answers.checked("peak_calls")
    assert [checked[key] for key in ("actual", "n", "status")] == [kpi[key] for key in ("actual", "n", "status")]
    assert kpi["actual"] == (None if live.active is None else whole["peak"])


def compare_fallback(answers: Answers) -> None:
    live, whole = answers.live.fallback, answers.report["fallback"]
    assert {row.stage: row.activations for row in live} == whole["by_stage"]
    assert sum(row.activations for row in live) == whole["activations"]
    kpi, checked = answers.kpi("fallback_rate"), answers.checked("fallback_rate")
    assert {row.calls for row in live} == {kpi["n"]}
    if kpi["n"]:
        assert sum(row.pct or 0.0 for row in live) == pytest.approx(whole["per_100_calls"])
        assert checked["n"] == kpi["n"]
        assert {row.stage: row.pct for row in live} == {
            stage: 100 * count / kpi["n"] for stage, count in whole["by_stage"].items()
        }
    assert kpi["actual"] == checked["actual"] == whole["per_100_calls"]
    assert kpi["status"] == checked["status"]
    active = [row for row in live if row.activations]
    if len(active) == 1:
        assert active[0].status == kpi["status"]
    assert all(row.status.rank <= Status(kpi["status"]).rank for row in active)


def compare_errors(answers: Answers) -> None:
    live, whole = answers.live.errors, answers.report["errors"]
    assert (live.count, live.affected) == (whole["count"], whole["affected_calls"])
    kpi, checked = answers.kpi("error_rate"), answers.checked("error_rate")
    assert live.calls == kpi["n"]
    assert live.pct == kpi["actual"] == checked["actual"]
    assert live.pct_status == kpi["status"] == checked["status"]
    rate, checked_rate = answers.kpi("errors_per_minute"), answers.checked("errors_per_minute")
    assert rate["actual"] == checked_rate["actual"] == whole["per_minute"]
    assert rate["status"] == checked_rate["status"]


def compare(answers: Answers) -> None:
    """Compare every figure that the three share."""
    assert answers.live.verdict.freshness == "live"
    compare_config(answers)
    compare_fallback(answers)
    compare_latency(answers)
    compare_calls(answers)
    compare_errors(answers)
    statuses = answers.live.sources
    assert sum(status.lines for status in statuses) == answers.report["input"]["lines"]
    assert sum(status.bytes for status in statuses) == answers.report["input"]["bytes"]
    assert sum(status.events for status in statuses) == answers.report["input"]["events"]
    assert sum(status.unrecognised for status in statuses) == answers.report["input"]["unrecognised"]


def stamped(lines: Iterable[str], start: float, step: float = 0.5) -> list[str]:
    """Put the times of ``docker logs -t`` before lines that have none."""
    return [
        f"{datetime.fromtimestamp(start + step * index, UTC).isoformat(timespec='milliseconds')} {line}"
        for index, line in enumerate(lines)
    ]


def is_recent(line: str) -> bool:
    """Tell a line of the last minute from one that names another time inside."""
    at = line_time(line.encode(), UTC)
    return at is not None and NOW - 60 <= at <= NOW


def story(dialect: str, scenario: str, seed: int) -> list[str]:
    lines = []
    for second, line in Story(scenario, seed, dialect, UTC, past=PAST_S).lines(NOW - STORY_S):
        if second > STORY_S:
            break
        lines.append(line.rstrip("\n"))
    return lines


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_has_the_same_figures_everywhere(ask: Ask, tmp_path: Path, name: str) -> None:
    sample = (DATA / name / f"{name}.log").read_text(encoding="utf-8").splitlines()
    lines = [line for line in stamped(sample, NOW - 60) if is_recent(line)]

    compare(ask([written(tmp_path / "app.log", lines)], NOW))


@pytest.mark.parametrize("dialect", TIMED)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_story_has_the_same_figures_everywhere(ask: Ask, tmp_path: Path, dialect: str, scenario: str) -> None:
    for seed in (1, 2):
        answers = ask([written(tmp_path / "app.log", story(dialect, scenario, seed))], NOW)

        compare(answers)
        assert all(row.figures.n > MIN_JUDGED for row in answers.live.ttfb)
        assert answers.live.calls.opened > 5


@pytest.mark.parametrize("seed", range(4))
def test_several_sources_have_the_same_figures_everywhere(ask: Ask, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a choice of logs, no secret
    paths = [
        written(tmp_path / f"app{index}.log", story(rng.choice(TIMED), rng.choice(list(SCENARIOS)), seed))
        for index in range(3)
    ]

    compare(ask(paths, NOW))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_r66_without_times_report_and_check_know_the_same_totals_and_the_monitor_no_window(
    ask: Ask, tmp_path: Path, scenario: str
) -> None:
    answers = ask([written(tmp_path / "app.log", story("guide", scenario, 1))], NOW, last="all")

    for kpi in answers.report["kpis"]:
        checked = answers.checked(kpi["name"])
        if kpi["name"] != "config_warnings":
            assert (checked["actual"], checked["status"]) == (kpi["actual"], kpi["status"]), kpi["name"]
    compare_config(answers)
    assert answers.live.verdict.freshness == "stale"  # history without times says nothing about now
    assert answers.kpi("errors_per_minute")["actual"] is answers.kpi("uptime")["actual"] is None
    assert answers.report["calls"]["opened"] > 5
    assert answers.live.calls.active == answers.report["calls"]["active_at_end"]
    assert (answers.live.calls.opened, answers.live.errors.count) == (0, 0)
    assert all(row.figures.n == 0 and row.last_at is None for row in answers.live.ttfb)
    assert all(row.activations == 0 and row.pct is None for row in answers.live.fallback)


@pytest.mark.parametrize("errors", [0, 4, 5, 25, 26])
def test_r7_errors_per_minute_are_the_same_over_five_complete_minutes(ask: Ask, tmp_path: Path, errors: int) -> None:
    begins = NOW - 300
    failures = [
        (begins + 1 + 298 * index / max(1, errors), f"❌ [TTS Azure] Error: {400 + index}") for index in range(errors)
    ]
    every = [(begins, "INFO:     Started server process [7]"), *failures, (NOW, "INFO:     nothing special")]
    lines = [line for at, text in every for line in stamped([text], at)]

    answers = ask([written(tmp_path / "app.log", lines)], NOW)

    rate = answers.kpi("errors_per_minute")
    assert rate["actual"] == answers.checked("errors_per_minute")["actual"] == answers.live.errors.rate == errors / 5
    assert rate["status"] == answers.checked("errors_per_minute")["status"] == answers.live.errors.rate_status
