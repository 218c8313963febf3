"""``voxtop report`` as a user meets it: what it prints, where, and how it ends."""

import asyncio
import gzip
import json
import lzma
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.engine.reports.reading import DATA, story, written
from tests.terminal import VOXTOP, environment
from tui.commands.events import command as events
from tui.commands.report import command
from tui.engine.clock import ManualClock
from tui.engine.errors import SourceError, UsageError
from tui.engine.reporting import Reporting
from tui.engine.state import StateDatabase
from tui.watching.probing import Probe, save

GUIDE = str(DATA / "guide" / "guide.log")
STAMPED = "2026-01-29T10:00:0{}Z 📊 [TTS Azure] trace=a TTFB=300ms"


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words), standalone_mode=False)


def report(*words: str) -> tuple[dict[str, object], int]:
    done = run(*words, "--format", "json", "--tz", "UTC")
    assert done.exception is None, done.output
    return json.loads(done.stdout), done.return_value


def test_the_table_has_every_kpi_with_target_actual_and_state() -> None:
    done = run(GUIDE)

    assert done.return_value == 0
    for cells in (["Config Warnings", "0", "3", "✖ critical"], ["TTFB P95 (TTS)", "<500ms", "2400ms", "✖ critical"]):
        assert any(all(cell in line for cell in cells) for line in done.stdout.splitlines()), cells
    assert "Azure does not accept the" in done.stdout


def test_the_table_speaks_spanish() -> None:
    done = run(GUIDE, "--lang", "es")
    run(GUIDE, "--lang", "en")

    assert "Métrica" in done.stdout
    assert "✖ crítico" in done.stdout


def test_a_log_with_nothing_in_it_prints_its_table_and_ends_with_3(tmp_path: Path) -> None:
    done = run(str(written(tmp_path / "app.log", ["nothing", "known"])))

    assert done.return_value == 3
    assert "No data" in done.stdout
    assert "Config Warnings" in done.stdout
    assert "●" not in done.stdout


def test_what_cannot_be_read_is_named_in_one_line_and_the_others_are_reported(tmp_path: Path) -> None:
    done = run(str(tmp_path / "absent.log"), GUIDE, "--format", "json")

    assert done.return_value == 4
    assert json.loads(done.stdout)["calls"]["opened"] == 3
    assert len(done.stderr.splitlines()) == 1
    assert "absent.log" in done.stderr


def test_several_sources_are_merged(tmp_path: Path) -> None:
    other = written(tmp_path / "app.log", ["🔌 WS CONNECTION | Client: twilio, ID: a"])

    found, code = report(GUIDE, f"second={other}")

    assert code == 0
    assert found["calls"]["opened"] == 4  # type: ignore[index] - JSON
    assert found["input"]["sources"] == [GUIDE, "second"]  # type: ignore[index] - JSON


def test_r69_r74_a_week_can_be_asked_for_by_its_number(tmp_path: Path) -> None:
    days = ["2026-01-25T23:59:59Z", "2026-01-26T00:00:00Z", "2026-02-01T23:59:59Z", "2026-02-02T00:00:00Z"]
    path = written(tmp_path / "app.log", [f"{day} 📊 [TTS Azure] trace=a TTFB=300ms" for day in days])

    found, _ = report(str(path), "--since", "2026-W05", "--until", "2026-W05")

    assert found["ttfb"]["TTS"]["n"] == 2  # type: ignore[index] - JSON
    assert found["period"] == {
        "start": "2026-01-26T00:00:00Z",
        "end": "2026-02-02T00:00:00Z",
        "iso_week": "2026-W05",
        "covered_pct": 100.0,
    }


def test_an_end_before_the_beginning_is_a_mistake_told_as_such() -> None:
    done = run(GUIDE, "--since", "2026-01-29", "--until", "2026-01-28")

    assert isinstance(done.exception, UsageError)


