"""Latencies found by what stands around them are those of the whole way."""

import random
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bulk.dirty_logs import dirty_log
from tui.engine.clock import ManualClock
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser, _parser, _usual

START = 1_800_000_000.0
TZ = timezone(timedelta(hours=-5))
JSON = (
    '{"timestamp": "2027-01-15 08:00:01,%03d", "level": "INFO", "name": "vo.stt",'
    ' "message": "%s", "trace_id": "t-%d", "logger": "vo.stt"}'
)
DOCKER = "2027-01-15T08:00:01.%09dZ 📊 %s"
LAYOUTS = (
    "[STT Azure] TTFB=%s",
    "[STT Azure] trace=%d-1 TTFB=%s",
    "[Metrics] azure_stt.ttfb=%s",
    "[LATENCY] TTFA (Turn Latency): %s",
)


def parsed(
    lines: list[bytes], *, prefilter: bool, arrived: float | None = None, sizes: tuple[int, ...] = (500,)
) -> tuple[list[LogEvent], dict[str, object]]:
    """Return the events, and what else a parser tells, of lines in blocks of these sizes."""
    parser = Parser("app.log", TZ, clock=ManualClock(START), prefilter=prefilter)
    events: list[LogEvent] = []
    told: list[object] = []
    begin = 0
    while begin < len(lines):
        some = lines[begin : begin + sizes[len(told) % len(sizes)]]
        events += parser.feed(LineBlock("app.log", begin + 1, some, sum(map(len, some)), arrived))
        told.append((parser.ahead_s if prefilter else None, parser.settled, parser.is_open))
        begin += len(some)
    events += parser.flush()
    counts = ("lines", "events", "unrecognised", "truncated", "bad_samples", "clamped")
    return events, {"told": told, **{name: getattr(parser, name) for name in counts}}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("arrived", [None, START + 20])
def test_a_dirty_log_means_the_same(seed: int, arrived: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = dirty_log(seed, 3000, dirt=(0.0, 0.003)[seed % 2], step=(0.01, 1.0)[seed // 2 % 2]).split(b"\n")
    sizes = tuple(random.Random(seed).choices((1, 3, 64, 65, 500), k=7))  # noqa: S311 - a case that can be repeated

    found, told = parsed(lines, prefilter=True, arrived=arrived, sizes=sizes)

    assert found == parsed(lines, prefilter=False, arrived=arrived, sizes=sizes)[0]
    monkeypatch.setattr(_usual, "_KEPT", 0)
    assert (found, told) == parsed(lines, prefilter=True, arrived=arrived, sizes=sizes)


PIECES = st.sampled_from(
    (
        *(
            "160ms",
            "7.25ms",
            "0ms",
            "120001ms",
            "160",
            "1.5s",
            "160ms ms",
            "160ms s",
            "160ms,",
            " final=yes",
            " FAILED",
        ),
        *(
            " x ",
            "TTFB=",
            "trace=a ",
            '"',
            "\\",
            "\\u00e9",
            "é",
            "\t",
            "\r",
            " ms",
            "[STT Azure] ",
            ", ",
            "}",
            "ms",
            "9",
        ),
    )
)


def same_meaning(form: str, values: list[str]) -> None:
    lines = []
    for number, value in enumerate(["160ms", *values, "161ms"] * 2):
        for layout in LAYOUTS:
            message = layout % (number, value) if layout.count("%") > 1 else layout % value
            filled = {DOCKER: (number, message), JSON: (number, message, number)}.get(form, message)
            lines.append((form % filled).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_parser, "_LEARNED_FROM", 4)

        assert parsed(lines, prefilter=True, sizes=(50,))[0] == parsed(lines, prefilter=False)[0]


@settings(deadline=None, max_examples=100)
@given(st.sampled_from((DOCKER, JSON, "📊 %s")), st.lists(st.lists(PIECES, max_size=4).map("".join), max_size=8))
def test_whatever_stands_in_place_of_number_and_rest_it_means_the_same(form: str, values: list[str]) -> None:
    same_meaning(form, values)


@pytest.mark.parametrize("form", [DOCKER, JSON, "📊 %s"])
def test_a_trace_where_none_belongs_and_a_second_number_mean_the_same(form: str) -> None:
    same_meaning(
        form, ["trace=a 160ms", "trace=a TTFB=160ms", "TTFB=160ms", "160ms TTFB=170ms", "160ms FAILED", "7ms s"]
    )


@pytest.mark.parametrize("form", [DOCKER, JSON])
def test_most_latencies_are_not_read_the_whole_way(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    meaning = _parser.meaning

    def counting(line: object) -> object:
        asked.append(1)
        return meaning(line)  # type: ignore[arg-type] - passed on as it came

    monkeypatch.setattr(_parser, "meaning", counting)
    lines = []
    for number in range(1000):
        message = f"[LLM Groq] trace={number:x}-2 TTFB={600 + number}ms model=llama"
        lines.append((form % ((number, message) if form is DOCKER else (number, message, number))).encode())

    events, _ = parsed(lines, prefilter=True)

    assert [event.ms for event in events] == [600.0 + number for number in range(1000)]
    assert len(asked) == 64


def test_a_field_that_comes_twice_is_never_learned_from() -> None:
    record = b'{"timestamp": "2027-01-15 08:00:01,%03d", "message": "[STT Azure] TTFB=%dms", "x": {"message": "y"}}'
    twice = record.replace(b'"x": {"message": "y"}', b'"message": "[STT Azure] TTFB=7ms"')
    lines = [form % (number, number + 7) for form in (record, twice) for number in range(100)]

    assert parsed(lines, prefilter=True, sizes=(50,))[0] == parsed(lines, prefilter=False)[0]


@pytest.mark.parametrize("rest", ["]", '{"x": ' * 3000 + '"y"' + "}" * 3000, '"x": nonsense', '"x": NaN'])
def test_a_record_that_is_no_json_is_never_learned_from(rest: str) -> None:
    record = '{"timestamp": "2027-01-15 08:00:01,%03d", "message": "[STT Azure] TTFB=%dms", %s}'
    lines = [(record % (number, number + 7, rest)).encode() for number in range(100)]

    assert parsed(lines, prefilter=True, sizes=(50,))[0] == parsed(lines, prefilter=False)[0]
