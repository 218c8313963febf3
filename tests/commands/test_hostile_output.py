"""Nothing that a log contains reaches a terminal raw, whichever command prints it."""

import json
import subprocess
import unicodedata
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, environment

PAYLOADS = [
    "\x1b]0;owned\x07",
    "\x1b[2J",
    "\x9b31m",
    "\x9d0;c1\x9c",
    "\x7f\x08",
    "\u202eevil\u2066",
    "\u200b\ufeff\u2028",
    "\U000e0041",
    "[bold red]x[/] [link=http://evil.example]y[/link]",
]

COMMANDS = {
    "events": ("events",),
    "report": ("report",),
    "markdown": ("report", "--format", "markdown"),
    "html": ("report", "--format", "html"),
    "json": ("report", "--format", "json"),
    "csv": ("report", "--format", "csv"),
    "check": ("check", "--last", "all"),
    "check-json": ("check", "--last", "all", "--format", "json"),
    "doctor": ("doctor",),
    "doctor-json": ("doctor", "--format", "json"),
}


@pytest.fixture
def hostile_log(tmp_path: Path) -> Path:
    log = tmp_path / "app\x1b]0;path\x07\u202e.log"
    with log.open("w", encoding="utf-8") as out:
        for number, payload in enumerate(PAYLOADS):
            out.write(f"❌ [TTS Azure{payload}] Error: 40{number} {payload}\n")
            out.write(f"❌ [LLM Groq] Error: 503 {payload} end\n")
            out.write(
                f"🔌 WS CONNECTION | Client: tw{payload.replace(' ', '')}, ID: c{number}{payload.replace(' ', '')}\n"
            )
            out.write(f"✅ [TTS Fallback] Switching to Goo{payload}gle TTS\n")
            out.write(f"unknown {payload} line\n")
    return log


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_fault_83_no_command_prints_a_control_or_format_character(
    hostile_log: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [*VOXTOP, *words, str(hostile_log)],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )
    shown = (done.stdout + done.stderr).decode("utf-8")

    assert done.stdout
    assert not {char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}} - {"\n", "\r"}


def test_events_escapes_what_is_unseen_and_loses_none_of_it(hostile_log: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*VOXTOP, "events", str(hostile_log)], env=environment(tmp_path), cwd=tmp_path, capture_output=True, check=True
    )

    texts = [json.loads(line).get("text", "") for line in done.stdout.decode().splitlines()]

    assert any("\u202eevil\u2066" in text for text in texts)
