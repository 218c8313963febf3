"""What ``voxtop check`` says to a monitoring system, and the code it exits with."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engine.reports.reading import DATA
from tui.commands._checks import LIMITS
from tui.commands.check import command
from tui.engine.errors import ConfigError, UsageError
from tui.engine.model import Stage

KPIS = [
    "config_warnings",
    "fallback_rate",
    "ttfb_p95_stt",
    "ttfb_p95_llm",
    "ttfb_p95_tts",
    "peak_calls",
    "error_rate",
    "errors_per_minute",
    "uptime",
]
Check = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    """Run ``voxtop check`` with these words; return its exit code and its lines."""

    def run(*words: str | Path, lang: str = "en") -> tuple[int, list[str]]:
        code = command.main([*map(str, words), "--lang", lang], standalone_mode=False)
        return code, capsys.readouterr().out.splitlines()

    return run


def stamped(seconds_ago: float, message: str) -> str:
    at = datetime.fromtimestamp(time.time() - seconds_ago, UTC)
    return f"{at.isoformat(timespec='milliseconds').replace('+00:00', 'Z')} {message}"


def first_byte(ms: float, stage: Stage = "TTS", ago: float = 30) -> str:
    provider = {"STT": "Azure", "LLM": "Groq", "TTS": "Azure"}[stage]
    return stamped(ago, f"📊 [{stage} {provider}] trace=t1 TTFB={ms}ms")


def calls(count: int, ago: float = 60) -> list[str]:
    """Calls one after the other, each open for half a second."""
    return [
        line
        for index in range(count)
        for line in (
            stamped(ago - index, f"🔌 WS CONNECTION | Client: twilio, ID: c{index}"),
            stamped(ago - index - 0.5, f"🔌 WS CLOSED | ID: c{index} duration=45s"),
        )
    ]


@pytest.fixture
def log(tmp_path: Path) -> Callable[[Iterable[str]], Path]:
    """Write a log and return its path."""

    def write(lines: Iterable[str], name: str = "app.log") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


Log = Callable[..., Path]


def line_of(kpi: str, lines: list[str]) -> str:
    return next(line for line in lines[1:] if f"'{kpi}'=" in line)


def test_a_healthy_log_is_ok_with_a_line_per_kpi(check: Check, log: Log) -> None:
    path = log([stamped(90, "INFO:     Started server process [7]"), *calls(12), *(first_byte(300) for _ in range(6))])

    code, lines = check(path)

    assert code == 0
    assert lines[0].startswith("OK - ")
    assert [line.split("| '")[1].split("'")[0] for line in lines[1:]] == KPIS
    assert line_of("ttfb_p95_tts", lines).startswith("OK - TTFB P95 (TTS): 300ms")
    assert line_of("ttfb_p95_tts", lines).endswith("| 'ttfb_p95_tts'=300ms;500;1000;0")
    assert line_of("config_warnings", lines).endswith("| 'config_warnings'=0;;0;0")


@pytest.mark.parametrize(
    ("ms", "code", "state"),
    [
        (499.9, 0, "OK"),
        (500, 1, "WARNING"),
        (1000, 1, "WARNING"),
        (1000.4, 2, "CRITICAL"),
        (1001, 2, "CRITICAL"),
    ],
)
def test_r1_the_state_is_that_of_the_unrounded_value(check: Check, log: Log, ms: float, code: int, state: str) -> None:
    found, lines = check(log(first_byte(ms) for _ in range(5)))

    assert found == code
    assert lines[0].startswith(f"{state} - ")
    assert line_of("ttfb_p95_tts", lines).startswith(f"{state} - ")
    assert f"'ttfb_p95_tts'={ms}ms;" in line_of("ttfb_p95_tts", lines)


def test_r14_fewer_than_five_samples_are_unknown_whatever_they_are(check: Check, log: Log) -> None:
    code, lines = check(log(first_byte(9000) for _ in range(4)))

    assert line_of("ttfb_p95_tts", lines).startswith("UNKNOWN - TTFB P95 (TTS): 9000ms, but n=4")
    assert code == 0  # no errors per minute is all that is known, and it is fine


def test_what_happened_before_the_window_is_not_judged(check: Check, log: Log) -> None:
    slow = [first_byte(5000, ago=900) for _ in range(20)]
    fast = [first_byte(100, ago=10) for _ in range(5)]
    path = log([*slow, *fast])

    assert check(path)[0] == 0
    assert check(path, "--last", "1h")[0] == 2
    assert check(path, "--last", "all")[0] == 2


def test_a_log_that_ended_before_the_window_is_unknown(check: Check, log: Log) -> None:
    code, lines = check(log(first_byte(100, ago=900) for _ in range(20)))

    assert code == 3
    assert lines[0].startswith("UNKNOWN - 9 unknown (last 5m")
    assert {line.split(" - ")[0] for line in lines} == {"UNKNOWN"}
    assert "'ttfb_p95_tts'=U;500;1000;0" in line_of("ttfb_p95_tts", lines)


def test_a_log_of_something_else_is_unknown_and_not_ok(check: Check, log: Log) -> None:
    code, _ = check(log(stamped(ago, "nightly backup of table 7") for ago in range(60, 0, -1)))

    assert code == 3


def test_r27_a_rate_on_few_calls_is_a_warning_at_most(check: Check, log: Log) -> None:
    switches = [stamped(50 - 5 * index, "🔄 [TTS Fallback] Switching to Google TTS") for index in range(3)]

    few, lines = check(log([*calls(9), *switches]))
    enough, _ = check(log([*calls(10), *switches]))
    none, without = check(log(switches))

    assert (few, enough, none) == (1, 2, 1)
    assert "33.3%" in line_of("fallback_rate", lines)
    assert "3 without a single call" in line_of("fallback_rate", without)
    assert "'fallback_rate'=U;5;10;0" in line_of("fallback_rate", without)


def test_r57_r61_a_missing_key_is_critical_until_a_later_start_has_it(check: Check, log: Log) -> None:
    boot = [
        stamped(100, "WARNING: ⚠️ [Config] GROQ_API_KEY is not set"),
        stamped(99, "INFO:     Started server process [7]"),
        stamped(98, "INFO:     Application startup complete."),
    ]
    again = [
        stamped(50, "INFO:     Started server process [8]"),
        stamped(49, "INFO:     Application startup complete."),
    ]

    code, lines = check(log(boot))
    mended, after = check(log([*boot, *again]))

    assert code == 2
    assert "GROQ_API_KEY" in line_of("config_warnings", lines)
    assert "'config_warnings'=1;;0;0" in line_of("config_warnings", lines)
    assert mended == 1  # the process was away for a while
    assert line_of("uptime", after).startswith("WARNING - ")
    assert line_of("config_warnings", after).startswith("OK - ")


def test_r66_without_times_only_the_configuration_is_known_unless_all_is_looked_at(check: Check, log: Log) -> None:
    path = log(["🔌 WS CONNECTION | Client: twilio, ID: a", *("📊 [TTS Azure] trace=t1 TTFB=2000ms" for _ in range(9))])

    code, lines = check(path)
    whole, everything = check(path, "--last", "all")

    assert code == 3
    assert "a log tells no times" in line_of("ttfb_p95_tts", lines)
    assert whole == 2
    assert line_of("ttfb_p95_tts", everything).startswith("CRITICAL - TTFB P95 (TTS): 2000ms")
    assert line_of("errors_per_minute", everything).startswith("UNKNOWN - ")


def test_r66_one_source_without_times_leaves_no_window_of_all(check: Check, log: Log) -> None:
    timed = log([first_byte(100) for _ in range(5)], "timed.log")
    bare = log(["📊 [TTS Azure] trace=t1 TTFB=9000ms"] * 9, "bare.log")

    code, lines = check(timed, bare)

    assert code == 3
    assert "'ttfb_p95_tts'=U;" in line_of("ttfb_p95_tts", lines)


def test_r47_the_peak_of_a_window_is_a_lower_bound(check: Check, log: Log) -> None:
    path = log(calls(2))

    assert "at least 1 (" in line_of("peak_calls", check(path)[1])
    assert "at least" not in line_of("peak_calls", check(path, "--last", "all")[1])


def test_a_source_that_cannot_be_read_is_unknown(check: Check, tmp_path: Path) -> None:
    code, lines = check(tmp_path / "absent.log")

    assert code == 3
    assert lines[0].startswith("UNKNOWN - ")
    assert "absent.log does not exist" in lines[1]


def test_an_unreadable_source_hides_no_alarm_and_spoils_an_ok(check: Check, log: Log, tmp_path: Path) -> None:
    fine = log([first_byte(100) for _ in range(5)], "fine.log")
    slow = log([first_byte(5000) for _ in range(5)], "slow.log")

    assert check(fine)[0] == 0
    assert check(fine, tmp_path / "absent.log")[0] == 3
    assert check(slow, tmp_path / "absent.log")[0] == 2


def test_limits_can_be_replaced_one_by_one(check: Check, log: Log) -> None:
    path = log(first_byte(700) for _ in range(5))

    assert check(path)[0] == 1
    assert check(path, "--threshold", "ttfb_p95_tts=800:1000")[0] == 0
    assert check(path, "--threshold", "ttfb_p95_tts=:600")[0] == 2
    code, lines = check(path, "--threshold", "ttfb_p95_tts=701:", "--threshold", "error_rate=2:3")
    assert code == 0
    assert line_of("ttfb_p95_tts", lines).endswith("=700ms;701;1000;0")
    assert line_of("error_rate", lines).endswith("=U;2;3;0")


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ("ttfb_p95_tss=1:2", "did you mean 'ttfb_p95_tts'?"),
        ("TTFB_P95_TTS=1:2", "did you mean 'ttfb_p95_tts'?"),
        ("zzz=1:2", "fallback_rate"),
        ("ttfb_p95_tts=fast:slow", "ttfb_p95_tts=fast:slow"),
        ("ttfb_p95_tts=500", "500:1000"),
        ("ttfb_p95_tts=900:500", "warn at 900"),
        ("ttfb_p95_tts=nan:500", "nan"),
        ("ttfb_p95_tts=1:inf", "inf"),
        ("uptime=1:2", "no KPI with limits"),
    ],
)
def test_limits_that_cannot_be_are_refused_with_a_remedy(check: Check, log: Log, limits: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        check(log([]), "--threshold", limits)

    assert says in str(error.value)


@pytest.mark.parametrize("last", ["0s", "soon", "", "-5m"])
def test_a_window_must_be_a_span(check: Check, log: Log, last: str) -> None:
    with pytest.raises(UsageError):
        check(log([]), "--last", last)


def test_the_thresholds_of_the_configuration_count(check: Check, log: Log, tmp_path: Path) -> None:
    config = tmp_path / "voxtop.toml"
    config.write_text("[thresholds]\nttfb_tts_ms = { warn_at = 100, crit_at = 200 }\n", encoding="utf-8")
    path = log(first_byte(300) for _ in range(5))

    assert check(path, "--config", config)[0] == 2
    with pytest.raises(ConfigError):
        check(path, "--config", tmp_path / "absent.toml")


def test_nagios_finds_all_performance_data_behind_the_first_line(check: Check, log: Log) -> None:
    code, lines = check(log(first_byte(1200) for _ in range(5)), "--format", "nagios")

    text, data = lines[0].split(" | ")
    assert code == 2
    assert text.startswith("CRITICAL - ")
    assert [word.split("=")[0].strip("'") for word in data.split()] == KPIS
    assert len(lines) == 1 + len(KPIS)
    assert not any("|" in line for line in lines[1:])


def test_json_carries_the_same_states(check: Check, log: Log) -> None:
    code, lines = check(log(first_byte(1200) for _ in range(5)), "--format", "json", "--last", "10m")

    found: dict[str, Any] = json.loads("\n".join(lines))
    assert (code, found["status"], found["window_s"]) == (2, "critical", 600)
    assert [kpi["name"] for kpi in found["kpis"]] == KPIS
    by_name = {kpi["name"]: kpi for kpi in found["kpis"]}
    assert by_name["ttfb_p95_tts"] | {"text": ""} == {
        "name": "ttfb_p95_tts",
        "status": "critical",
        "actual": 1200,
        "unit": "ms",
        "warn_at": 500,
        "crit_at": 1000,
        "n": 5,
        "missing": [],
        "at_least": False,
        "reason": None,
        "text": "",
    }
    assert by_name["error_rate"]["reason"] == "no_calls"
    assert {name for name, kpi in by_name.items() if kpi["warn_at"] is not None} == set(LIMITS)


def test_spanish_keeps_the_words_that_plugins_know(check: Check, log: Log) -> None:
    code, lines = check(log(first_byte(1200) for _ in range(5)), lang="es")

    assert code == 2
    assert lines[0].startswith("CRITICAL - ")
    assert "crítico por encima de 1000" in line_of("ttfb_p95_tts", lines)
    assert "no se vieron llamadas" in line_of("fallback_rate", lines)


def test_r83_every_value_shows_its_window_its_n_and_its_source(check: Check, log: Log) -> None:
    path = log([*calls(12), *(first_byte(300) for _ in range(6))])

    _, lines = check(f"front={path}", "--last", "15m")

    assert "last 15m; front" in lines[0]
    for kpi, n in (("ttfb_p95_tts", 6), ("fallback_rate", 12), ("peak_calls", 12)):
        assert f"n={n}; last 15m" in line_of(kpi, lines)


def test_a_bar_an_escape_and_a_key_in_a_name_reach_no_plugin(check: Check, tmp_path: Path) -> None:
    name = f"a|b\x1b[2J-{'gsk_' + 'A1b2C3d4E5f6' * 4}.log"

    _, lines = check(tmp_path / name)

    assert all(line.count("|") == ("'" in line.partition("|")[2]) for line in lines)
    assert not any("\x1b" in line or "A1b2C3d4E5f6" in line for line in lines)
    assert "a¦b" in lines[0]


def test_calls_of_an_excluded_kind_do_not_count(check: Check, log: Log) -> None:
    path = log([*calls(3), stamped(5, "🔌 WS CONNECTION | Client: browser, ID: b1")])

    _, lines = check(path, "--exclude-client", "browser")

    assert "n=3;" in line_of("peak_calls", lines)


def test_r67_a_log_from_the_future_is_not_of_the_last_minutes(check: Check, log: Log) -> None:
    path = log(first_byte(5000, ago=-7200) for _ in range(9))

    assert check(path)[0] == 3
    assert check(path, "--last", "all")[0] == 2


def test_the_samples_are_judged_as_wholes(check: Check) -> None:
    for sample in ("guide", "andrea"):
        code, lines = check(DATA / sample / f"{sample}.log", "--last", "all")

        assert code == 2
        assert line_of("config_warnings", lines).startswith("CRITICAL - Config Warnings: not set: ")
