"""Every format: golden, complete, and safe to open."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.engine.reports.golden import DATA, DIALECTS, rendered
from tests.engine.reports.reading import report_on, story, written
from tui.engine.model import ErrorGroup, Percentiles, Status
from tui.engine.redact import redact
from tui.engine.report import CallTotals, FallbackTotals, InputTotals, Kpi, ProviderRow, Report
from tui.engine.reports import cleaned, format_of, names
from tui.engine.safe_text import safe_text
from tui.engine.text import LANGUAGES, use_language

HOSTILE = "=cmd|'/C calc'!A0 <script>alert(1)</script> [x](javascript:1) `|` \x1b]0;owned\x07 \u202e"
"""Harmful to a spreadsheet, a browser, a Markdown page and a terminal."""

NUMBER_OR_NULL = {"per_100_calls", "mean_duration_s", "per_minute"}


def error_row(text: str) -> ErrorGroup:
    return ErrorGroup("key", "error", "TTS", text, "401", text, 3, None, None, "app")


@pytest.fixture
def hostile() -> Report:
    report = Report(
        input=InputTotals(sources=(HOSTILE,), unreadable=(HOSTILE,), lines=1, taken=1),
        fallback=FallbackTotals(1, None, {"STT": 0, "LLM": 0, "TTS": 1}, {HOSTILE: 1}),
        calls=CallTotals(by_client={HOSTILE: 1}),
        providers=(ProviderRow("TTS", HOSTILE, Percentiles(1, 1.0, 1.0, 1.0, 1.0, 1.0, Status.OK)),),
        kpis=(Kpi("uptime", ">99%", None, "%", Status.NO_DATA),),
        top_errors=(error_row(HOSTILE),),
    )
    return cleaned(report, safe_text)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_report_on_the_samples_is_the_golden_one(dialect: str) -> None:
    golden = (DATA / dialect / f"{dialect}.report.json").read_text(encoding="utf-8")

    assert json.loads(rendered(dialect)) == json.loads(golden)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_json_has_the_keys_of_its_schema(dialect: str) -> None:
    found = json.loads(rendered(dialect))

    assert found["schema"] == "voxtop.report/1"
    assert {"start", "end", "iso_week"} <= found["period"].keys()
    assert {"sources", "lines", "bytes", "events", "unrecognised", "bad_samples"} <= found["input"].keys()
    for field in found["config"]["missing"].values():
        assert field.keys() == {"generations", "lines", "resolved", "last"}
    assert found["config"]["count"] == sum(one["generations"] for one in found["config"]["missing"].values())
    assert found["fallback"].keys() == {"activations", "per_100_calls", "by_stage", "by_target", "affected_calls"}
    assert found["fallback"]["by_stage"].keys() == {"STT", "LLM", "TTS"}
    latency = {"n", "p50_ms", "p95_ms", "p99_ms", "mean_ms", "max_ms", "status"}
    for one in [*found["ttfb"].values(), *found["ttfb_by_provider"].values()]:
        assert one.keys() == latency
    calls = {"opened", "closed", "active_at_end", "lost", "peak", "short", "by_client", "mean_duration_s"}
    assert calls <= found["calls"].keys()
    assert {"count", "per_100_calls", "per_minute", "by_code", "by_stage"} <= found["errors"].keys()
    assert found["uptime"].keys() == {"ratio", "basis"}
    names = ["config_warnings", "fallback_rate", "ttfb_p95_stt", "ttfb_p95_llm", "ttfb_p95_tts"]
    names += ["peak_calls", "error_rate", "errors_per_minute", "uptime"]
    assert [kpi["name"] for kpi in found["kpis"]] == names
    assert all({"name", "target", "actual", "unit", "status"} <= kpi.keys() for kpi in found["kpis"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_every_format_writes_a_whole_week_and_nothing_at_all(tmp_path: Path, name: str, language: str) -> None:
    use_language(language)
    try:
        full = format_of(name).render(report_on(written(tmp_path / "app.log", story(until=60)[-3000:])))
        empty = format_of(name).render(report_on(written(tmp_path / "none.log", ["nothing", "known"])))
    finally:
        use_language("en")

    assert format_of(name).ENDING.startswith(".")
    assert full.endswith("\n")
    assert "Azure" in full
    assert len(empty) > 200


def test_a_partial_report_says_so_everywhere() -> None:
    for name in names():
        assert "partial" in format_of(name).render(Report(partial=True)).lower(), name
    assert json.loads(format_of("json").render(Report(partial=True)))["partial"] is True


def test_markdown_has_the_guides_weekly_table() -> None:
    kpis = (
        Kpi("config_warnings", "0", 0, "", Status.OK),
        Kpi("fallback_rate", "<5%", 100 * 2 / 87, "%", Status.OK),
        Kpi("ttfb_p95_tts", "<500ms", 500.0, "ms", Status.WARNING),
        Kpi("error_rate", "<1%", None, "%", Status.NO_DATA),
        Kpi("uptime", ">99%", None, "%", Status.NO_DATA),
    )

    lines = format_of("markdown").render(Report(kpis=kpis)).splitlines()

    at = lines.index("| Metric | Target | Actual | State |")
    assert lines[at + 2 : at + 7] == [
        "| Config Warnings | 0 | 0 | ✅ ok |",
        "| Fallback Rate | <5% | 2.3% | ✅ ok |",
        "| TTFB P95 (TTS) | <500ms | 500ms | ⚠️ warning |",
        "| Error Rate | <1% | – | – |",
        "| Uptime | >99% | n/d | – |",
    ]


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_stands_alone_and_shows_outside_text_as_text(hostile: Report) -> None:
    text = format_of("html").render(hostile)
    page = Page()
    page.feed(text)

    assert "<script>alert(1)</script>" in page.text
    assert not {"script", "link", "img", "iframe", "object", "a"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "href", "onload", "style"}]
    assert "http://" not in text
    assert "https://" not in text


def test_html_charts_have_a_shape_for_every_hour_with_something_in_it(tmp_path: Path) -> None:
    report = report_on(written(tmp_path / "app.log", story("guide-docker", until=600)))
    page = Page()
    page.feed(format_of("html").render(report))

    assert page.tags.count("svg") == 3
    busy = sum(bool(hour.calls) + bool(hour.errors) + bool(hour.fallbacks) for hour in report.hours)
    assert page.tags.count("rect") == busy > 2


def test_markdown_shows_outside_text_as_text(hostile: Report) -> None:
    text = format_of("markdown").render(hostile)

    assert "<script" not in re.sub(r"\\<", "", text)
    assert "[x](" not in re.sub(r"\\\[", "", text)
    table = [line for line in text.splitlines() if line.startswith("| 3 |")]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in table] == [5]


def test_csv_opens_without_a_formula(hostile: Report) -> None:
    rows = list(csv.reader(format_of("csv").render(hostile).splitlines()))

    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert any(cell.startswith("'=cmd") for row in rows for cell in row)


def test_no_format_lets_anything_raw_through(hostile: Report) -> None:
    for name in names():
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", format_of(name).render(hostile)), name


def test_secrets_are_masked_wherever_a_text_of_the_log_stands() -> None:
    secret = "gsk_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"
    report = replace(Report(), top_errors=(error_row(f"Invalid API key {secret}"),))
    report = replace(report, errors=replace(report.errors, by_code={secret: 1}))

    for name in names():
        assert secret not in format_of(name).render(cleaned(report, redact)), name
