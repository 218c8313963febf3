"""Pipecat's dialect and its traps."""

import json

import pytest

from tests.engine.dialects.golden import events_of
from tui.engine.model import LogEvent


def only(message: str, level: str = "DEBUG") -> LogEvent | None:
    """Return the event of loguru's default columns, having seen that its other layouts mean the same."""
    place = "pipecat.some.module:run:58"
    stamp = "2027-03-09 09:20:11.204"
    text = f"{stamp} | {level:<8} | {place} - {message}"
    record = {"level": {"name": level}, "message": message, "name": "pipecat.some", "time": {"repr": stamp}}
    layouts = [
        text,
        f"09:20:11.204 | {level:<8} | {message}",
        f"{stamp} | {level:<8} | {place} | 0b8e7c1a-55aa-4c1e-9d2f-3b6f6d0f77aa - {message}",
        f"{stamp} | {level} | [run_id=401] | services.py:503 | {message}",
        json.dumps({"text": text + "\n", "record": record}),
    ]
    found = [bare(layout) for layout in layouts]
    kinds = [event and (event.kind, event.stage, event.provider, event.code, event.ms, event.id) for event in found]
    assert kinds == kinds[:1] * len(kinds)
    return found[0]


def bare(*lines: str) -> LogEvent | None:
    """Return the only event of these lines as they stand."""
    found = events_of([line.encode() for line in lines])
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("message", "stage", "provider", "ms"),
    [
        ("DeepgramSTTService#0 TTFB: 0.215s", "STT", "Deepgram", 215.0),
        ("GroqLLMService#12 TTFB: 0.5031190000000002", "LLM", "Groq", 503.119),
        ("CartesiaTTSService#0 TTFB: 1s", "TTS", "Cartesia", 1000.0),
        ("RimeTTS#4 TTFB:   2.5s", "TTS", "Rime", 2500.0),
    ],
)
def test_r11_a_first_byte_is_seconds_with_its_unit_or_without(
    message: str, stage: str, provider: str, ms: float
) -> None:
    for found in (only(message), bare(message)):
        assert found is not None
        assert (found.kind, found.stage, found.provider) == ("ttfb", stage, provider)
        assert found.ms == pytest.approx(ms)
        assert found.dialect == "pipecat"


@pytest.mark.parametrize(
    ("name", "stage", "provider"),
    [
        ("AzureLLMService", "LLM", "Azure"),
        ("AzureHttpTTSService", "TTS", "Azure"),
        ("AzureSTTService", "STT", "Azure"),
        ("OpenAILLMService", "LLM", "OpenAI"),
        ("OpenAITTSService", "TTS", "OpenAI"),
        ("GoogleVertexLLMService", "LLM", "Google"),
        ("ElevenLabsHttpTTSService", "TTS", "ElevenLabs"),
        ("AssemblyAISTTService", "STT", "AssemblyAI"),
        ("AWSPollyTTSService", "TTS", "AWS"),
        ("FrontDeskDeepgramSTTService", "STT", "Deepgram"),
        ("PrimeTTSService", "TTS", "Prime"),
        ("SonioxSTTService", "STT", "Soniox"),
        ("LmntHttpTTSService", "TTS", "Lmnt"),
    ],
)
def test_stage_and_vendor_come_from_the_class(name: str, stage: str, provider: str) -> None:
    found = only(f"{name}#3 TTFB: 0.3s")

    assert found is not None
    assert (found.stage, found.provider, found.ms) == (stage, provider, 300.0)


@pytest.mark.parametrize("value", ["0.0s", "0", "-0.2s", "121s", "nan", "inf", "1e3"])
def test_r17_an_impossible_first_byte_is_no_sample(value: str) -> None:
    assert only(f"CartesiaTTSService#0 TTFB: {value}") is None


def test_r11_the_tiny_numbers_that_python_writes_with_an_exponent_are_read() -> None:
    found = only("CartesiaTTSService#0 TTFB: 5.25e-03")

    assert found is not None
    assert found.ms == 5.25


