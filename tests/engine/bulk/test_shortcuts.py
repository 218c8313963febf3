"""What whole blocks are told apart by at first is looked at: guesses that are wrong change nothing."""

import json
import random
import re
from collections.abc import Iterable
from datetime import UTC

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bulk.both_ways import NOW, compare
from tests.engine.bulk.dirty_logs import dirty_log
from tui.engine.bulk import _familiar, _literals, _records, _templates
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._familiar import UNRECOGNISED, FamiliarLines
from tui.engine.bulk._records import begins_record, ends_whole
from tui.engine.bulk._words import Text
from tui.engine.model import LogEvent
from tui.engine.parser import Parser

pytestmark = pytest.mark.usefixtures("both_looks")

_PATCHES = st.lists(st.tuples(st.integers(0, 120), st.binary(min_size=1, max_size=3)), max_size=4)


@given(st.integers(0, 2**32), _PATCHES)
@settings(max_examples=40, deadline=None)
def test_a_familiar_line_changed_in_any_byte_is_looked_at_again(seed: int, patches: list[tuple[int, bytes]]) -> None:
    reader = BlockReader("app", UTC, NOW)
    usual = [line for line in dirty_log(seed, 40, dirt=0.0).split(b"\n") if b"TTFB" not in line and len(line) > 60]
    compare(b"\n".join(usual), reader)
    changed = [
        line[:place] + patch.replace(b"\n", b"") + line[place + len(patch) :]
        for line in usual
        for place, patch in patches
    ]
    compare(b"\n".join([*usual, *changed, *usual]), reader)


@pytest.mark.parametrize("digit", [b"/", b":", b";", b"?", b"\xb1", b"A", b"q", b"p", b" "])
def test_what_is_near_a_digit_is_none(digit: bytes) -> None:
    reader = BlockReader("app", UTC, NOW)
    line = b"2027-01-15T08:15:14.006746233Z [Pipeline] frame 3.1 of STT queued, depth 4"
    compare(b"\n".join([line] * 3), reader)
    places = [place for place in range(len(line)) if line[place : place + 1].isdigit()]
    compare(b"\n".join([line, *(line[:place] + digit + line[place + 1 :] for place in places)]), reader)


def test_lines_that_look_alike_by_their_numbers_alone_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_templates, "MIX", np.zeros_like(_templates.MIX))
    monkeypatch.setattr(_literals, "MIX", np.zeros_like(_literals.MIX))
    reader = BlockReader("app", UTC, NOW)
    for seed in range(6):
        compare(dirty_log(seed, 120, dirt=0.0), reader)


_MESSAGES = (
    "[TTS Azure] Error: 401 upstream refused",
    "[TTS Azure] trace={trace} ERROR: upgrade refused with HTTP status 401",
    "[STT Azure] trace={trace} Error: call_id={trace} is over, 503",
    "[LLM Groq] trace={trace} error: CA{trace}",
    "[LLM Groq] trace={trace} ERROR: {trace}",
    "[TTS Azure] trace= ERROR: [TTS Azure] trace={trace} ERROR: 503",
    "Traceback (most recent call last):",
    "[TTS Azure] Rate limit hit, 429",
)
_BELOW = (
    "",
    "  indented",
    "Traceback (most recent call last):",
    "ValueError: no",
    "}",
    "[Pipeline] frame 3",
    "free text",
)
_TRACES = ("1f-3", "429", "unknown", "a" * 70, "0af3" * 9, "é", "CA0", "503")


def _failing_log(seed: int, lines: int, *, as_json: bool) -> bytes:
    rng = random.Random(seed)  # noqa: S311 - a log that can be written again, not a secret
    made = []
    for number in range(lines):
        message = rng.choice(_MESSAGES).format(trace=rng.choice(_TRACES))
        if as_json:
            stamp, level = (
                f"2027-01-15 08:15:{number % 61:02},{number % 1000:03}",
                rng.choice(("ERROR", "WARNING", "INFO")),
            )
            made.append(json.dumps({"timestamp": stamp, "level": level, "message": message, "logger": "vo.tts"}))
        else:
            made.append(f"2027-01-15T08:15:{number % 61:02}.{number % 1000:03}Z {rng.choice('❌⚠📊')} {message}")
        if rng.random() < 0.4:
            made.append(rng.choice(("", "2027-01-15T08:16:00.001Z ")) + rng.choice(_BELOW))
    return "\n".join(made).encode()


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_failure_that_comes_again_is_the_same_but_for_time_and_trace(seed: int, as_json: bool) -> None:
    reader = BlockReader("app", UTC, NOW)
    for part in range(3):
        compare(_failing_log(seed + part, 40, as_json=as_json), reader)


