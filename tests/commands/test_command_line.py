"""What the command line promises: one line for a mistake, the right exit code, stdout for answers only."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, environment

TIMED = "2026-02-01T08:00:00Z 🔌 WS CONNECTION | Client: twilio, ID: call_1\n"


def voxtop(*words: str, home: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*VOXTOP, *words],
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        input=stdin,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("events", "--since", "soon", "x.log"), 2, "write it like 2h"),
        (("demo", "--scenario", "azure"), 2, "azure-outage"),
        (("--lang", "es", "demo"), 2, "voxtop demo [OPCIONES]"),
        (("evnts", "x.log"), 2, "did you mean the command 'events'"),
        (("--bogus",), 2, "--bogus"),
        (("events",), 2, "SOURCE"),
        (("events", "ftp://host/x"), 2, "ftp://host/x"),
        (("events", "absent.log"), 4, "absent.log does not exist"),
        (("events", "."), 4, "is a directory"),
        (("replay", "absent.log"), 4, "absent.log"),
        (("--config", "absent.toml", "x.log"), 2, "absent.toml"),
    ],
)
def test_a_mistake_is_one_line_on_stderr_with_its_exit_code(
    tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    done = voxtop(*words, home=tmp_path)

    assert done.returncode == code
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr


def test_an_escape_sequence_in_an_argument_is_shown_and_not_sent(tmp_path: Path) -> None:
    done = voxtop("events", "\x1b]0;owned\x07", home=tmp_path)

    assert "\x1b" not in done.stderr
    assert "␛]0;owned" in done.stderr


def test_events_reads_standard_input_to_its_end(tmp_path: Path) -> None:
    done = voxtop("events", "-", home=tmp_path, stdin="🔌 WS CONNECTION | Client: twilio, ID: c1")

    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "source": "stdin",
        "line": 1,
        "time": None,
        "event": "call_opened",
        "id": "c1",
        "client": "twilio",
    }


def test_events_of_the_store_alone_are_not_printed(tmp_path: Path) -> None:
    log = "INFO:     Started server process [7]\nINFO:     Application startup complete.\n"

    done = voxtop("events", "-", home=tmp_path, stdin=log)

    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["process_start"]


@pytest.mark.parametrize("log", ["", "nothing that any dialect knows\n", "INFO:     Application startup complete.\n"])
@pytest.mark.parametrize("sources", [("app.log",), ("app.log", "app.log")])
def test_a_log_without_events_is_no_data_and_doctor_is_named(
    tmp_path: Path, log: str, sources: tuple[str, ...]
) -> None:
    (tmp_path / "app.log").write_text(log)

    done = voxtop("events", *sources, home=tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert "voxtop doctor" in done.stderr


def test_one_source_that_cannot_be_read_does_not_keep_the_other_from_being_printed(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("🔌 WS CONNECTION | Client: twilio, ID: c1\n", encoding="utf-8")

    done = voxtop("events", "absent.log", "app.log", home=tmp_path)

    assert done.returncode == 4
    assert json.loads(done.stdout)["id"] == "c1"


def test_each_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = voxtop("events", "absent.log", ".", home=tmp_path)

    assert done.returncode == 4
    assert [("absent.log" in line, "directory" in line) for line in done.stderr.splitlines()] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_events_are_utf_8_whatever_the_terminal_speaks(tmp_path: Path, encoding: str) -> None:
    for name in ("app.log", "other.log"):
        (tmp_path / name).write_text("❌ [TTS Azure] Error: sílaba 😀\n", encoding="utf-8")

    for sources in (("app.log",), ("app.log", "other.log")):
        done = subprocess.run(
            [*VOXTOP, "events", *sources],
            env={**environment(tmp_path), "PYTHONIOENCODING": encoding},
            cwd=tmp_path,
            capture_output=True,
            check=False,
            timeout=60,
        )

        assert (done.returncode, done.stderr) == (0, b"")
        told = [json.loads(line)["text"] for line in done.stdout.decode().splitlines()]
        assert told == ["❌ [TTS Azure] Error: sílaba 😀"] * len(sources)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "--last", "all", "☎.log"), 2),
        (("check", "--last", "all", "--format", "json", "☎.log"), 2),
        (("report", "☎.log"), 0),
        (("doctor", "☎.log"), 0),
        (("doctor", "--format", "json", "☎.log"), 0),
        (("alerts", "backtest", "☎.log"), 0),
        (("alerts", "backtest", "--json", "☎.log"), 0),
    ],
)
def test_signs_that_the_terminal_does_not_know_change_no_exit_code(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    (tmp_path / "☎.log").write_text("2026-02-01T08:00:00Z ⚠️ [Config] FOO is not set\n" + TIMED, encoding="utf-8")

    done = subprocess.run(
        [*VOXTOP, *words],
        env={**environment(tmp_path), "PYTHONIOENCODING": "latin-1"},
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (code, b"")
    if "json" in words:
        assert "☎.log" in str(json.loads(done.stdout))


def test_the_demo_writes_a_log_that_can_be_understood_without_a_screen(tmp_path: Path) -> None:
    done = voxtop("demo", "--headless", "1", "--speed", "60", "--out", "demo.log", home=tmp_path)

    assert done.returncode == 0
    assert done.stdout == ""
    kinds = {json.loads(line)["event"] for line in voxtop("events", "demo.log", home=tmp_path).stdout.splitlines()}
    assert {"call_opened", "call_closed", "ttfb", "turn", "process_start", "config_warning", "fallback"} <= kinds


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("🔌 WS CONNECTION | Client: twilio, ID: c1\n" * 20_000, encoding="utf-8")
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*VOXTOP, "events", "app.log"], env=environment(tmp_path), cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE
    ) as program:
        os.close(writing)
        os.read(reading, 100)
        os.close(reading)
        assert program.stderr is not None
        assert program.stderr.read() == b""


def test_help_speaks_both_languages_and_names_every_command(tmp_path: Path) -> None:
    english, spanish = voxtop("--help", home=tmp_path), voxtop("--lang", "es", "--help", home=tmp_path)

    assert english.returncode == spanish.returncode == 0
    assert all(word in english.stdout for word in ("demo", "events", "--since", "--theme", "--version"))
    assert "FUENTE" in spanish.stdout


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("report", "app.log"), 4),
        (("report", "--format", "json", "app.log"), 4),
        (("events", "app.log"), 4),
        (("events", "app.log", "other.log"), 4),
        (("doctor", "app.log"), 4),
        (("check", "--last", "all", "app.log"), 3),  # a plugin has no exit code 4
        (("config", "show"), 4),
        (("--help",), 4),
    ],
)
def test_an_answer_that_a_full_disk_refuses_is_one_line_and_not_taken_for_given(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    for name in ("app.log", "other.log"):
        (tmp_path / name).write_text(TIMED)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*VOXTOP, *words],
            env=environment(tmp_path),
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )

    assert done.returncode == code
    assert len(done.stderr.splitlines()) == 1
    assert b"No space left on device" in done.stderr


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
@pytest.mark.parametrize(
    ("words", "code"), [(("report", "app.log"), 0), (("report", "-"), 3), (("check", "--last", "all", "app.log"), 0)]
)
def test_closed_standard_streams_change_no_exit_code(
    tmp_path: Path, words: tuple[str, ...], code: int, closed: tuple[int, ...]
) -> None:
    (tmp_path / "app.log").write_text(TIMED)
    shell = '"$@" ' + " ".join(f"{number}>&-" for number in closed)
    done = subprocess.run(
        ["sh", "-c", shell, "sh", *VOXTOP, *words],
        env=environment(tmp_path),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (code, b"")
