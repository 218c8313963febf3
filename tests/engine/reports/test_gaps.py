"""Where lines may be missing is said in every format: the source, when, and why."""

import csv
import gzip
import io
import json
import random
from pathlib import Path

from tests.engine.reports.reading import NOW, report_on, written
from tui.engine.report import Report
from tui.engine.reports import format_of

LINE = "2027-01-15T07:{:02}:00Z 📊 [TTS Azure] TTFB={}ms"
REASON = "a compressed file ends too early; the rest of it is missing"


def with_a_gap(folder: Path) -> Report:
    """Return the report over a log whose rotated file was cut off, beside one that is whole."""
    whole = written(folder / "whole.log", [LINE.format(1, 300)])
    log = written(folder / "app.log", [LINE.format(59, 200)])
    old = "\n".join(LINE.format(n % 50, random.Random(n).randint(100, 900)) for n in range(500))  # noqa: S311
    packed = gzip.compress(old.encode())
    (folder / "app.log.1.gz").write_bytes(packed[: len(packed) // 2])
    return report_on(log, whole, rotated=True)


def test_json_and_csv_name_the_source_the_time_and_the_reason_of_a_gap(tmp_path: Path) -> None:
    report = with_a_gap(tmp_path)

    read = json.loads(format_of("json").render(report))["input"]
    assert read["gaps"] == 1
    assert read["gap_list"] == [
        {"source": f"{tmp_path}/app.log", "count": 1, "time": "2027-01-15T08:00:00Z", "reason": REASON}
    ]
    assert report.input.gap_list[0].at == NOW
    rows = [row for row in csv.reader(io.StringIO(format_of("csv").render(report))) if row[0] == "gap"]
    assert [row[1:4] for row in rows] == [
        [f"{tmp_path}/app.log", "count", "1"],
        [f"{tmp_path}/app.log", "noticed", "2027-01-15T08:00:00Z"],
        [f"{tmp_path}/app.log", "reason", REASON],
    ]


def test_texts_for_people_say_it_in_one_line(tmp_path: Path) -> None:
    report = with_a_gap(tmp_path)

    for name in ("markdown", "html"):
        text = format_of(name).render(report)
        assert "gap ×1, the last noticed Jan 15, 2027, 08:00 UTC" in text, name
        assert REASON in text, name
        assert "app.log: gap" in text, name
        assert "whole.log: gap" not in text, name


def test_a_report_without_gaps_says_nothing_of_them(tmp_path: Path) -> None:
    report = report_on(written(tmp_path / "app.log", [LINE.format(1, 300)]))

    assert json.loads(format_of("json").render(report))["input"]["gap_list"] == []
    assert "gap ×" not in format_of("markdown").render(report)