_LETTERS = [bytes([char]) for char in b"abcdefghijklmnopqrstuvwxyz"]


def _learned(logs: Iterable[bytes]) -> list[bytes]:
    told: list[bytes] = []
    lines = FamiliarLines(lambda new, _codes: told.extend(new))
    for log in logs:
        text = Text(log)
        lines.learn(text, np.arange(text.ends.size), np.full(text.ends.size, UNRECOGNISED, np.int8))
    return told


def test_only_lines_that_come_again_are_remembered_and_those_that_mean_nothing_whatever_their_digits_are() -> None:
    logs = [
        b'said %b\n"GET" 20%d\nlevel": 2%d\nstate %d\n%b %d\n' % (b"x" * n, n, n, n, b"long " * 60, n) for n in range(9)
    ]

    assert _learned(logs) == [b"state 0"]
    assert _learned([b"state 1\nstate 2\nstate 3\n"]) == [b"state 0"]


def test_of_lines_that_come_again_only_so_many_bytes_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_familiar, "_BYTES_KEPT", 5000)
    logs = [b"".join(b"state %b\n" % (b"x" * n) for n in range(begin, begin + 10)) for begin in range(0, 200, 10)]

    assert 4000 < sum(map(len, _learned([log for log in logs for _ in range(2)]))) <= 5000


def test_of_free_text_little_is_kept_for_when_it_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_familiar, "_SEEN_KEPT", 50)
    lines = FamiliarLines(lambda new, _codes: pytest.fail(f"learned {new}"))
    for begin in range(1, 100, 10):
        text = Text(b"".join(b"said %b\n" % (char * n) for n in range(begin, begin + 10) for char in _LETTERS))
        lines.learn(text, np.arange(text.ends.size), np.full(text.ends.size, UNRECOGNISED, np.int8))

        assert len(lines._seen) <= 150


def test_failures_seen_before_are_not_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = BlockReader("app", UTC, NOW)
    log = "\n".join(
        f"2027-01-15T08:15:{second:02}.001Z ❌ [TTS Azure] trace={second:x}-1 ERROR: refused with HTTP status 401"
        for second in range(60)
    ).encode()
    compare(log, reader)
    monkeypatch.setattr(Parser, "feed", lambda *_, **__: pytest.fail("read once more"))

    events = [LogEvent._make(values) for values in reader.read(log + b"\n", []).events.values()]

    assert [(event.code, event.trace) for event in events] == [("401", f"{second:x}-1") for second in range(60)]


_NUMBERED = (
    " [Pipeline] frame 3 of 4 queued",
    " 08:15:14 hello",
    " hello 08:15:14",
    " 2027-01-15 08:15:14 hello",
    " 2027-01-15T08:15:14.006Z hello",
    " 2027-01-15 08:15:14,006 - app - INFO - hello",
    " 2027-01-15 08:15:14 08:15:14 hello",
    " 2027/01/15 08:15:14 [error] 312 hello",
    " <34>Jan 15 08:15:14 host app[311]: hello",
    " Jan 15 08:15:14 host app[311]: hello",
    " <34>1 2027-01-15T08:15:14.006Z host app 311 - - hello",
    " [08:15:14] (3112): hello",
    " 08:15:14.006 | hello",
    " 1799999999.006 hello",
    '{"level":30,"time":1799999999006,"msg":"hello"}',
    " ts=1799999999.0 msg=hello",
    " 0|app | hello",
    " I0115 08:15:14.006123 12 app.go:31] hello",
    " 5 hello",
    " }5",
    ' {"msg":"\\u0020","n":1}',
    '{"log":"\\u0009hello","stream":"stdout","time":"2027-01-15T08:15:14.006Z"}',
    " Traceback (most recent call last): 5",
)


@pytest.mark.parametrize("usual", _NUMBERED)
@pytest.mark.parametrize("behind", ["", "hello", "  "])
def test_what_a_line_is_among_others_its_own_digits_tell(
    usual: str, behind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, lines = random.Random(1), list[bytes]()  # noqa: S311 - of test data
    for _ in range(60):
        as_usual, changed = chance.random() < 0.5, re.sub("[0-9]", lambda _: str(chance.randrange(10)), usual)
        stamp = f"2027-01-15T08:15:{chance.randrange(60):02d}.{chance.randrange(1000):03d}Z"
        lines.append(f"{stamp}{usual if as_usual else changed}".removesuffix("hello").encode() + behind.encode())
    monkeypatch.setattr(_records, "_usual", set())
    with monkeypatch.context() as nothing_kept:
        nothing_kept.setattr(_records, "_KEPT", 0)
        alone = [(begins_record(line), ends_whole([line], 1)) for line in lines]

    assert [(begins_record(line), ends_whole([line], 1)) for line in lines] == alone
