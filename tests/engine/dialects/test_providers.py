"""What vendors say of themselves: whose failure it is, at which stage, with which code."""

import json

import pytest

from tests.engine.dialects.golden import events_of, only
from tui.engine.dialects._codes import find_code


def failure_of(line: str) -> tuple[str | None, str | None, str | None]:
    found = only(line)
    assert found is not None
    assert found.kind == "error"
    return found.stage, found.provider, found.code


@pytest.mark.parametrize(
    ("line", "stage", "code"),
    [
        ("CANCELED: ErrorDetails=WebSocket upgrade failed: Authentication error (401). Look at the key.", None, "401"),
        ("ERROR: recognition ended: WebSocket upgrade failed: Forbidden (403). SessionId: 404404", "STT", "403"),
        ("Cancellation details: WebSocket upgrade failed: Bad request (400). No such locale.", None, "400"),
        ("Error code: 4429. Error details: too many at once. USP state: TurnStarted.", None, "4429"),
        ("Error code: 4429. Error details: x. USP state: y. Received audio size: 500 bytes.", "TTS", "4429"),
        ("Error code: 1007. Error details: Throttled by load. USP state: Sending.", None, "rate_limit"),
        ("Error code: 1007. Error details: SSML is broken at 401. USP state: Sending.", None, "1007"),
        ("Timeout while synthesizing. Current RTF: 1.73, frame interval 5003ms above 3000ms", "TTS", "timeout"),
        ("Connection failed (no connection to the remote host), try 2. Code WS_OPEN_ERROR_X", None, "connect_failed"),
        ("Error: recognition stopped. StatusCode: 1006, undefined. Unexpected server response: 403", "STT", "403"),
        ("Error: recognition stopped. StatusCode: 1006, undefined", "STT", "1006"),
    ],
)
def test_azure_names_itself_by_its_phrases(line: str, stage: str | None, code: str) -> None:
    assert failure_of(line) == (stage, "Azure", code)


@pytest.mark.parametrize(
    ("line", "stage", "provider", "code"),
    [
        ("429 Rate limit reached for model `llama-x` on tokens: Limit 500, Used 499", "LLM", "Groq", "429"),
        ("Rate limit reached for model `llama-x`. Retry after 401ms", "LLM", "Groq", "rate_limit"),
        ("Error code: 429 - {'message': 'Rate limit reached for model `whisper-large-v3`'}", "STT", "Groq", "429"),
        ("Error in recap: Error code: 413 - {'message': 'Request too large for model `m`'}", "LLM", "Groq", "413"),
        ("groq.APIStatusError: Error code: 498 - {'code': 'capacity_exceeded'}", "LLM", "Groq", "498"),
        (
            "openai.RateLimitError: Error code: 429 - {'message': 'Rate limit reached for model `m`'}",
            "LLM",
            "Groq",
            "429",
        ),
        ("openai.RateLimitError: Error code: 429 - {'code': 'insufficient_quota'}", "LLM", "OpenAI", "quota"),
        ("Error in send_to_twilio: Error code: 429 - {'code': 'insufficient_quota'}", "LLM", "OpenAI", "quota"),
        ("Rate limit reached for gpt-x in organization org-500 on requests: Limit 401", "LLM", "OpenAI", "rate_limit"),
        ("openai.AuthenticationError: Error code: 401 - {'code': 'bad_key'}", "LLM", "OpenAI", "401"),
        ("anthropic.InternalServerError: Error code: 529 - overloaded", "LLM", "Anthropic", "529"),
    ],
)
def test_language_models(line: str, stage: str, provider: str, code: str) -> None:
    assert failure_of(line) == (stage, provider, code)


