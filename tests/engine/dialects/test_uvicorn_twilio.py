"""Plain bridges: anonymous sockets, Twilio's stream ids, refused handshakes, one error per crash."""

import pytest

from tests.engine.dialects.golden import events_of, only

STREAM = "MZ00112233445566778899aabbccddeeff"
CALL = "CA00112233445566778899aabbccddeeff"


def kind_of(line: str) -> str | None:
    found = only(line)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("INFO:     Started server process [41]", "process_start"),
        ("INFO:     Started parent process [40]", "process_start"),
        ("INFO:     Started reloader process [39] using StatReload", "process_start"),
        ("[2027-03-09 08:50:00 +0000] [7] [INFO] Starting gunicorn 23.0.0", "process_start"),
        ("INFO:     Application startup complete.", "process_ready"),
        ("^CINFO:     Shutting down", "process_stop"),
        ("INFO:     Finished server process [41]", "process_stop"),
        ("[2027-03-09 08:59:00 +0000] [7] [INFO] Handling signal: term", "process_stop"),
        ("[2027-03-09 08:59:01 +0000] [7] [INFO] Shutting down: Master", "process_stop"),
        ("INFO:     Waiting for application shutdown.", None),
        ("INFO:     Shutting down session 7", None),
        ("[2027-03-09 08:59:00 +0000] [7] [INFO] Booting worker with pid: 500", None),
    ],
)
def test_r64_starts_and_stops_of_the_server(line: str, kind: str | None) -> None:
    assert kind_of(line) == kind


def test_r51_a_handshake_and_its_socket_are_one_anonymous_socket() -> None:
    lines = [
        "INFO:     ('203.0.113.20', 503) - \"WebSocket /media\" [accepted]",
        "INFO:     connection open",
        "INFO:     connection closed",
    ]

    assert [kind_of(line) for line in lines] == [None, "socket_opened", "socket_closed"]


@pytest.mark.parametrize(
    "line",
    [
        "openai websocket connection open",
        "Deepgram connection closed",
        "STT -> Deepgram connection closed",
        "Disconnected from the OpenAI Realtime API",
        "Disconnected from OpenAI. 1000",
        "Disconnected from ElevenLabs.",
        "2027-03-09T08:50:09.500Z [OAI] [INFO] connection to realtime is up",
        '{"type": "UserStartedSpeaking"}',
        '{"type": "Metadata", "message": "errors so far: 500"}',
    ],
)
def test_r54_the_sockets_of_vendors_are_no_calls(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('INFO:     203.0.113.7:403 - "WebSocket /media/500" 403', "403"),
        ('INFO:     203.0.113.7:0 - "WebSocket /media?call=503" 404', "404"),
        ('INFO:     203.0.113.7:0 - "POST /voice/answer HTTP/1.1" 502 Bad Gateway', "502"),
        ('INFO:     203.0.113.7:0 - "POST /voice/answer HTTP/1.1" 500', "500"),
        ('INFO:     203.0.113.7:503 - "POST /voice/404?limit=429 HTTP/1.1" 200 OK', None),
        ('INFO:     203.0.113.7:0 - "POST /voice/500 HTTP/1.1" 401 Unauthorized', None),
        ('INFO:     203.0.113.7:0 - "GET /favicon.ico HTTP/1.1" 404 Not Found', None),
    ],
)
def test_r39_numbers_in_peers_paths_and_queries_are_no_codes(line: str, code: str | None) -> None:
    found = only(line)

    assert (found and (found.kind, found.code)) == (("error", code) if code else None)


def test_r39_the_second_line_of_a_refused_handshake_is_no_second_error() -> None:
    lines = ['INFO:     203.0.113.7:0 - "WebSocket /media" 403', "INFO:     connection rejected (403 Forbidden)"]

    assert [kind_of(line) for line in lines] == ["error", None]


