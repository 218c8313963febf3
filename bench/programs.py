"""The programs that turn the same log into the same figures, and how to ask each for them."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.logs import DialectName, Written

PEERS = Path(__file__).parent / "peers"
VOXTOP = (sys.executable, "-P", "-m", "tui")

_LNAV_SQL = (
    ";SELECT sum(log_body LIKE '%TTFB=%'), sum(log_body LIKE '%WS CONNECTION%'),"
    " sum(log_body LIKE '%WS CLOSED%' OR log_body LIKE '%WebSocket disconnected%'),"
    " avg(CASE WHEN log_body LIKE '%TTFB=%' THEN cast(substr(log_body, instr(log_body, 'TTFB=') + 5) AS INTEGER) END)"
    " FROM all_logs"
)
_TOKENS = "TTFB=|WS CONNECTION|WS CLOSED|WebSocket disconnected|is not set|Fallback\\]|❌|ERROR:"


class Program(NamedTuple):
    """One way from a log to figures."""

    name: str
    needs: str
    """The executable that must be there."""
    command: Callable[[str], list[str]]
    counted: Callable[[str], int]
    """Reads out of its output what is compared with the log."""
    expected: Callable[[Written], int]
    dialects: tuple[DialectName, ...] = ("guide", "andrea")
    """Those it can be asked about."""
    version: tuple[str, ...] = ("--version",)


def _first_number(output: str) -> int:
    return int(re.findall(r"\d+", output)[0])


def _labelled(label: str) -> Callable[[str], int]:
    return lambda output: int(re.findall(rf"^{label}=(\d+)", output, re.MULTILINE)[0])


def _mtail_samples(output: str) -> int:
    return sum(int(float(count)) for count in re.findall(r"^ttfb_count\{.*\} (\S+)", output, re.MULTILINE))


REPORT = Program(
    "voxtop report",
    sys.executable,
    lambda log: [*VOXTOP, "report", "--format", "json", log],
    lambda output: int(json.loads(output)["input"]["events"]),
    lambda written: written.events,
)
EVENTS = Program(
    "voxtop events",
    sys.executable,
    lambda log: [*VOXTOP, "events", log],
    lambda output: output.count("\n"),
    lambda written: written.events,
)
PIPELINE = Program(
    "the guide's pipeline",
    "awk",
    lambda log: [str(PEERS / "weekly.sh"), log],
    _labelled("ttfb"),
    lambda written: written.samples,
)
MTAIL = Program(
    "mtail",
    "mtail",
    lambda log: [
        "mtail",
        "--one_shot",
        "--one_shot_format=prometheus",
        "--progs",
        str(PEERS / "voice.mtail"),
        "--logs",
        log,
    ],
    _mtail_samples,
    lambda written: written.samples,
)
LNAV = Program(
    "lnav",
    "lnav",
    lambda log: ["lnav", "-n", "-I", str(PEERS / "lnav"), "-c", _LNAV_SQL, "-c", ":write-csv-to -", log],
    lambda output: _first_number(output.splitlines()[-1]),
    lambda written: written.samples,
)
GOACCESS = Program(
    "GoAccess, nearest format",
    "goaccess",
    lambda log: [
        *("goaccess", log, "--no-global-config", "--no-progress", "--no-ip-validation", "--date-format=%Y-%m-%d"),
        *("--time-format=%T", "--log-format=%dT%t.%^ %^ [%h %v] trace=%^ TTFB=%Lms %r", "--output=/dev/stdout"),
        "--output-format=json",
    ],
    lambda output: int(re.findall(r'"valid_requests": (\d+)', output)[0]),
    lambda written: written.samples,
    dialects=("guide",),
)
RIPGREP = Program(
    "ripgrep, only counting lines",
    "rg",
    lambda log: ["rg", "--no-config", "-c", _TOKENS, log],
    _first_number,
    lambda written: written.events,
)
WC = Program("wc -l", "wc", lambda log: ["wc", "-l", log], _first_number, lambda written: written.lines)

OTHERS = (PIPELINE, MTAIL, LNAV, GOACCESS, RIPGREP, WC)


def is_there(program: Program) -> bool:
    """Tell whether it can be started."""
    return shutil.which(program.needs) is not None


def environment(home: Path) -> dict[str, str]:
    """Return surroundings in which no setting of the user changes what is measured."""
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "LANG", "VIRTUAL_ENV"}}
    return {**kept, "HOME": str(home), "TZ": "UTC", "PYTHONPATH": str(PEERS.parent.parent)}