@pytest.mark.parametrize(
    ("line", "stage", "provider", "code"),
    [
        ("Error: status_code: 401, body: {'status': 'quota_exceeded', 'left': 0}", "TTS", "ElevenLabs", "quota"),
        ("Error: status_code: 429, body: {'status': 'too_many_concurrent_requests'}", "TTS", "ElevenLabs", "429"),
        ("Error: body: {'status': 'too_many_concurrent_requests'}", "TTS", "ElevenLabs", "rate_limit"),
        ("RuntimeError: ElevenLabs said: Too many concurrent requests (3 at most)", "TTS", "ElevenLabs", "rate_limit"),
        ("Error: received 1008 (policy violation) input_timeout_exceeded", "TTS", "ElevenLabs", "1008"),
        ("Error: cartesia answered quota_exceeded", "TTS", "Cartesia", "quota"),
        ("ERROR:deepgram.clients.x:start: server rejected WebSocket connection: HTTP 402", "STT", "Deepgram", "402"),
        (
            "ERROR:x:ListenWebSocketClient.start: server rejected WebSocket connection: HTTP 401",
            "STT",
            "Deepgram",
            "401",
        ),
        (
            "ERROR:x:SpeakWebSocketClient.start: server rejected WebSocket connection: HTTP 401",
            "TTS",
            "Deepgram",
            "401",
        ),
        ("Error: received 1011 (internal error) no audio came, see NET-0001", "STT", "Deepgram", "1011"),
    ],
)
def test_speech_vendors(line: str, stage: str, provider: str, code: str) -> None:
    assert failure_of(line) == (stage, provider, code)


@pytest.mark.parametrize(
    ("line", "stage", "code"),
    [
        ("google.auth.exceptions.DefaultCredentialsError: nothing was found", None, "missing_credentials"),
        ("google.api_core.exceptions.OutOfRange: 400 Exceeded maximum allowed stream duration", "STT", "stream_limit"),
        ("google.api_core.exceptions.ServiceUnavailable: 503 try later", None, "503"),
        ("429 RESOURCE_EXHAUSTED. {'error': {'message': 'slow down'}}", None, "429"),
        ("ERROR: RESOURCE_EXHAUSTED: no more of metric requests_per_minute", None, "quota"),
    ],
)
def test_google_names_itself_by_its_classes(line: str, stage: str | None, code: str) -> None:
    assert failure_of(line) == (stage, "Google", code)


def block(status: str, details: str, cls: str = "grpc._channel._InactiveRpcError: <_InactiveRpcError") -> list[str]:
    return [
        f"{cls} of RPC that terminated with:",
        f"\tstatus = StatusCode.{status}",
        f'\tdetails = "{details}"',
        '\tdebug_error_string = "UNKNOWN: peer ipv4:10.0.0.4:443 {grpc_status:10, file_line:503}"',
        ">",
    ]


@pytest.mark.parametrize(
    ("status", "details", "stage", "code"),
    [
        ("ABORTED", "Audio Timeout Error: nobody spoke for long.", "STT", "timeout"),
        ("OUT_OF_RANGE", "Exceeded maximum allowed stream duration of 305 seconds.", "STT", "stream_limit"),
        ("RESOURCE_EXHAUSTED", "Quota exceeded for metric requests", None, "quota"),
        ("RESOURCE_EXHAUSTED", "too many requests", None, "rate_limit"),
        ("DEADLINE_EXCEEDED", "4 seconds are over", None, "timeout"),
        ("UNAVAILABLE", "Socket closed at 401", None, "14"),
        ("INVALID_ARGUMENT", "recognition of en-XX is not offered", "STT", "3"),
        ("PERMISSION_DENIED", "text-to-speech is not switched on in project 500", "TTS", "7"),
    ],
)
def test_a_grpc_status_block_is_one_error_with_its_status(
    status: str, details: str, stage: str | None, code: str
) -> None:
    lines = [*block(status, details), "INFO:     connection open"]

    found = events_of([line.encode() for line in lines])

    assert [(event.kind, event.line) for event in found] == [("error", 1), ("socket_opened", 6)]
    assert (found[0].stage, found[0].provider, found[0].code) == (stage, "Google", code)
    assert details in found[0].text


def test_a_grpc_status_block_at_the_end_of_a_traceback_is_part_of_its_error() -> None:
    crash = ["ERROR:    Exception in ASGI application", "Traceback (most recent call last):", '  File "a.py", line 5']

    found = events_of([line.encode() for line in [*crash, *block("ABORTED", "Audio Timeout Error: silence.")]])

    assert [(event.kind, event.line) for event in found] == [("error", 1)]
    assert (found[0].stage, found[0].provider, found[0].code) == ("STT", "Google", "timeout")