@pytest.mark.parametrize(
    ("line", "kind", "call"),
    [
        (f"Incoming stream has started {STREAM}", "call_opened", STREAM),
        (f"INFO:bridge:Incoming stream has started: {STREAM}", "call_opened", STREAM),
        (f"Twilio -> Starting Media Stream for {STREAM}", "call_opened", STREAM),
        (f"[Twilio] Stream started - StreamSid: {STREAM}, CallSid: {CALL}", "call_opened", CALL),
        (f"[Twilio] Stream started - StreamSid: {STREAM}", "call_opened", STREAM),
        (f"INFO:app:Stream started - StreamSid: {STREAM}, CallSid: {CALL}, Caller: 500", "call_opened", CALL),
        (f"INFO:app:Starting Media Stream for {STREAM}", "call_opened", STREAM),
        (f"Twilio -> Starting Media Stream for {CALL}", "call_opened", CALL),
        (f"Twilio -> Media stream {STREAM} ended.", "call_closed", STREAM),
        (f"[Twilio] Stream {STREAM} ended", "call_closed", None),
        ("Incoming stream has started", None, None),
        ("Client connected from the media gateway", None, None),
        (f"she said: Incoming stream has started {STREAM}", None, None),
        ("Twilio -> Audio completed mark (500): 401", None, None),
    ],
)
def test_r52_a_stream_is_a_call_and_the_callsid_is_preferred(line: str, kind: str | None, call: str | None) -> None:
    found = only(line)

    assert (found and (found.kind, found.id, found.client)) == (kind and (kind, call, "twilio"))


@pytest.mark.parametrize(
    ("line", "stage", "provider", "code"),
    [
        ("[bridge] Disconnected from ElevenLabs. 1008", "TTS", "ElevenLabs", "1008"),
        ("2027-03-09T08:50:09.420Z [b] [INFO] Disconnected from Deepgram. 1011", "STT", "Deepgram", "1011"),
        (
            "Error in send_to_twilio: received 3000 (registered) invalid_request_error.invalid_api_key",
            "LLM",
            "OpenAI",
            "3000",
        ),
        ('{"type": "Error", "message": "We waited too long for a websocket message."}', "STT", "Deepgram", "timeout"),
        ('{"type":"error","event_id":"e5","error":{"code":"rate_limit_exceeded"}}', None, None, "rate_limit"),
        ('{"type": "Error", "message": "groq answered HTTP 503"}', "LLM", "Groq", "503"),
    ],
)
def test_r40_failures_on_the_way_to_a_vendor(line: str, stage: str | None, provider: str | None, code: str) -> None:
    found = only(line)

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("error", stage, provider, code)


def test_r35_an_object_that_calls_itself_an_error_is_as_bad_as_its_level_says() -> None:
    assert only('{"type": "error", "level": "info", "message": "groq answered HTTP 503"}') is None
    assert kind_of('{"type": "error", "level": "warn", "message": "groq answered HTTP 503"}') == "warning"


def test_bytes_that_are_no_http_are_a_warning() -> None:
    found = only("WARNING:  Invalid HTTP request received.")

    assert found is not None
    assert (found.kind, found.code) == ("warning", "bad_http")


CRASH = ["ERROR:    Exception in ASGI application"]
TRACE = [
    "Traceback (most recent call last):",
    '  File "/srv/app.py", line 503, in media',
    "    raise Gone",
    "Gone: 401",
]


@pytest.mark.parametrize(
    "below",
    [
        TRACE,
        [*TRACE, "", "During handling of the above exception, another exception occurred:", "", *TRACE],
        [*TRACE, "", "The above exception was the direct cause of the following exception:", "", *TRACE],
        ["  + Exception Group Traceback (most recent call last):", "  |   File a", "  | Gone: x", "  +-+--- 1 ---"],
    ],
    ids=["traceback", "handling", "cause", "group"],
)
def test_r37_a_crash_is_one_error_however_its_tracebacks_are_chained(below: list[str]) -> None:
    lines = [*CRASH, *below, "INFO:     connection closed"]

    found = events_of([line.encode() for line in lines])

    assert [(event.kind, event.line) for event in found] == [("error", 1), ("socket_closed", len(lines))]


def test_r36_the_summary_of_an_exception_alone_is_an_error_with_its_code() -> None:
    found = only("websockets.exceptions.ConnectionClosedOK: received 1002 (protocol error); then sent 1002")

    assert found is not None
    assert (found.kind, found.code) == ("error", "1002")


@pytest.mark.parametrize(
    "line",
    [
        f"Interaction 7: TTS -> TWILIO: Incoming stream has started {STREAM}",
        "Interaction 7 – STT -> GPT: Error: 500",
        "Interaction 7: GPT -> TTS: ERROR 500 on your bill •",
        'USER: {"type": "error"}',
    ],
)
def test_r79_what_is_said_is_never_searched(line: str) -> None:
    assert only(line) is None