@pytest.mark.parametrize(
    "message",
    [
        "CartesiaTTSService#0 processing time: 0.941s",
        "CartesiaTTSService#0 TTFA: 0.402s",
        "OpenAILLMService#0 TTFAT: 0.640s",
        "GroqLLMService#0 prompt tokens: 401, completion tokens: 503",
        "CartesiaTTSService#0 usage characters: 429",
        "DeepgramSTTService#0 TTFB limit: 2.0s",
        "DeepgramSTTService#0 reports TTFB: 0.2s",
        "limits: TTFB: 0.9s",
        "SimliVideoService#0 TTFB: 0.9s",
    ],
)
def test_r16_other_times_counters_and_limits_are_no_first_bytes(message: str) -> None:
    assert only(message) is None
    assert bare(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "Switching STT language to: [es-UY]",
        "Switching TTS model to: [sonic-3]",
        "Not switching to DeepgramSTTService#1: it is the one in use",
        "Switching to GoogleTTSService#0",
    ],
)
def test_r24_a_change_of_language_or_model_is_no_fallback(message: str) -> None:
    assert only(message) is None


@pytest.mark.parametrize("vendor", ["Deepgram", "AssemblyAI", "ElevenLabs"])
def test_r54_the_socket_to_a_vendor_is_no_call(vendor: str) -> None:
    assert only(f"Disconnecting from {vendor}") is None
    assert only(f"Connecting to {vendor}") is None
    assert only(f"{vendor}TTSService#0 connection closed normally: received 1000 (OK)") is None


@pytest.mark.parametrize(
    "message",
    [
        "CartesiaTTSService#0: Generating TTS [ERROR: 401, TTFB: 0.9s, WebSocket accepted — call_uuid: x]",
        "DeepgramSTTService#0: Transcription: [no other service available, I get Error: 500]",
        "Transcription: [CartesiaTTSService#0 TTFB: 0.9s]",
        "GroqLLMService#0: Generating chat from context [{'role': 'user', 'content': 'Error: 429'}]",
        "Frame 2: TranscriptionFrame#7(pts: None, text: [ERROR 500 send() failed], user: leg)",
    ],
)
def test_r79_what_people_and_models_say_is_never_searched(message: str) -> None:
    assert [only(message, level) for level in ("DEBUG", "INFO", "WARNING")] == [None] * 3
    assert bare(message) is None


@pytest.mark.parametrize(
    ("message", "kind", "stage", "provider", "code"),
    [
        ("RimeTTSService#2 connection closed, but with an error: no close frame", "error", "TTS", "Rime", "ws_closed"),
        (
            "DeepgramSTTService#0 initialization error: server rejected WebSocket connection: HTTP 402",
            "error",
            "STT",
            "Deepgram",
            "402",
        ),
        ("CartesiaTTSService#0 initialization error: no route", "error", "TTS", "Cartesia", "connect_failed"),
        (
            "ElevenLabsTTSService#0 connection error, will retry: received 1008 (policy violation)",
            "warning",
            "TTS",
            "ElevenLabs",
            "1008",
        ),
        ("ElevenLabsTTSService#0 connection error, will retry: gone", "warning", "TTS", "ElevenLabs", "retry"),
        ("GoogleSTTService#1 Reconnecting: 409 Stream ran dry", "warning", "STT", "Google", "409"),
        ("Service GroqLLMService#0 reported an error: HTTP status 503", "warning", "LLM", "Groq", "503"),
        ("No other service available to switch to", "error", None, None, "all_failed"),
        ("Speech synthesis canceled: no reason kept", "error", "TTS", "Azure", "canceled"),
        ("send() failed - ConnectionClosed: received 1011 Deepgram saw nothing", "error", "STT", "Deepgram", "1011"),
        ("Idle timeout detected. Newest 10 frames:", "warning", None, None, "idle_timeout"),
    ],
)
def test_r40_the_words_alone_say_how_bad_it_is(
    message: str, kind: str, stage: str | None, provider: str | None, code: str
) -> None:
    for found in (bare(message), only(message, "INFO")):
        assert found is not None
        assert (found.kind, found.stage, found.provider, found.code) == (kind, stage, provider, code)


@pytest.mark.parametrize(
    "message",
    [
        "RimeTTSService#2 connection closed, but with an error: gone",
        "Service GroqLLMService#0 reported an error: gone",
        "send() failed - ConnectionClosed: received 1011",
        "Idle timeout detected. Newest 10 frames:",
    ],
)
def test_r35_an_explicit_level_wins_and_a_debug_line_is_an_echo(message: str) -> None:
    error, warning = only(message, "ERROR"), only(message, "WARNING")

    assert [error and error.kind, warning and warning.kind] == ["error", "warning"]
    assert only(message, "DEBUG") is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("INFO: relay: send() failed - received 1011 from Deepgram", "error"),
        ("INFO: relay: ERROR:deepgram.client:send() failed - received 1011", "error"),
        ("INFO: relay: WARNING:deepgram.client:send() failed - received 1011", "warning"),
    ],
)
def test_r35_of_nested_levels_the_inner_one_counts(line: str, kind: str) -> None:
    found = bare(line)

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == (kind, "STT", "Deepgram", "1011")