def test_r53_clients_can_be_left_out() -> None:
    found, _ = report(GUIDE, "--exclude-client", "browser")

    assert found["calls"]["by_client"] == {"telnyx": 1, "twilio": 1}  # type: ignore[index] - JSON


def test_secrets_are_masked_unless_asked_for(tmp_path: Path) -> None:
    key = "gsk_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"
    path = str(written(tmp_path / "app.log", [f"❌ [LLM Groq] Error: Invalid API key {key}"]))

    for form in ("table", "markdown", "html", "json", "csv"):
        assert key not in run(path, "--format", form).stdout, form
    assert key in run(path, "--format", "json", "--no-redact").stdout


def test_a_file_is_put_in_place_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "week.html"
    target.write_text("last week")
    target.chmod(0o640)

    done = run(GUIDE, "--format", "html", "-o", str(target))

    assert (done.return_value, done.stdout) == (0, "")
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["week.html"]


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    done = run(GUIDE, "--format", "json", "-o", str(pipe))

    assert (done.return_value, done.stdout) == (0, "")
    assert json.loads(os.read(reading, 65536))["schema"] == "voxtop.report/1"
    assert pipe.is_fifo()
    os.close(reading)


def test_a_file_that_cannot_be_written_is_named_with_a_remedy(tmp_path: Path) -> None:
    done = run(GUIDE, "-o", str(tmp_path / "absent" / "week.txt"))

    assert isinstance(done.exception, SourceError)
    assert "absent" in str(done.exception)


def test_a_table_in_a_file_has_no_colours(tmp_path: Path) -> None:
    target = tmp_path / "week.txt"

    run(GUIDE, "-o", str(target))

    text = target.read_text(encoding="utf-8")
    assert "Config Warnings" in text
    assert "\x1b" not in text


def test_rotated_files_belong_to_the_report(tmp_path: Path) -> None:
    written(tmp_path / "app.log.1", [STAMPED.format(1), STAMPED.format(2)])
    path = str(written(tmp_path / "app.log", [STAMPED.format(3)]))

    assert report(path, "--rotated")[0]["ttfb"]["TTS"]["n"] == 3  # type: ignore[index] - JSON
    assert report(path)[0]["ttfb"]["TTS"]["n"] == 1  # type: ignore[index] - JSON


def test_a_compressed_log_named_itself_gives_the_report_of_its_text(tmp_path: Path) -> None:
    lines = [STAMPED.format(second) for second in range(10)]
    plain = report(f"app={written(tmp_path / 'app.log', lines)}")
    packed = tmp_path / "app.log.gz"
    packed.write_bytes(gzip.compress((tmp_path / "app.log").read_bytes()))

    assert report(f"app={packed}") == plain


def test_a_compressed_log_that_was_cut_off_is_counted_as_far_as_it_goes_and_told(tmp_path: Path) -> None:
    text = "".join(f"{STAMPED.format(1)} salt={os.urandom(20).hex()}\n" for _ in range(2000))
    packed = tmp_path / "app.log.gz"
    packed.write_bytes(gzip.compress(text.encode())[:-5000])
    found, code = report(str(packed))
    listed = CliRunner().invoke(events, [str(packed)], standalone_mode=False)

    reason = "a compressed file ends too early; the rest of it is missing"
    gaps = found["input"]["gap_list"]  # type: ignore[index] - JSON
    assert [gap["reason"] for gap in gaps] == [reason]
    assert code == 0
    assert 1500 < found["ttfb"]["TTS"]["n"] < 2000  # type: ignore[index] - JSON
    assert len(listed.stdout.splitlines()) == found["ttfb"]["TTS"]["n"]  # type: ignore[index] - JSON
    assert listed.stderr == f"voxtop: source {packed}: lines may be lost ({reason})\n"


def test_an_interrupted_report_is_marked_as_partial_and_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def interrupted(self: Reporting, progress: Callable[[float], None]) -> None:
        await read(self, progress)
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(60)

    read = Reporting.read
    monkeypatch.setattr(Reporting, "read", interrupted)

    done = run(GUIDE, "--format", "json", "-o", str(tmp_path / "week.json"))

    assert done.return_value == 130
    found = json.loads((tmp_path / "week.json").read_text(encoding="utf-8"))
    assert found["partial"] is True
    assert found["calls"]["opened"] == 3


