"""What any log says, whoever wrote it."""

import pytest

from tests.engine.dialects.golden import events_of
from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import dialects
from tui.engine.dialects._providers import find_provider, find_stage
from tui.engine.model import LogEvent


def only(line: str) -> LogEvent | None:
    found = events_of([line.encode()])
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ERROR something broke", "error"),
        ("CRITICAL: something broke", "error"),
        ("Error: something broke", "error"),
        ("error in the pump", "error"),
        ("ValueError: bad frame", "error"),
        ("openai.RateLimitError: slow down", "error"),
        ("Exception in ASGI application", "error"),
        ("❌ something broke", "error"),
        ("⚠️ something is odd", "warning"),
        ("WARNING: something is odd", "warning"),
        ('{"level": 50, "msg": "something broke"}', "error"),
        ('{"level": 40, "msg": "something is odd"}', "warning"),
        ("no Error: here", None),
        ("errors: 0", None),
        ("he said ERROR", None),
        ("INFO:     ❌ cache", None),
        ("INFO:     ValueError: told at INFO", None),
        ("✅ Error handling ready", None),
    ],
)
def test_r36_failures_are_found_by_level_cross_or_anchored_words_only(line: str, kind: str | None) -> None:
    found = only(line)

    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("line", "kind", "code"),
    [
        ('INFO:     203.0.113.5:44100 - "POST /answer HTTP/1.1" 503 Service Unavailable', "error", "503"),
        ('INFO:     203.0.113.5:500 - "GET /503?limit=429 HTTP/1.1" 200 OK', None, None),
        ('INFO:     203.0.113.5:0 - "GET /favicon.ico HTTP/1.1" 404 Not Found', None, None),
        ('INFO:     203.0.113.5:0 - "POST /answer HTTP/1.1" 422', None, None),
        ('INFO:     ("203.0.113.5", 0) - "WebSocket /media" [accepted]', None, None),
        ('INFO:     203.0.113.5:0 - "WebSocket /media" 403', "error", "403"),
        ('INFO:     203.0.113.5:0 - "WebSocket /media" 404', "error", "404"),
        ("INFO:     connection rejected (403 Forbidden)", None, None),
    ],
)
def test_r39_our_own_5xx_and_refused_sockets_are_errors_at_any_level(
    line: str, kind: str | None, code: str | None
) -> None:
    found = only(line)

    assert (found and found.kind, found and found.code) == (kind, code)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("INFO:     Started server process [19]", "process_start"),
        ("INFO:     Started parent process [19]", "process_start"),
        ("INFO:     Started reloader process [19] using WatchFiles", "process_start"),
        ("[2027-03-09 09:23:10 +0100] [91] [INFO] Starting gunicorn 23.0.0", "process_start"),
        ("INFO:     Application startup complete.", "process_ready"),
        ("INFO:     Shutting down", "process_stop"),
        ("^CINFO:     Shutting down", "process_stop"),
        ("INFO:     Finished server process [19]", "process_stop"),
        ("[2027-03-09 09:23:10 +0100] [91] [INFO] Handling signal: term", "process_stop"),
        ("INFO:     connection open", "socket_opened"),
        ("INFO:     connection closed", "socket_closed"),
        ("STT -> Deepgram connection closed after goodbye", None),
        ("INFO: Disconnecting from Deepgram", None),
        ("INFO:     Shutting down pipeline", None),
        ("INFO:     Waiting for application startup.", None),
    ],
)
def test_r54_r64_starts_stops_and_anonymous_sockets(line: str, kind: str | None) -> None:
    found = only(line)

    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Error: 401 Key rejected", "401"),
        ("RateLimitError (429) on turn 6", "429"),
        ("upgrade refused with HTTP status 401, gave up after 640ms", "401"),
        ("Error code: 4429. Error details: ceiling passed", "4429"),
        ("received 1011 (internal error) no audio", "1011"),
        ("StatusCode: 1006, Unexpected server response: 401", "401"),
        ("status_code: 401, body: {'status': 'quota_exceeded'}", "quota"),
        ("websocket closed 1007: Throttled due to parallel requests", "rate_limit"),
        ("Connection timeout after 20s (dial)", "timeout"),
        ("Too many concurrent requests for this plan (ceiling 3)", "rate_limit"),
        ("Invalid key: 401 Unauthorized", "401"),
        ("Unauthorized", "auth"),
        ("HandshakeError: 503, message='not available', url='wss://x/listen?rate=44100&end=401'", "503"),
        ("Could not obtain service key: 429 -", "429"),
        ("Error processing responses: 409 Stream ran dry", "409"),
        ("[Errno 111] Connection refused to port 4040", "refused"),
        ("server http://10.0.0.4:5000/v1/404 is gone", None),
        ("call 500 of 503, chunks=429, ids 401-402", None),
        ("Error: 500ms without audio", None),
        ("Error: 429 of chunks lost", None),
        ("Error: 404/500 frames", None),
    ],
)
def test_r41_numbers_are_codes_only_beside_status_words(text: str, code: str | None) -> None:
    assert find_code(text) == code


def test_r41_the_code_may_stand_in_the_traceback_only() -> None:
    assert find_code("connection failed", "Traceback…\nHandshakeError: HTTP 503") == "503"


@pytest.mark.parametrize(
    ("texts", "stage", "provider"),
    [
        (("Azure STT recognizer creation failed",), "STT", "Azure"),
        (("gone", "vo.tts.azure"), "TTS", "Azure"),
        (("groq is down",), "LLM", "Groq"),
        (("deepgram is down",), "STT", "Deepgram"),
        (("microsoft said no",), None, "Azure"),
        (("RimeTTSService#0 initialization error",), "TTS", "Rime"),
        (("AzureLLMService#3 is gone",), "LLM", "Azure"),
        (("she rimes",), None, None),
        (("nobody is named",), None, None),
    ],
)
def test_stage_and_provider_are_those_the_text_or_the_logger_names(
    texts: tuple[str, ...], stage: str | None, provider: str | None
) -> None:
    found = find_provider(*texts)

    assert (find_stage(found, *texts), found) == (stage, provider)


def test_every_dialect_has_a_name_a_rank_and_tokens() -> None:
    found = dialects()

    assert len({dialect.name for dialect in found}) == len(found) >= 3
    assert found[-1].name == "generic"
    assert all(all(dialect.candidates) and all(dialect.signature) for dialect in found)
