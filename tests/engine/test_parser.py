"""A log becomes events: records, continuations, times, counters."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tui.engine.clock import ManualClock
from tui.engine.model import Life, LineBlock, LogEvent
from tui.engine.parser import Parser, line_time

TRACE = """ERROR:    Exception in ASGI application
Traceback (most recent call last):
  File "/srv/app/main.py", line 90, in media
    payload = frame["media"]["payload"]
KeyError: 'payload'"""


def block(text: str, arrived: float | None = None, first: int = 1) -> LineBlock:
    lines = text.encode().split(b"\n")
    return LineBlock("log", first, lines, len(text), arrived)


def events(text: str, **options: ZoneInfo) -> list[LogEvent]:
    parser = Parser("log", **options)
    return parser.feed(block(text)) + parser.flush()


def test_r37_a_traceback_belongs_to_the_failure_above_it() -> None:
    (found,) = events(TRACE)

    assert (found.kind, found.line, found.code) == ("error", 1, "exception")
    assert found.text == "Exception in ASGI application — KeyError: 'payload'"


def test_r37_a_chained_traceback_is_one_error() -> None:
    chained = f"""{TRACE}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 12, in run
    raise Closed
websockets.exceptions.ConnectionClosedError: received 1011 (internal error)"""

    (found,) = events(chained)

    assert found.code == "1011"
    assert found.text.endswith("ConnectionClosedError: received 1011 (internal error)")


def test_r37_an_exception_group_is_one_error() -> None:
    group = """ERROR:    Exception in ASGI application
  + Exception Group Traceback (most recent call last):
  |   File "/srv/app/main.py", line 1, in run
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    | RuntimeError: no voice
    +------------------------------------"""

    (found,) = events(group)

    assert found.text.endswith("RuntimeError: no voice")


def test_r37_a_second_exception_summary_is_a_failure_of_its_own() -> None:
    found = events(f"{TRACE}\nwebsockets.exceptions.ConnectionClosedError: received 1002 (protocol error)")

    assert [(event.line, event.code) for event in found] == [(1, "exception"), (6, "1002")]


def test_r37_a_traceback_logged_after_the_summary_adds_nothing() -> None:
    found = events(
        '{"level": "ERROR", "message": "WebSocket error: gone"}\n'
        '{"level": "ERROR", "message": "Traceback (most recent call last):\\n  File \\"a\\"\\nRuntimeError: gone\\n"}'
    )

    assert [(event.line, event.text) for event in found] == [(1, "WebSocket error: gone — RuntimeError: gone")]


def test_r37_a_traceback_logged_as_an_error_after_a_warning_is_a_failure_of_its_own() -> None:
    found = events(
        '{"level": "WARNING", "message": "queue is long"}\n'
        '{"level": "ERROR", "message": "Traceback (most recent call last):\\n  File \\"a\\"\\nRuntimeError: gone\\n"}'
    )

    assert [(event.kind, event.text) for event in found] == [
        ("warning", "queue is long"),
        ("error", "RuntimeError: gone"),
    ]


def test_r37_the_exception_of_a_json_record_adds_its_code_and_last_line() -> None:
    (found,) = events(
        '{"level": "WARNING", "name": "vo.stt.deepgram", "message": "connection failed, trying again",'
        ' "exc_info": "Traceback (most recent call last):\\n  File \\"a\\"\\nHandshakeError: HTTP 503"}'
    )

    assert (found.kind, found.stage, found.provider, found.code) == ("warning", "STT", "Deepgram", "503")
    assert found.text == "connection failed, trying again — HandshakeError: HTTP 503"


def test_r38_indented_lines_and_closing_brackets_belong_to_the_record_above() -> None:
    found = events(
        '❌ [TTS Azure] Error: body {\n  "Error": "❌ [LLM Groq] Error: 500"\n}\n]\nINFO:     connection open'
    )

    assert [(event.kind, event.stage) for event in found] == [("error", "TTS"), ("socket_opened", None)]


def test_r38_an_indented_line_starts_no_record() -> None:
    assert events("INFO:     payload\n   ❌ [LLM Groq] Error: 500") == []


def test_r36_a_crash_after_a_healthy_line_is_an_error_of_its_own() -> None:
    (found,) = events(TRACE.replace("ERROR:    Exception in ASGI application", "INFO:     Waiting for startup"))

    assert (found.kind, found.line, found.text) == ("error", 2, "KeyError: 'payload'")


def test_r35_a_traceback_under_a_debug_record_is_as_quiet_as_the_record() -> None:
    head = "2027-03-09 08:14:05,122 - vo.cache - DEBUG - no cache yet"

    assert events(TRACE.replace("ERROR:    Exception in ASGI application", head)) == []


def test_a_traceback_header_that_another_record_cut_off_is_no_error_of_its_own() -> None:
    found = events("2027-03-09 14:05:15 Traceback (most recent call last):\n2027-03-09 14:05:15,118 - a - ERROR - gone")

    assert [event.line for event in found] == [2]


def test_a_failure_waits_for_its_lines_and_a_healthy_event_does_not() -> None:
    parser = Parser("log")

    assert [event.kind for event in parser.feed(block("🔌 WS CONNECTION | Client: twilio, ID: a"))] == ["call_opened"]
    assert parser.feed(block("❌ [TTS Azure] Error: gone", first=2)) == []
    assert [event.line for event in parser.feed(block("✅ fine", first=3))] == [2]


def test_lines_of_a_failure_that_come_after_a_flush_are_swallowed() -> None:
    parser = Parser("log")
    parser.feed(block("ERROR:    Exception in ASGI application\nTraceback (most recent call last):"))

    assert [event.line for event in parser.flush()] == [1]
    assert parser.flush() == []
    assert parser.feed(block('  File "a", line 1\nKeyError: 1\nINFO:     connection open', first=3))[0].line == 5


def test_r37_a_long_dump_keeps_its_last_line_and_bounded_memory() -> None:
    (found,) = events(TRACE.replace("    payload", "    payload\n" * 5000))

    assert found.text.endswith("KeyError: 'payload'")


def test_split_container_lines_are_joined_and_a_lost_rest_is_no_loss() -> None:
    whole = '{"log":"✅ [STT Fallback] ","stream":"stdout"}\n{"log":"Switching to Google STT\\n","stream":"stdout"}'
    broken = '{"log":"❌ [LLM Groq] Error: 503 nobody","stream":"stdout"}\n✅ WS CLOSED | ID: a'

    assert [(event.kind, event.line, event.to) for event in events(whole)] == [("fallback", 1, "Google")]
    assert [(event.kind, event.line) for event in events(broken)] == [("error", 1), ("call_closed", 2)]


MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("2027-03-09T08:15:28.5Z 2027-03-09 11:11:11,000 - a - INFO - {}", "2027-03-09T08:15:28.5+00:00"),
        ('2027-03-09T08:15:28Z {{"time": "2027-03-09T08:15:27.25Z", "message": "{}"}}', "2027-03-09T08:15:27.25+00:00"),
        ("Mar  9 09:18:51 host app[91]: 2027-03-09 08:00:00 {}", "2027-03-09T09:18:51+01:00"),
        ("2027-03-09 14:05:11 2027-03-09 08:35:11.310 {}", "2027-03-09T08:35:11.310+01:00"),
        ("2027-07-01 08:35:11,5 - a - INFO - {}", "2027-07-01T08:35:11.5+02:00"),
        ("{}", None),
        ("1999-12-31 08:35:11,5 - a - INFO - {}", None),
    ],
    ids=["zone first", "innermost zone", "platform", "inner of two", "summer", "none", "before 2000"],
)
def test_r67_the_event_time_is_the_innermost_with_a_zone_then_the_platforms(line: str, moment: str | None) -> None:
    expected = datetime.fromisoformat(moment).timestamp() if moment else None
    clock = ManualClock(datetime(2027, 3, 10, tzinfo=UTC).timestamp())
    parser = Parser("log", MADRID, clock=clock)

    (found,) = parser.feed(block(line.format("🔌 WS CONNECTION | Client: twilio, ID: a")))

    assert found.time == expected


def test_r67_a_time_in_the_future_gives_way_to_the_arrival() -> None:
    line = "2027-03-09T08:15:28Z 🔌 WS CONNECTION | Client: twilio, ID: a"
    at = datetime(2027, 3, 9, 8, 15, 28, tzinfo=UTC).timestamp()

    (early,) = Parser("log").feed(block(line, arrived=at - 299))
    (late,) = Parser("log").feed(block(line, arrived=at - 301))

    assert (early.time, late.time, late.arrived) == (at, None, at - 301)


def test_r66_a_line_without_time_gets_none() -> None:
    (found,) = Parser("log").feed(block("🔌 WS CONNECTION | Client: twilio, ID: a"))

    assert (found.time, found.arrived) == (None, None)


def test_a_raw_line_tells_its_time() -> None:
    assert line_time(b"2027-03-09T08:15:28Z x") == datetime(2027, 3, 9, 8, 15, 28, tzinfo=UTC).timestamp()
    assert line_time(b"no time at all") is None
    assert line_time(b"2027-10-31 02:30:00 x", MADRID) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC).timestamp()


def test_r17_bad_samples_are_counted_and_give_no_event() -> None:
    parser = Parser("log")

    found = parser.feed(block("📊 [TTS Azure] TTFB=-1ms\n📊 [TTS Azure] TTFB=121s\n📊 [TTS Azure] TTFB=nan"))

    assert (found, parser.bad_samples, parser.events) == ([], 3, 0)


def test_unrecognised_lines_are_those_of_no_known_writing() -> None:
    parser = Parser("log")

    parser.feed(block(f"what is this\n\n   \n✅ [STT Azure] Final text ready\n{TRACE}\nand this"))
    parser.flush()

    assert (parser.lines, parser.unrecognised, parser.events) == (10, 2, 1)


def test_r70_a_line_beyond_64_kib_is_cut_and_counted() -> None:
    parser = Parser("log")

    parser.feed(block("❌ [TTS Azure] Error: 503 " + "x" * 70_000))
    (found,) = parser.flush()

    assert (found.code, len(found.text), parser.truncated) == ("503", 500, 1)


def test_r70_bytes_that_are_no_text_do_not_hide_the_event() -> None:
    parser = Parser("log")
    lines = [b"\xef\xbb\xbf\x00\xe2\x9c\x85 WS CLOSED | ID: a\xff duration=3s\r"]

    (found,) = parser.feed(LineBlock("log", 1, lines, 1, None))

    assert (found.kind, found.id, found.duration_s) == ("call_closed", "a\ufffd", 3.0)


def test_start_up_signals_for_the_store_are_not_counted_as_events() -> None:
    parser = Parser("log")

    found = parser.feed(block("INFO:     Application startup complete.\nINFO: Azure Speech configured: True"))

    assert [(event.kind, event.field) for event in found] == [
        ("process_ready", None),
        ("key_present", "AZURE_SPEECH_KEY"),
    ]
    assert parser.events == 0


def test_r64_the_start_of_a_container_is_a_process_start_before_its_first_line() -> None:
    parser = Parser("log")
    first = block("ERROR: it broke\n  at the end")._replace(life=Life(1000.0))
    second = block("INFO: again", first=3)._replace(life=Life(2000.0, 1500.0))

    began, ended = parser.feed(first), parser.feed(second)

    assert [(event.kind, event.time, event.line) for event in began] == [("process_start", 1000.0, 1)]
    assert [(event.kind, event.line) for event in ended] == [("error", 1), ("process_stop", 3), ("process_start", 3)]
    assert [event.time for event in ended[1:]] == [1500.0, 2000.0]


def test_r52_records_of_several_processes_behind_one_source_do_not_mix() -> None:
    parser = Parser("log")
    first = block("ERROR: it broke")._replace(part="pod-a")
    second = block("✅ WS CLOSED | ID: 7", first=2)._replace(part="pod-b")
    third = block("Traceback (most recent call last):\n  File x\nValueError: why", first=3)._replace(part="pod-a")

    found = [*parser.feed(first), *parser.feed(second), *parser.feed(third), *parser.flush()]

    assert [(event.kind, event.part, event.scope) for event in found] == [
        ("call_closed", "pod-b", "log · pod-b"),
        ("error", "pod-a", "log · pod-a"),
    ]
    assert "ValueError: why" in found[1].text
    assert parser.lines == 5


def test_r46_the_end_of_a_process_is_told_even_if_nothing_of_it_was_read() -> None:
    parser = Parser("log")

    found = parser.feed(LineBlock("log", 1, [], 0, 5.0, life=Life(None, 4.0), part="pod-a"))

    assert [(event.kind, event.time, event.part) for event in found] == [("process_stop", 4.0, "pod-a")]
