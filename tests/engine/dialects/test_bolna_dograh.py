"""The dialect of Bolna, Dograh, Vocode and TEN, and its traps."""

import json
from datetime import datetime

import pytest

from tests.engine.dialects.golden import events_of
from tui.engine.model import LogEvent


def bare(*lines: str) -> LogEvent | None:
    """Return the only event of these lines as they stand."""
    found = events_of([line.encode() for line in lines])
    assert len(found) <= 1
    return found[0] if found else None


def bolna(message: str, level: str = "INFO", module: str = "task_manager", func: str = "run") -> LogEvent | None:
    """Return the event of Bolna's columns, having seen that compose and a viewer change nothing."""
    line = f"2027-03-09 08:35:12.021 {level:<5} {{{module}}} [{func}] {message}"
    found = [bare(front + line) for front in ("", "bolna-app-1  | ", "9f_voice-1 | ", "2027-03-09 14:05:12 ")]
    assert found == found[:1] * 4
    return found[0]


def loguru(message: str, level: str = "DEBUG", place: str = "vocode.streaming.server:connect:55") -> LogEvent | None:
    """Return the event of loguru's columns, having seen that its serialised record means the same."""
    found = bare(f"api-1     | 2027-03-09 08:36:40.002 | {level:<8} | {place} - {message}")
    record = {
        "level": {"name": level},
        "message": message,
        "name": place.partition(":")[0],
        "time": {"timestamp": 1.8e9},
    }
    other = bare(json.dumps({"text": f"{message}\n", "record": record}))
    assert (other and (other.kind, other[7:16])) == (found and (found.kind, found[7:16]))
    return found


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_the_telephones_socket_opens_and_closes_the_call_of_its_chat(level: str) -> None:
    opened = loguru("Phone WS connection opened for chat leg-closed:401", level)
    closed = loguru("Phone WS connection closed for chat leg-closed:401", level)

    assert [event and (event.kind, event.id) for event in (opened, closed)] == [
        ("call_opened", "leg-closed:401"),
        ("call_closed", "leg-closed:401"),
    ]


def test_the_stop_handler_ends_a_call_without_naming_it() -> None:
    found = bolna("WebSocket connection closed", module="telephony", func="stop_handler")

    assert found is not None
    assert (found.kind, found.id) == ("call_closed", None)


@pytest.mark.parametrize("module", ["deepgram_transcriber", "elevenlabs_synthesizer", "task_manager"])
def test_r54_the_socket_of_a_vendors_module_is_no_call(module: str) -> None:
    assert bolna("WebSocket connection closed", module=module) is None
    assert bolna("Phone socket for chat a7 opened", module=module) is None


@pytest.mark.parametrize(
    ("module", "stage", "provider"),
    [
        ("deepgram_transcriber", "STT", "Deepgram"),
        ("azure_transcriber", "STT", "Azure"),
        ("azure_synthesizer", "TTS", "Azure"),
        ("elevenlabs_synthesizer", "TTS", "ElevenLabs"),
        ("openai_llm", "LLM", "OpenAI"),
    ],
)
def test_a_modules_name_tells_stage_and_vendor(module: str, stage: str, provider: str) -> None:
    for found in (
        bolna("lost the stream: HTTP status 503", "ERROR", module),
        loguru("lost the stream: HTTP status 503", "ERROR", f"bolna.parts.{module}:run:429"),
    ):
        assert found is not None
        assert (found.kind, found.stage, found.provider, found.code) == ("error", stage, provider, "503")


def test_a_module_of_no_vendor_leaves_it_to_the_words() -> None:
    found = bolna("cartesia said no", "WARNING", "stream_synthesizer")

    assert found is not None
    assert (found.kind, found.stage, found.provider) == ("warning", "TTS", "Cartesia")


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_r35_a_module_that_reports_no_failure_is_nothing(level: str) -> None:
    assert bolna("❌ error 503 was cleared", level, "deepgram_transcriber") is None


def test_r79_what_is_going_to_be_said_is_never_searched() -> None:
    message = "##### sending text to elevenlabs for generation: Error: 429, connection died, not restarting"

    assert [bolna(message, level) for level in ("INFO", "WARNING", "ERROR")] == [None] * 3