@pytest.mark.parametrize(
    "name",
    ["grpc._channel._MultiThreadedRendezvous: <_MultiThreadedRendezvous", "<_InactiveRpcError", "AioRpcError: <Aio"],
)
def test_every_class_of_grpc_prints_the_same_block(name: str) -> None:
    found = events_of([line.encode() for line in block("UNAVAILABLE", "gone", name)])

    assert [(event.kind, event.provider, event.code) for event in found] == [("error", "Google", "14")]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("WARNING: API key is missing for speech", "config_warning"),
        ("An API key is required", "config_warning"),
        ("ERROR:    The Deepgram API key required by this service", "config_warning"),
        ("INFO:     API key is missing, asking the vault", None),
        ("the user asked whether an API key is one that is required", None),
        ("DeepgramError: an API key is required to begin", "error"),
    ],
)
def test_r58_a_key_that_a_library_misses_is_a_config_warning_without_field(line: str, kind: str | None) -> None:
    found = only(line)

    assert (found and (found.kind, found.field)) == (kind and (kind, None))


@pytest.mark.parametrize(
    "line",
    [
        "2027-03-09 08:55:09,018 - DEBUG - LLM(groq) request time cost: 0.61s",
        "INFO:     Rate limit reached for model `m`, retrying in 812ms",
        "DEBUG:    Error code: 4429. Error details: x. USP state: y.",
        "usage: 401 tokens, 500 characters, quota_exceeded: false",
        "CANCELED: Reason=EndOfStream",
        "✅ Timeout while synthesizing handled",
        "he told me: Error code: 4429. Error details: x",
    ],
)
def test_r16_request_times_retry_hints_and_counters_are_nothing(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("WARNING:  Rate limit reached for model `m`", "warning"),
        ("⚠️ Rate limit reached for model `m`", "warning"),
        ("❌ Rate limit reached for model `m`", "error"),
        ('{"level": 40, "msg": "openai.APITimeoutError: Request timed out."}', "warning"),
    ],
)
def test_r34_r35_the_level_and_then_the_symbol_say_how_bad_it_is(line: str, kind: str) -> None:
    found = only(line)

    assert found is not None
    assert (found.kind, found.stage) == (kind, "LLM")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Error code: 4429. Error details: ceiling", "4429"),
        ("Error code: 1007. Error details: Throttled", "rate_limit"),
        ("Throttled by load; websocket error code: 1007", "rate_limit"),
        ("Error code: 1007. Error details: SSML parsing failed", "1007"),
        ("status_code: 401, body: {'status': 'quota_exceeded'}", "quota"),
        ("Error code: 429 - {'code': 'insufficient_quota'}", "quota"),
        ("received 3000 (registered) invalid_api_key", "3000"),
        ("StatusCode: 1006, Unexpected server response: 401", "401"),
        ("Status 404, Response: {'code': 20404, 'status': 404}", "20404"),
        ('Status 422, Response: {"errors": [{"code": "90018"}]}', "90018"),
        ("call 20404 of 90018", None),
        ("peer 10.0.0.4:4429 sent id 1007-401", None),
        ("https://x.example/429?status=500", None),
        ("429 of chunks lost", None),
        ("limit 500, used 503 tokens", None),
        ("gave up after 401ms on port 4040", None),
    ],
)
def test_r41_the_table_of_codes(text: str, code: str | None) -> None:
    assert find_code(text) == code


@pytest.mark.parametrize(
    "line",
    [
        "🎤 [STT] Recognized: Rate limit reached for model `m`",
        "CartesiaTTSService#0: Generating TTS [Error code: 4429. Error details: x]",
        "Interaction 3: TTS -> TWILIO: API key is missing",
        '{"message": "🎤 [STT] Recognized: openai.RateLimitError: Error code: 429", "level": "ERROR"}',
    ],
)
def test_r79_what_is_said_is_never_searched(line: str) -> None:
    assert only(line) is None


def test_letters_beyond_ascii_beside_a_vendors_word_never_stop_the_reader() -> None:
    found = only("ERROR: équota_exceededé and àinsufficient_quotaà")

    assert found is not None
    assert (found.kind, found.code) == ("error", "quota")
    raw = rb'{"level": "ERROR", "message": "gone", "exc_info": "\ud83d openai.APIError: Error code: 503"}'
    assert [(event.provider, event.code) for event in events_of([raw])] == [("OpenAI", "503")]


def test_an_exception_below_a_message_tells_the_vendor_where_the_message_does_not() -> None:
    raw = json.dumps({"level": "ERROR", "message": "turn lost", "exc_info": "groq.RateLimitError: Error code: 429 - x"})

    (found,) = events_of([raw.encode()])

    assert (found.stage, found.provider, found.code) == ("LLM", "Groq", "429")
