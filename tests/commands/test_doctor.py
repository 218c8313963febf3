"""What ``voxtop doctor`` tells of a log and of a dialect on trial, and that nothing secret gets out."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tui.commands._diagnosis import MAX_SHAPES, UnknownShapes
from tui.commands._redaction import installation_key
from tui.commands.doctor import command as doctor
from tui.commands.events import command as events
from tui.engine.errors import ConfigError, SourceError
from tui.engine.redact import use_key

ACME = r"""
name = "acme"

[[pattern]]
match = '(?P<stage>tts|stt)/(?P<provider>\w+): first byte after (?P<value>\S+)'
event = "ttfb"
unit = "ms"

[[pattern]]
match = 'call (?P<id>\S+) up'
event = "call_opened"

[[pattern]]
match = 'line dead'
event = "error"
provider = "telnyx"

[[pattern]]
match = 'heartbeat'
event = "nothing"
"""
LOG = [
    "2026-01-29T14:00:00Z INFO tts/azure: first byte after 342ms",
    "2026-01-29T14:00:01Z INFO tts/azure: first byte after 350ms",
    "2026-01-29T14:00:02Z INFO call c-1 up",
    "2026-01-29T14:00:03Z INFO heartbeat",
    "2026-01-29T14:00:04Z INFO warmed 3 voices",
    "2026-01-29T14:00:05Z INFO warmed 4 voices",
    "📊 [LLM Groq] TTFB=800ms",
    "ERROR: line dead",
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("\n".join(LOG) + "\n", encoding="utf-8")
    return path


def dialect(folder: Path, text: str = ACME, name: str = "acme.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(*words: str | Path, code: int = 0) -> None:
    """Run ``voxtop doctor`` with these words."""
    assert doctor.main([*map(str, words), "--lang", "en"], standalone_mode=False) == code


def told(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> dict[str, Any]:
    run(*words, "--format", "json", code=code)
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_a_log_is_read_counted_and_judged(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (source,) = told(capsys, log)["sources"]

    assert source["readable"]
    assert (source["lines"], source["bytes"]) == (8, log.stat().st_size)
    assert source["events"] == {"ttfb": 1, "error": 1}
    assert source["by_dialect"] == {"guide": 1, "generic": 1}
    assert source["unrecognised"] == 6
    assert source["understood_pct"] == pytest.approx(25.0)
    assert source["times"] == {
        "sampled": 8,
        "timed": 6,
        "zoned": 6,
        "first": "2026-01-29T14:00:00Z",
        "last": "2026-01-29T14:00:05Z",
    }


def test_unknown_lines_are_shown_by_shape_most_frequent_first(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (source,) = told(capsys, log)["sources"]

    assert source["unknown_shapes"][:2] == [
        {
            "count": 2,
            "shape": "tts/azure: first byte after #",
            "example": "tts/azure: first byte after 342ms",
        },
        {"count": 2, "shape": "warmed # voices", "example": "warmed 3 voices"},
    ]
    assert sum(shape["count"] for shape in source["unknown_shapes"]) == source["unrecognised"]


def test_each_finding_has_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.log").write_bytes(b"caf\xe9 5\n[TTS Azure] TTFB=-1ms\n" + b"x" * 70_000 + b"\n")
    (tmp_path / "naive.log").write_text("2026-01-29 14:00:00,000 - vo - INFO - 📊 [LLM Groq] TTFB=800ms\n" * 3)
    (tmp_path / "ahead.log").write_text("2199-01-29T14:00:00Z INFO 📊 [LLM Groq] TTFB=800ms\n")

    answer = told(capsys, *(tmp_path / name for name in ("bad.log", "naive.log", "ahead.log")))
    findings = [[finding["code"] for finding in source["findings"]] for source in answer["sources"]]

    assert findings == [
        ["no_events", "unknown", "no_times", "bad_samples", "not_utf8", "truncated"],
        ["no_zone"],
        ["ahead"],
    ]
    assert all(finding["remedy"] for source in answer["sources"] for finding in source["findings"])


def test_a_zone_that_was_named_is_not_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "naive.log").write_text("2026-01-29 14:00:00,000 - vo - INFO - 📊 [LLM Groq] TTFB=800ms\n")

    (source,) = told(capsys, tmp_path / "naive.log", "--tz", "Europe/Madrid")["sources"]

    assert source["findings"] == []
    assert source["times"]["first"] == "2026-01-29T13:00:00Z"


def test_a_source_that_cannot_be_read_ends_with_4_and_the_others_are_examined(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, found = told(capsys, tmp_path / "nowhere.log", log, code=4)["sources"]

    assert not missing["readable"]
    assert missing["findings"][0] == {
        "code": "unreadable",
        "text": f"{tmp_path / 'nowhere.log'} does not exist",
        "remedy": "check the spelling of the path",
    }
    assert found["lines"] == 8


def test_without_lines_there_is_no_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.log").touch()

    (source,) = told(capsys, tmp_path / "empty.log", code=3)["sources"]

    assert [finding["code"] for finding in source["findings"]] == ["empty"]
    assert source["understood_pct"] is None


def test_without_a_source_it_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    run(code=3)

    assert "voxtop doctor FILE" in capsys.readouterr().out


def test_the_page_reads_in_both_languages(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(log)
    english = capsys.readouterr().out
    doctor.main([str(log), "--lang", "es"], standalone_mode=False)
    spanish = capsys.readouterr().out

    assert "25.0 % of the lines; unknown: 6" in english
    assert "25,0 % de las líneas; desconocidas: 6" in spanish
    assert "2 x warmed # voices" in english
    assert "2 x warmed # voices" in spanish


def test_a_trial_tells_per_pattern_what_it_matches_and_gives(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = told(capsys, log, "--try", dialect(tmp_path))
    patterns = answer["try"]["patterns"]

    assert [(each["event"], each["count"]) for each in patterns] == [
        ("ttfb", 2),
        ("call_opened", 1),
        ("error", 1),
        ("nothing", 1),
    ]
    assert patterns[0]["line"] == 5
    assert patterns[0]["example"] == "tts/azure: first byte after 342ms"
    assert patterns[0]["gives"] == "ttfb stage=TTS provider=Azure ms=342.0"
    assert patterns[3]["gives"] == "nothing: known, and healthy"


def test_a_trial_compares_with_the_figures_before(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = told(capsys, log, "--try", dialect(tmp_path))
    (source,) = answer["sources"]

    assert (source["understood_before_pct"], source["understood_pct"]) == (pytest.approx(25.0), pytest.approx(75.0))
    assert source["events"] == {"ttfb": 3, "call_opened": 1, "error": 1}
    assert answer["try"]["taken"] == [{"dialect": "generic", "event": "error", "count": 1}]


def test_a_trial_leaves_nothing_installed(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, log, "--try", dialect(tmp_path))

    assert told(capsys, log)["sources"][0]["understood_pct"] == pytest.approx(25.0)


def test_a_new_version_is_tried_against_the_installed_one(
    log: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dialect(home / "config/voxtop/dialects", ACME.partition("[[pattern]]\nmatch = 'heartbeat'")[0])

    answer = told(capsys, log, "--try", dialect(home))
    (source,) = answer["sources"]

    assert [each["name"] for each in answer["dialects"]] == ["acme"]
    assert (source["understood_before_pct"], source["understood_pct"]) == (pytest.approx(62.5), pytest.approx(75.0))


def test_a_dialect_that_reads_every_line_is_told(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slow = dialect(tmp_path, ACME.replace("'heartbeat'", r"'\w+'"))

    run(log, "--try", slow)

    assert "every line is tried in full" in capsys.readouterr().out


def test_a_broken_dialect_on_trial_is_refused_with_its_place(log: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"acme\.toml:6: pattern 1: unknown event 'ttbf'; did you mean 'ttfb'"):
        run(log, "--try", dialect(tmp_path, ACME.replace('"ttfb"', '"ttbf"')))
    with pytest.raises(SourceError, match="cannot read the dialect") as caught:
        run(log, "--try", tmp_path / "nowhere.toml")
    assert caught.value.exit_code == 4


def test_installed_dialects_and_rejected_ones_are_listed(
    log: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "config/voxtop/dialects"
    dialect(folder)
    dialect(folder, ACME.replace("acme", "other").replace("heartbeat", "(?=x)"), "other.toml")

    answer = told(capsys, log)

    assert [(each["name"], each["patterns"]) for each in answer["dialects"]] == [("acme", 4)]
    assert "pattern 4" in answer["problems"][0]["text"]
    assert answer["sources"][0]["understood_pct"] == pytest.approx(75.0)


def test_events_speak_an_installed_dialect_and_tell_of_a_rejected_one(
    log: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "config/voxtop/dialects"
    dialect(folder)
    dialect(folder, "name = 3", "other.toml")

    events.main([str(log)], standalone_mode=False)
    printed = capsys.readouterr()
    kinds = [json.loads(line)["event"] for line in printed.out.splitlines()]

    assert kinds == ["ttfb", "ttfb", "call_opened", "ttfb", "error"]
    assert printed.err.startswith("voxtop: ")
    assert "other.toml:1" in printed.err


CANARIES = (
    "canaryK3y0123456789",
    "612345678",
    "canary.person@example.com",
    "4111111111111111",
    "c4n4ryPassw0rd",
    "eyJjYW5hcnkiOjF9.eyJjYW5hcnkiOjF9.c2lnbmVk",
)
CANARY_LOG = [
    "❌ [LLM Groq] Error: 401 invalid key gsk_canaryK3y0123456789",
    "❌ [TTS Azure] Error: GET wss://x/?Ocp-Apim-Subscription-Key=canaryK3y0123456789",
    "🔌 WS CONNECTION | Client: telnyx, ID: +34612345678",
    "✅ WS CLOSED | ID: +34612345678 duration=12s",
    "🔍 RAW PAYLOAD: {'from': '+34612345678', 'to': 'canary.person@example.com'}",
    "connecting to redis://default:c4n4ryPassw0rd@redis:6379/0",
    "login c4n4ry password=c4n4ryPassw0rd card 4111111111111111",
    "token: eyJjYW5hcnkiOjF9.eyJjYW5hcnkiOjF9.c2lnbmVk",
    "ERROR: mail to canary.person@example.com failed",
    "login \x1b[31mgsk_canary\x1b[0mK3y0123456789",
    "tts/gsk_canaryK3y0123456789: first byte after 342ms",
]


def test_98_no_planted_secret_leaves_by_events_or_doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "app.log"
    log.write_text("\n".join(CANARY_LOG) + "\n", encoding="utf-8")
    tried = dialect(tmp_path)

    events.main([str(log)], standalone_mode=False)
    run(log)
    run(log, "--try", tried)
    run(log, "--try", tried, "--format", "json")
    printed = capsys.readouterr()

    assert [canary for canary in CANARIES if canary in printed.out + printed.err] == []
    assert "+346***" in printed.out


def test_the_same_call_stays_recognisable_and_no_redact_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "app.log"
    log.write_text("\n".join(CANARY_LOG) + "\n", encoding="utf-8")

    events.main([str(log)], standalone_mode=False)
    masked = [found["id"] for line in capsys.readouterr().out.splitlines() if "id" in (found := json.loads(line))]
    events.main([str(log), "--no-redact"], standalone_mode=False)
    plain = [found["id"] for line in capsys.readouterr().out.splitlines() if "id" in (found := json.loads(line))]

    assert plain == ["+34612345678"] * 2
    assert len(set(masked)) == 1
    assert masked[0].startswith("+346***")


def test_masks_are_equal_from_run_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "app.log"
    log.write_text(CANARY_LOG[0] + "\n", encoding="utf-8")

    printed = []
    for other_key in (b"one", b"two"):
        use_key(other_key)
        events.main([str(log)], standalone_mode=False)
        printed.append(capsys.readouterr().out)

    assert printed[0] == printed[1]


def test_the_key_of_masks_is_for_its_owner_only(tmp_path: Path) -> None:
    key = installation_key(tmp_path / "state")
    path = tmp_path / "state" / "redaction.key"

    assert len(key) == 32
    assert installation_key(tmp_path / "state") == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["redaction.key"]
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        installation_key(tmp_path / "state")


def test_without_a_place_for_the_key_redaction_goes_on(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    log.write_text(CANARY_LOG[0] + "\n", encoding="utf-8")

    events.main([str(log)], standalone_mode=False)

    assert "gsk_***" in capsys.readouterr().out


def test_shapes_are_bounded_and_the_frequent_ones_stay() -> None:
    shapes = UnknownShapes()
    words = ("alpha", "beta", "gamma")

    for number in range(MAX_SHAPES * 2):
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        shapes.add(f"odd {letters}".encode())
        shapes.add(words[number % 3].encode())

    assert {shape.text for shape in shapes.top(3)} == set(words)
    assert len(shapes.top(10 * MAX_SHAPES)) <= MAX_SHAPES


def test_shapes_and_examples_carry_no_terminal_sequences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "evil.log").write_text("odd \x1b]0;owned\x07 \x9b31m \u202e here\n", encoding="utf-8")

    run(tmp_path / "evil.log")
    page = capsys.readouterr().out

    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(page)
