"""Lines that say nothing, or an event of their own, are known when they come again, and change nothing around them."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine.bulk.both_ways import NOW, compare
from tui.engine.bulk import _seen, _verdicts
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.dialects._dialect import use_dialects
from tui.engine.dialects._user_file import read_dialect
from tui.engine.model import LogEvent
from tui.engine.parser import Parser

pytestmark = pytest.mark.usefixtures("both_looks")

_NOTHINGS = (
    "[STT Fallback] Creating recognizer with primary",
    "[LLM Fallback] Attempting primary provider",
    "🎤 [STT] Recognized: me sale un error 503, y despu\u00e9s nada",
    "❌ Cache MISS: voice_profile:3",
    "❌ Cache MISS: voice_profile:4",
    'HTTP Request: POST https://api.groq.com/v1 "HTTP/1.1 200 OK" error',
    "[TTSFallback] Initialized - Primary: AzureTTSAdapter, Fallback: GoogleTTSAdapter",
    "warning signs " + "w" * 240,
)
_OTHERS = (
    "[TTSFallback] Using FALLBACK: GoogleTTSAdapter",
    "[STT Fallback] Primary failed: no connection to the remote host",
    'HTTP Request: POST https://api.groq.com/v1 "HTTP/1.1 503 OK" error',
    "📊 [STT Azure] trace=1-1 TTFB=160ms",
    "📊 [STT Azure] TTFB=0ms",
    "📊 [STT Azure] TTFB=error",
    "🔌 WS CONNECTION | Client: twilio, ID: a1",
    "❌ [TTS Azure] Error: 401 refused",
    "Traceback (most recent call last):",
    '  File "app.py", line 3, in error_handler',
    "ValueError: no",
    "}",
    "",
    "INFO:     connection open",
    "INFO:     Started server process [19]",
    "frame 3 of 4",
    "INFO:     Application startup complete.",
    "Azure Speech configured: True",
    "[LLM Fallback] Primary recovered",
    "[Pipeline] Backpressure CRITICAL: Queue FULL (50/50), dropping frames",
)
_STAMPS = ("2027-01-15 08:15:14,006", "2027-02-30 08:15:14,006", "1999-01-01 00:00:00,5", "2027-01-15T08:15:14.006Z")


_CARRIERS = (
    *("🎤 [STT] Recognized: ", "🎤 [STT] Recognized: ", "[STT] Final: ", "🔊 Speaking: ", "USER: ", "🎤 USER: "),
    *("\ufeff🎤 [STT] Final: ", "é [STT] Final: ", "\r🎤 [STT] Final: ", "\x1b🎤 [STT] Final: ", "🎤 STT said: "),
)
_WORDS = (
    *("error", "me da error", "ERROR: x", "ERROR:a: b", "warning", "Traceback (most recent call last):", "TTFB=9ms"),
    *(
        "año",
        "¿qué?",
        "—",
        "😀",
        '"error"',
        "\\error",
        "\rERROR:a: b",
        "\nerror",
        "\x1b[1m",
        "\x9b1m",
        "\x7f",
        "\ufe0f",
    ),
    *("a | b error", "[ERROR]", "level=error msg=x", '"MESSAGE"', "INFO:  ", "~", " ", ""),
)


def _words(rng: random.Random) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randrange(4)))


def _line(rng: random.Random) -> str:
    message = rng.choice(_NOTHINGS if rng.random() < 0.6 else _OTHERS)
    if rng.random() < 0.3:
        message = rng.choice(_CARRIERS) + _words(rng)
    second, milli = rng.randrange(62), rng.choice((6, 6, 7, rng.randrange(1000)))
    level = rng.choice(("INFO", "INFO", "DEBUG", "WARNING", "ERROR"))
    stamp = f"2027-01-15 08:15:{second:02},{milli:03}" if rng.random() < 0.9 else rng.choice(_STAMPS)
    form = rng.randrange(6)
    if form < 3:
        record: dict[str, object] = {
            "timestamp": stamp,
            "level": level,
            "message": message,
            "trace_id": rng.choice((None, "a-1")),
        }
        if rng.random() < 0.03:
            record["timestamp" if rng.random() < 0.5 else "exc_info"] = "2027-01-15 08:15:14,006"
        return json.dumps(record, ensure_ascii=rng.random() < 0.9)
    message = message.replace("\n", " ")
    if form == 3:
        return f"{stamp} - vo.main - {level} - {message}"
    return f"2027-01-15T08:15:{second:02}.{milli:03}Z {message}" if form == 4 else message


def _log(rng: random.Random, lines: int) -> bytes:
    made = list[str]()
    while len(made) < lines:
        line = _line(rng)
        made += [line] * rng.choice((1, 1, 1, 2))
        if rng.random() < 0.05:
            made += made[-rng.randrange(1, 9) :]
    text = "\n".join(made).encode()
    return text.replace(b"Cache", b"\x1b[31mCache\x1b[0m", 1) if rng.random() < 0.2 else text


@given(st.integers(0, 2**32), st.integers(1, 120))
@example(2, 60)
@settings(max_examples=60, deadline=None)
def test_nothings_among_anything_mean_the_same_at_once(seed: int, lines: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a log that can be written again, not a secret
    reader = BlockReader("app", UTC, NOW)
    for _ in range(4):
        compare(_log(rng, lines), reader)


def _as_json(message: str, second: int, level: str = "INFO") -> bytes:
    stamp = f"2027-01-15 08:15:{second:02},006"
    return json.dumps({"timestamp": stamp, "level": level, "message": message, "trace_id": None}).encode()


def _as_lines(message: str, second: int, level: str = "INFO") -> bytes:
    return f"2027-01-15 08:15:{second:02},006 - vo.main - {level} - {message}".encode()


def _as_docker(message: str, second: int) -> bytes:
    return f"2027-01-15T08:15:{second:02}.006Z {message}".encode()


@pytest.mark.parametrize("message", _NOTHINGS)
def test_a_nothing_seen_twice_is_read_no_more_whatever_its_time(message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = BlockReader("app", UTC, NOW)
    lines = [_as_json(message, second, "DEBUG") for second in range(60)]
    compare(b"\n".join(lines[:40]), reader)
    monkeypatch.setattr(Parser, "feed", lambda *_, **__: pytest.fail("read once more"))

    found = reader.read(b"\n".join(lines[40:]) + b"\n", [])

    assert (found.rows, found.unrecognised) == (0, 0)


@pytest.mark.parametrize(
    ("message", "kind", "counted"),
    [
        ("[TTSFallback] Using FALLBACK: GoogleTTSAdapter", "fallback", 60),
        ("[LLM Fallback] Primary recovered", "recovery", 60),
        ("[Pipeline] Backpressure CRITICAL: Queue FULL (50/50), dropping frames", "error", 60),
        ("Azure Speech configured: True", "key_present", 0),
    ],
)
@pytest.mark.parametrize("form", [_as_json, _as_lines])
def test_an_event_seen_twice_is_read_no_more_and_has_its_own_time(
    form: Callable[[str, int, str], bytes], message: str, kind: str, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = BlockReader("app", UTC, NOW)
    log = b"\n".join(form(message, second, "ERROR") for second in range(60)) + b"\n"
    compare(log, reader)
    monkeypatch.setattr(Parser, "feed", lambda *_, **__: pytest.fail("read once more"))

    found = reader.read(log, [])

    events = [LogEvent._make(values) for values in found.events.values()]
    assert [event.kind for event in events] == [kind] * 60
    assert [event.time for event in events] == [1_800_000_900.006 + second for second in range(60)]
    assert found.understood == counted


@pytest.mark.parametrize("carrier", _CARRIERS)
@pytest.mark.parametrize("form", [_as_json, _as_docker])
def test_each_word_said_is_nothing_or_not_as_it_is_line_by_line(
    form: Callable[[str, int], bytes], carrier: str
) -> None:
    reader = BlockReader("app", UTC, NOW)
    compare(form(carrier + "error", 1).replace(b"\n", b" "), reader)
    for word in _WORDS:
        compare(form(carrier + word, 2).replace(b"\n", b" "), reader)
        compare(form(f"{carrier}error {word}", 2).replace(b"\n", b" "), reader)


_SAID = st.lists(st.sampled_from([*_WORDS, "\t", "\u2028"]) | st.text(max_size=9), max_size=5).map(" ".join)


@given(st.lists(st.tuples(st.sampled_from(_CARRIERS), _SAID), min_size=1, max_size=9), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_is_said_is_nothing_or_not_as_it_is_line_by_line(
    said: list[tuple[str, str]], as_json: bool, ascii_only: bool
) -> None:
    reader = BlockReader("app", UTC, NOW)
    for words in ("error", None):
        lines = list[bytes]()
        for second, (carrier, other) in enumerate(said):
            message = carrier + (other if words is None else words)
            stamp = f"2027-01-15 08:15:{second:02},006"
            record = {"timestamp": stamp, "level": "INFO", "message": message, "trace_id": f"{second}-1"}
            plain = f"2027-01-15T08:15:{second:02}.006Z {message}".replace("\n", " ")
            line = json.dumps(record, ensure_ascii=ascii_only) if as_json else plain
            lines += [line.encode("utf-8", "surrogatepass")] * 2
        compare(b"\n".join(lines), reader)


@pytest.mark.parametrize("form", [_as_json, _as_docker])
def test_what_callers_say_is_read_no_more_though_nobody_said_it_before(
    form: Callable[[str, int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = BlockReader("app", UTC, NOW)
    compare(form("🎤 [STT] Recognized: es un error", 1), reader)
    monkeypatch.setattr(Parser, "feed", lambda *_, **__: pytest.fail("read once more"))
    log = b"\n".join(form(f"🎤 [STT] Recognized: {word} error {word} año", 2) for word in "abcdefgh")

    found = reader.read(log + b"\n", [])

    assert (found.rows, found.unrecognised) == (0, 0)


def test_an_event_without_a_time_is_read_no_more_either(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = BlockReader("app", UTC, NOW)
    log = b"INFO:     connection open\nINFO:     connection closed\n" * 40
    compare(log, reader)
    monkeypatch.setattr(Parser, "feed", lambda *_, **__: pytest.fail("read once more"))

    assert reader.read(log, []).understood == 80


def test_a_failure_seen_before_takes_what_is_below_it() -> None:
    reader = BlockReader("app", UTC, NOW)
    failing = _as_json("[Pipeline] Backpressure CRITICAL: Queue FULL (50/50), dropping frames", 1, "ERROR")
    for below in (b"", b"  indented", b"Traceback (most recent call last):\nValueError: no", b"free text", failing):
        compare(b"\n".join([failing, failing, failing, below, failing, below]), reader)


@pytest.mark.parametrize(
    ("above", "kinds"),
    [
        (_as_json("[TTS Azure] Error: 401 refused", 1, "ERROR"), ["error"]),
        (_as_json("❌ Cache MISS: voice_profile:3", 1, "DEBUG"), []),
        (_as_json("❌ Cache MISS: voice_profile:3", 1), ["error"]),
        (b"2027-01-15T08:15:14.006Z stdout P half of it, ", ["error"]),
    ],
    ids=["error", "debug", "info", "half a line"],
)
def test_a_traceback_below_a_nothing_belongs_where_it_did(above: bytes, kinds: list[str]) -> None:
    reader = BlockReader("app", UTC, NOW)
    nothing = _as_json("❌ Cache MISS: voice_profile:3", 2, "DEBUG")
    trace = b'Traceback (most recent call last):\n  File "app.py", line 3, in error\nValueError: no'
    compare(b"\n".join([nothing] * 3), reader)
    for lines in ([above, trace], [above, nothing, trace], [nothing, above, trace, nothing], [trace, nothing]):
        compare(b"\n".join(lines), reader)

    found = reader.find(above + b"\n" + trace + b"\n")

    assert [event.kind for event in found.events] == kinds


def test_what_differs_in_a_digit_behind_the_time_is_asked_for_itself() -> None:
    reader = BlockReader("app", UTC, NOW)
    lines = [_as_json(f'HTTP Request: GET /error "HTTP/1.1 {code} OK"', 1, "WARNING") for code in range(195, 210)]
    for _ in range(3):
        compare(b"\n".join(lines), reader)


def test_only_so_many_lines_are_looked_for_that_differ_in_digits_and_only_so_many_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_verdicts, "_KEPT", 30)
    monkeypatch.setattr(_seen, "_KEPT", 50)
    reader = BlockReader("app", UTC, NOW)
    lines = [_as_json(f"❌ Cache MISS: voice_profile:{number}", 1, "DEBUG") for number in range(100, 140)]
    for _ in range(3):
        compare(b"\n".join([*lines[:20], *lines, *lines[20:]]), reader)


@pytest.fixture
def own_dialect(tmp_path: Path) -> Iterator[None]:
    path = tmp_path / "own.toml"
    pattern = "match = 'Cache MISS: (?P<text>.*)'\nevent = 'error'\nstage = 'STT'\nfields = {code = 'timestamp'}"
    path.write_text(f'name = "own"\n[[pattern]]\n{pattern}\n', encoding="utf-8")
    use_dialects((read_dialect(path),))
    yield
    use_dialects(())


@pytest.mark.usefixtures("own_dialect")
@given(st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_with_own_dialects_nothings_mean_the_same(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a log that can be written again, not a secret
    reader = BlockReader("app", UTC, NOW)
    for _ in range(3):
        compare(_log(rng, 60), reader)