def test_an_error_of_a_class_names_its_stage_and_vendor() -> None:
    found = only("MyAnthropicLLMService#0 exception: {'type': 'error', 'error': {'type': 'overloaded_error'}}", "ERROR")

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("error", "LLM", "Anthropic", "overloaded")


@pytest.mark.parametrize(
    ("message", "provider", "code", "call"),
    [
        (
            'Failed to terminate Twilio call CAaa: Status 404, Response: {"code": 20404, "status": 404}',
            "Twilio",
            "20404",
            "CAaa",
        ),
        (
            'Failed to terminate Telnyx call v3:b_-~.9: Status 422, Response: {"errors":[{"code":"90018"}]}',
            "Telnyx",
            "90018",
            "v3:b_-~.9",
        ),
        ("Failed to terminate Twilio call CA20404: Status 500, Response: oops", "Twilio", "500", "CA20404"),
    ],
)
def test_r41_the_vendors_own_code_beats_the_http_status(message: str, provider: str, code: str, call: str) -> None:
    found = only(message, "ERROR")

    assert found is not None
    assert (found.kind, found.provider, found.code, found.id) == ("error", provider, code, call)


def test_r38_an_answer_that_spans_lines_is_one_error_and_its_code_is_inside() -> None:
    head = "2027-03-09 08:20:58.610 | ERROR    | pipecat.serializers.telnyx:_hang_up:9 - "

    found = bare(
        head + "Failed to terminate Telnyx call v3:h: Status 422, Response: {",
        '  "errors": [',
        "    {",
        '      "code": "90018"',
        "    }",
        "  ]",
        "}",
    )

    assert found is not None
    assert (found.kind, found.provider, found.code, found.line) == ("error", "Telnyx", "90018", 1)


def test_r37_the_dump_below_an_idle_timeout_adds_nothing() -> None:
    head = "2027-03-09 08:25:59.002 | WARNING  | pipecat.pipeline.task:_idle:74"

    found = bare(
        head + "4 - Idle timeout detected. Newest 2 frames:",
        head + "6 - Frame 1: InputAudioRawFrame#88(pts: None, size: 640)",
        head + "6 - Frame 2: ErrorFrame#3(error: HTTP status 503)",
    )

    assert found is not None
    assert (found.kind, found.code, found.line) == ("warning", "idle_timeout", 1)


@pytest.mark.parametrize(
    "message",
    ["ᓚᘏᗢ Pipecat 1.0.2 (Python 3.13.1 (main) [Clang 17]) ᓚᘏᗢ", "Pipecat 0.0.99.dev4 (Python 3.12.9 (main))"],
)
def test_r64_the_banner_is_the_start_of_a_process(message: str) -> None:
    found = only(message, "INFO")

    assert found is not None
    assert found.kind == "process_start"


@pytest.mark.parametrize("message", ["Pipecat 0.0.99 is old, update it", "Pipecat pipeline started", "ᓚᘏᗢ"])
def test_r64_other_lines_with_the_name_are_no_start(message: str) -> None:
    assert only(message, "INFO") is None


@pytest.mark.parametrize("dash", ["—", "–", "-"])
def test_the_socket_that_names_its_call_opens_it(dash: str) -> None:
    found = only(f"WebSocket accepted {dash} call_uuid: 7f-closed:9~", "INFO")

    assert found is not None
    assert (found.kind, found.id) == ("call_opened", "7f-closed:9~")


def test_a_client_that_closed_ends_a_call_without_naming_it() -> None:
    found = only("Client connection closed.")

    assert found is not None
    assert (found.kind, found.id) == ("call_closed", None)


def test_the_arbiters_worker_timeout_is_an_error() -> None:
    found = bare("[2027-03-09 08:26:30 +0100] [71] [CRITICAL] WORKER TIMEOUT (pid:503)")

    assert found is not None
    assert (found.kind, found.code) == ("error", "timeout")
