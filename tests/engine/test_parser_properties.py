"""Whatever the bytes and however they are cut into blocks, the parser says the same and never fails."""

import json
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser, line_time

DATA = Path(__file__).parents[1] / "data"
SAMPLES = [line for log in sorted(DATA.glob("*/*.log")) for line in log.read_bytes().split(b"\n")]
SAMPLES += [
    line.encode()
    for sample in (DATA / "envelopes.jsonl").read_text(encoding="utf-8").split("\n")
    if sample
    for line in json.loads(sample)["raw"].split("\n")
]
SAMPLES += [
    b"Traceback (most recent call last):",
    b'  File "/srv/app.py", line 3, in run',
    b"KeyError: 'payload'",
    b"During handling of the above exception, another exception occurred:",
    b"}",
    b"",
    b"   indented \xe2\x9d\x8c [TTS Azure] Error: 500",
    b"2027-03-09 08:14:05,122 - vo.cache - DEBUG - no cache yet",
]
lines = st.lists(
    st.one_of(
        st.sampled_from(SAMPLES),
        st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"")),
        st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace").replace(b"\n", b"")),
        st.tuples(st.sampled_from(SAMPLES), st.integers(0, 40), st.binary(max_size=3)).map(
            lambda cut: (cut[0][: cut[1]] + cut[2] + cut[0][cut[1] :]).replace(b"\n", b"")
        ),
    ),
    max_size=25,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["message", "msg", "MESSAGE", "event", "log", "logs", "text", "record", "level", "time", "stream", "exc_info"]


def read(raw: list[bytes], cuts: list[int] | None = None, *, prefilter: bool = True) -> tuple[list[LogEvent], Parser]:
    parser = Parser("log", prefilter=prefilter)
    found: list[LogEvent] = []
    edges = [0, *sorted(cuts or []), len(raw)]
    for start, end in pairwise(edges):
        found += parser.feed(LineBlock("log", start + 1, raw[start:end], 0, None))
    return found + parser.flush(), parser


def counters(parser: Parser) -> tuple[int, ...]:
    return parser.lines, parser.events, parser.unrecognised, parser.truncated, parser.bad_samples


@settings(max_examples=300, deadline=None)
@given(lines, st.data())
def test_splitting_a_log_into_blocks_at_any_line_gives_the_same_events(raw: list[bytes], data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=4))
    whole, parser = read(raw)

    split, other = read(raw, cuts)

    assert split == whole
    assert counters(other) == counters(parser)


@settings(max_examples=500, deadline=None)
@given(lines)
def test_the_cheap_look_finds_what_the_whole_way_finds(raw: list[bytes]) -> None:
    quick, parser = read(raw)

    whole, other = read(raw, prefilter=False)

    assert quick == whole
    assert counters(parser) == counters(other)


def test_the_cheap_look_finds_all_events_of_the_samples() -> None:
    for log in sorted(DATA.glob("*/*.log")):
        raw = log.read_bytes().split(b"\n")
        quick, whole = read(raw)[0], read(raw, prefilter=False)[0]
        assert quick == whole
        assert len(whole) > 10


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_failing(raw: bytes) -> None:
    found, parser = read(raw.split(b"\n"), prefilter=False)

    assert parser.lines == raw.count(b"\n") + 1
    assert all(len(event.text) <= 500 for event in found)
    line_time(raw)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6))
def test_any_json_object_is_read_without_failing(fields: dict[str, object]) -> None:
    _, parser = read([json.dumps(fields).encode()], prefilter=False)

    assert parser.lines == 1


def test_json_that_nests_without_end_is_plain_text() -> None:
    deep = b'{"message":' * 5000 + b"}" * 5000
    long_number = b'{"message": "x", "n": ' + b"9" * 5000 + b"}"

    assert read([deep, long_number, b'{"level": 1e999, "msg": "x"}'], prefilter=False)[0] == []


def test_events_can_be_written_out_whatever_the_line_held() -> None:
    raw = rb'{"level": "ERROR", "message": "half \ud83d of a pair \ud83d\udd0c"}'

    (found,), _ = read([raw])

    assert found.text.encode() == "half \ufffd of a pair 🔌".encode()


def test_the_fields_of_events_can_be_written_out_whatever_the_line_held() -> None:
    (found,), _ = read([rb'{"level": "ERROR", "message": "gone", "call_id": "v3:\ud83d"}'])

    assert found.id is not None
    assert found.id.encode() == "v3:\ufffd".encode()