def program(*words: str, text: Iterable[str] = (), **env: str) -> subprocess.CompletedProcess[bytes]:
    code = "import sys; from tui.commands.report import command; sys.exit(command.main(standalone_mode=False) or 0)"
    data = "".join(f"{line}\n" for line in text).encode()
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        input=data,
        capture_output=True,
        env=environment(**env),
        check=False,
        timeout=60,
    )


def test_standard_input_is_a_source_and_its_arrival_is_no_time(tmp_path: Path) -> None:
    done = program("-", "--format", "json", text=["🔌 WS CONNECTION | Client: twilio, ID: a"])

    found = json.loads(done.stdout)
    assert found["calls"]["opened"] == 1
    assert found["period"]["start"] is None
    assert done.stderr == b""
    assert not list(tmp_path.iterdir())


def test_a_terminal_without_unicode_gets_ascii() -> None:
    done = program(GUIDE, PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert b"X critical" in done.stdout


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    path = written(tmp_path / "app.log", story(until=30)[:2000])
    reading, writing = os.pipe()
    os.close(reading)
    words = [*VOXTOP, "report", str(path), "--format", "csv"]
    try:
        done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False, timeout=60)
    finally:
        os.close(writing)

    assert done.returncode == -signal.SIGPIPE
    assert done.stderr == b""


def test_r73_with_probes_uptime_rests_on_the_answers_recorded_in_the_covered_period(tmp_path: Path) -> None:
    log = written(tmp_path / "app.log", [STAMPED.format(second) for second in range(10)])
    start = datetime(2026, 1, 29, 10, tzinfo=UTC).timestamp()
    with StateDatabase(clock=ManualClock(start)) as database:
        for second in (-60.0, 0.0, 3.0, 6.0, 9.0, 60.0):  # the outer two lie outside the period
            probe = Probe(start + second, second in {0.0, 3.0, 6.0}, 200, 5.0)
            database.write_now(lambda connection, probe=probe: save(connection, probe))

    found, _ = report("--probes", str(log))
    without, _ = report(str(log))

    assert found["uptime"] == {"ratio": 0.75, "basis": "probe"}
    kpi = found["kpis"][-1]  # type: ignore[index]
    assert (kpi["name"], kpi["actual"], kpi["status"]) == ("uptime", 75.0, "warning")
    assert without["uptime"] == {"ratio": None, "basis": None}
    assert "share of 4 answers" in run("--probes", str(log), "--format", "markdown").stdout


def test_r73_without_recorded_answers_uptime_is_not_known_and_that_is_told(tmp_path: Path) -> None:
    log = written(tmp_path / "app.log", [STAMPED.format(second) for second in range(10)])

    done = run("--probes", str(log), "--format", "json")

    assert json.loads(done.stdout)["uptime"] == {"ratio": None, "basis": None}
    assert "no answer of a health endpoint was recorded" in done.stderr


def test_a_log_compressed_with_what_is_not_read_ends_with_4_and_what_to_type(tmp_path: Path) -> None:
    log = tmp_path / "app.log.xz"
    log.write_bytes(lzma.compress(STAMPED.format(1).encode()))
    done = run(str(log))

    assert done.return_value == 4
    assert f"{log} is compressed with xz; uncompress it where it lies: xz -dc {log} | voxtop report -" in done.stderr


@pytest.mark.parametrize(("language", "told"), [("en", "lines: 1, "), ("es", "líneas: 1, ")])
def test_one_line_is_not_told_as_several(tmp_path: Path, language: str, told: str) -> None:
    done = run(str(written(tmp_path / "app.log", [STAMPED.format(1)])), "--lang", language)
    run(GUIDE, "--lang", "en")
    assert told in done.stdout