def test_the_inner_time_counts_behind_a_viewers() -> None:
    found = bare("2027-03-09 14:05:15 2027-03-09 08:35:15.500 ERROR {telephony} [_listen] gone")

    assert found is not None
    assert found.time == datetime(2027, 3, 9, 8, 35, 15, 500_000).astimezone().timestamp()


def test_r39_access_lines_fail_at_level_info_and_only_with_5xx() -> None:
    line = '172.18.0.9:40520 - "GET /api/v1/runs?limit=503 HTTP/1.1" {}'
    found = [loguru(line.format(code), "INFO", "uvicorn.access:emit:40") for code in (200, 404, 502)]

    assert [event and (event.kind, event.code) for event in found] == [None, None, ("error", "502")]


@pytest.mark.parametrize(("status", "code"), [(200, None), (429, None), (500, "500"), (503, "503")])
def test_r15_r39_a_go_access_line_has_a_status_and_its_microseconds_are_no_sample(
    status: int, code: str | None
) -> None:
    found = bare(f'ten-1  | [GIN] 2027/03/09 - 08:38:01 | {status} |      503.04µs | 172.18.0.1 | POST     "/start"')

    assert (found and (found.kind, found.code, found.ms)) == (code and ("error", code, None))


@pytest.mark.parametrize(
    "line",
    [
        "KEYPOINT [ttfb:312ms] [text:hello]",
        "[agora_b71] 03-09 08:38:00.117 91(92) I onUserJoined@observer.cc:51 [agora_rtc] onUserJoined: userId 503",
        "2027-03-09 08:35:12.021 INFO  {telephony} [stop_handler] pausing 3 seconds before teardown",
        "2027-03-09 08:36:01.440 INFO  {quickstart_server} [websocket_endpoint] Client joined over ws",
    ],
)
def test_r15_r16_other_figures_and_echoes_are_nothing(line: str) -> None:
    assert bare(line) is None


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Failed to fetch key: 429 -", "429"),
        ("Could not obtain key: 503 - busy", "503"),
        ("Failed to read a: 401 -", "401"),
    ],
)
def test_r41_a_failure_ends_in_its_code(message: str, code: str) -> None:
    for found, kind in (
        (loguru(message, "WARNING"), "warning"),
        (loguru(message, "ERROR"), "error"),
        (bare(message), "error"),
    ):
        assert found is not None
        assert (found.kind, found.code) == (kind, code)


def test_r41_ports_and_errno_are_no_codes() -> None:
    found = bare(
        "app-1  | Exception occurred in start_tunnel: HTTPConnectionPool(host='x', port=4290): "
        "Max retries exceeded with url: /a?b=503 (Caused by [Errno 111] Connection refused)"
    )

    assert found is not None
    assert (found.kind, found.code) == ("error", "refused")


def test_a_recogniser_that_gave_up_is_an_error_and_one_that_tries_again_a_warning() -> None:
    for read in (bare, lambda message: loguru(message, "INFO")):
        dead = read("Deepgram connection died, not restarting")
        again = read("Deepgram connection died, restarting, num_restarts: 401")

        assert dead is not None
        assert (dead.kind, dead.stage, dead.provider, dead.code) == ("error", "STT", "Deepgram", "connect_failed")
        assert again is not None
        assert (again.kind, again.stage, again.provider, again.code) == ("warning", "STT", "Deepgram", "retry")


def test_r38_a_record_and_its_exception_are_one_error() -> None:
    found = bare(
        "bolna-1  | 2027-03-09 08:36:09.733 ERROR {server} [endpoint] agent a7 blew up on 'voice'",
        "bolna-1  | Traceback (most recent call last):",
        'bolna-1  |   File "/srv/server.py", line 503, in handle',
        "bolna-1  | KeyError: 'voice'",
    )

    assert found is not None
    assert (found.kind, found.code, found.line) == ("error", "exception", 1)


def test_a_pipecat_figure_in_a_run_tagged_line_is_read_as_pipecats() -> None:
    found = bare("2027-03-09 08:36:25.610 | DEBUG | [run_id=17] | metrics.py:175 | RimeTTSService#0 TTFB: 0.3s")

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.ms, found.dialect) == (
        "ttfb",
        "TTS",
        "Rime",
        300.0,
        "pipecat",
    )
