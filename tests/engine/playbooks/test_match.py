"""Every playbook is reached by its line, in the order that decides, in both languages."""

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as regex_parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from typing import Any

import pytest

from tui.engine.model import Kind, LogEvent, Playbook
from tui.engine.playbooks.match import Entry, PlaybookCatalogue

CATALOGUE = PlaybookCatalogue.load()

LINES: list[tuple[str, Kind, str]] = [
    ("config.missing_key", "config_warning", "[Config] GROQ_API_KEY is not set. Turns will be empty."),
    ("config.missing_key", "config_warning", "API key is missing for the transcriber"),
    ("config.missing_key", "error", "Provider session did not start error='realtime voice requires OPENAI_API_KEY'"),
    ("config.missing_key", "error", "DeepgramError: an API key is required to start"),
    ("config.missing_key", "error", "Error: No speech-to-text service credentials for acme_stt are stored"),
    ("eleven.quota", "error", "Error streaming tts: status_code: 401, body: {'status': 'quota_exceeded'}"),
    ("llm.quota", "error", "openai.RateLimitError: Error code: 429 - {'type': 'insufficient_quota'}"),
    ("groq.too_large", "error", "Error code: 413 - {'message': 'Request too large for model `oss-20b`: Limit 8000'}"),
    ("groq.capacity", "error", "Error code: 498 - {'code': 'capacity_exceeded'}"),
    ("groq.rate_limit", "warning", "[LLM Groq] trace=5d1c-79 Rate limit hit: Error code: 429 - tokens used up"),
    ("groq.rate_limit", "error", "[LLM Groq] Error: RateLimitError (429)"),
    ("azure.throttle", "error", "Error code: 4429. Error details: too many in parallel. USP state: TurnStarted."),
    ("azure.throttle", "error", "[TTS Azure] Error: 429 Too many requests"),
    ("azure.throttle", "error", "Error code: 1007. Reason: Throttled"),
    ("azure.auth", "error", "[TTS Azure] Error: 401 Unauthorized"),
    ("azure.auth", "error", "[TTS Azure] trace=unknown ERROR: upgrade refused with HTTP status 403"),
    ("azure.auth", "error", "CANCELED: ErrorDetails=WebSocket upgrade failed: Authentication error (401). Review it."),
    ("azure.auth", "error", "StatusCode: 1006, Unexpected server response: 401"),
    (
        "azure.bad_request",
        "error",
        "Cancellation details: WebSocket upgrade failed: Bad request (400). Bad locale.",
    ),
    ("azure.ssml", "error", "Invalid char '<' at position 12 found in SSML, escape it; websocket error code: 1007"),
    ("azure.ssml", "error", "remote end hung up. Error code: 1007. Error details:  USP state: TurnStarted."),
    ("azure.connect", "error", "[TTS Azure] Error: no connection to the remote host"),
    ("azure.timeout", "error", "Error details: Timeout while synthesizing. RTF 0.71"),
    ("azure.canceled", "error", "Speech synthesis canceled: no reason kept"),
    ("azure.canceled", "error", "[STT Azure] STT Canceled. Details: none"),
    ("google.credentials", "error", "google.auth.exceptions.DefaultCredentialsError: no service account file"),
    ("google.stream_limit", "error", "error Exceeded maximum allowed stream duration of 305 seconds (11)"),
    ("google.idle", "error", "Error processing Google STT responses: 409 Stream ran dry"),
    ("google.quota", "error", "status = StatusCode.RESOURCE_EXHAUSTED"),
    ("google.bad_config", "error", "Invalid recognition 'config': model phone_call has no es-UY variant (3)"),
    ("eleven.auth", "error", "[TTS ElevenLabs] Error: 401 invalid_api_key"),
    ("llm.auth", "error", "[LLM Groq] trace=5d Authentication failed: Error code: 401"),
    ("llm.auth", "error", "Error in send_to_twilio: received 3000 (registered) something"),
    ("llm.overloaded", "error", "AnthropicLLMService#0 blew up: {'type': 'overloaded_error'}"),
    ("eleven.concurrency", "error", "RuntimeError: ElevenLabs API error: Too many concurrent requests (ceiling 3)."),
    ("eleven.ws_policy", "error", "[bridge] Disconnected from ElevenLabs. 1008"),
    ("deepgram.idle", "error", "send() failed - received 1011 Deepgram got no audio, see net0001"),
    ("deepgram.auth", "error", "deepgram.clients.listen: server rejected WebSocket connection: HTTP 401"),
    ("deepgram.unavailable", "warning", "deepgram connection failed, retrying in 6s"),
    ("provider.billing", "error", "server answered HTTP 402"),
    ("ws.auth_generic", "error", "RimeTTSService#0 initialization error: server rejected the socket: HTTP 403"),
    ("twilio.handshake", "error", '172.28.0.9:40110 - "WebSocket /voice/out/ab12" 403'),
    ("twilio.ws_closed", "error", "ConnectionResetError: [Errno 104] Connection reset by peer"),
    ("twilio.protocol", "error", "received 1002 (protocol error); sent nothing"),
    ("twilio.auth", "error", "Twilio answered code 20003"),
    ("telephony.hangup_race", "error", "Failed to terminate Telnyx call v3:Hh: Status 422, Response: 90018"),
    ("telnyx.auth", "error", 'Answer Failed: 401 - {"errors":[{"code":"10009","detail":"bad key"}]}'),
    ("telnyx.stream", "error", "Streaming Failed: 500"),
    ("ws.send_after_close", "error", 'WebSocket error: Cannot call "send" once the close frame left.'),
    ("proc.worker_killed", "error", "WORKER TIMEOUT (pid:84)"),
    ("proc.worker_killed", "error", "Worker (pid:84) was sent SIGKILL! Perhaps out of memory?"),
    ("capacity.no_worker", "warning", "[Pipeline] Backpressure WARNING: Queue 84% full (84/100)"),
    ("fallback.all_failed", "error", "[LLM Fallback] All providers failed"),
    ("fallback.all_failed", "error", "[TTSFallback] BOTH primary AND fallback failed! timeout"),
    ("fallback.spike", "fallback", "[TTS Fallback] Switching to Google TTS (31 times in 40 min)"),
    ("fallback.spike", "fallback", "[TTSFallback] Using FALLBACK: GoogleTTSAdapter"),
    ("fallback.spike", "warning", "[TTSFallback] Primary failed (1/3): HTTP status 401, using fallback"),
    ("fallback.spike", "fallback", "livekit.plugins.openai.llm.LLM timed out, switching to next LLM"),
    ("tts.no_audio", "error", "no audio frames were pushed for text"),
    ("provider.ws_dropped", "error", "CartesiaTTSService#1 connection closed, but with an error: peer vanished"),
    ("provider.retry", "warning", "failed to synthesize speech, retrying in 0.2s"),
    ("call.idle", "warning", "Idle timeout detected. Newest 6 frames:"),
    ("session.max_duration", "warning", "Max call duration (300000ms) reached"),
    ("net.refused", "error", "Max retries exceeded with url: /tunnels (Caused by [Errno 111] Connection refused)"),
    ("net.timeout", "error", "[STT Azure] Error: Connection timeout after 20s (dial)"),
    ("auth.generic", "error", "websockets.exceptions.InvalidStatus: HTTP 401 at /v1/listen"),
    ("provider.429_generic", "warning", "TTS API said 429 (Too Many Requests), backing off"),
    ("http.5xx", "error", '172.30.0.2:51814 - "POST /outbound HTTP/1.1" 500 Internal Server Error'),
    ("http.5xx", "error", "Exception in ASGI application"),
]

KPIS = {
    "kpi:ttfb:STT": "ttfb.high",
    "kpi:ttfb:LLM": "ttfb.high",
    "kpi:ttfb:TTS": "ttfb.high",
    "kpi:turn": "ttfb.high",
    "kpi:fallback_rate:STT": "fallback.spike",
    "kpi:fallback_spike:TTS": "fallback.spike",
    "kpi:concurrency": "calls.high",
    "kpi:error_rate": "errors.high",
    "kpi:errors_per_minute": "errors.high",
    "kpi:config": "config.missing_key",
    "kpi:all_failed": "fallback.all_failed",
    "kpi:silence": "figures.silence",
    "kpi:restarts": "proc.worker_killed",
    "kpi:short_calls": "proc.worker_killed",
}


def event(kind: Kind, text: str, field: str | None = None) -> LogEvent:
    return LogEvent(kind, "app", 1, text=text, field=field)


@pytest.mark.parametrize(("playbook_id", "kind", "text"), LINES)
def test_a_line_lands_on_its_playbook_first(playbook_id: str, kind: Kind, text: str) -> None:
    found = CATALOGUE.for_event(event(kind, text))

    assert found is not None
    assert found.id == playbook_id


@pytest.mark.parametrize(("key", "playbook_id"), KPIS.items())
def test_an_alert_key_finds_its_playbook(key: str, playbook_id: str) -> None:
    found = CATALOGUE.for_kpi(key)

    assert found is not None
    assert found.id == playbook_id


def test_every_playbook_is_reached_by_some_line_or_alert_key() -> None:
    reached = {playbook_id for playbook_id, _, _ in LINES} | set(KPIS.values())

    assert reached == {playbook.id for playbook in CATALOGUE.all()}
    assert len(reached) == 54


def test_an_unknown_text_or_key_has_no_playbook() -> None:
    assert CATALOGUE.for_event(event("error", "the cat sat on the mat")) is None
    assert CATALOGUE.for_kpi("kpi:weather") is None
    assert CATALOGUE.get("azure.weather") is None


def test_a_playbook_answers_only_the_kinds_it_applies_to() -> None:
    assert CATALOGUE.for_event(event("fallback", "[TTS Azure] Error: 401 Unauthorized")) is None
    assert CATALOGUE.for_event(event("error", "kpi:ttfb:TTS")) is None


def test_a_config_warning_without_its_text_is_found_by_its_field() -> None:
    found = CATALOGUE.for_event(event("config_warning", "Groq API configured: False", "GROQ_API_KEY"))

    assert found is CATALOGUE.get("config.missing_key")


def test_the_more_special_playbook_comes_before_the_general_one() -> None:
    ids = [playbook.id for playbook in CATALOGUE.all()]

    assert ids.index("eleven.quota") < ids.index("eleven.auth") < ids.index("auth.generic")
    assert ids.index("groq.rate_limit") < ids.index("provider.429_generic")
    assert ids.index("azure.throttle") < ids.index("azure.auth")
    assert ids[-3:] == ["auth.generic", "provider.429_generic", "http.5xx"]


def test_no_two_playbooks_share_a_place_in_the_order() -> None:
    orders = [entry.order for entry in CATALOGUE._entries]

    assert len(set(orders)) == len(orders)


@pytest.mark.parametrize("playbook", CATALOGUE.all(), ids=lambda playbook: playbook.id)
def test_a_playbook_says_everything_in_both_languages(playbook: Playbook) -> None:
    for texts in (playbook.title, playbook.cause, playbook.steps):
        assert set(texts) == {"en", "es"}
        assert all(texts.values())
        assert texts["en"] != texts["es"]
    assert len(playbook.steps["en"]) == len(playbook.steps["es"]) >= 2
    assert playbook.severity in {"info", "warning", "critical"}
    assert playbook.link.startswith("https://") or not playbook.link
    assert max(map(len, playbook.title.values())) <= 60


def test_r84_no_step_tells_to_ping_restart_or_use_a_fixed_container_name() -> None:
    commands = [command for playbook in CATALOGUE.all() for command in playbook.commands]

    assert not [command for command in commands if command.startswith(("ping", "docker restart"))]
    assert not [command for command in commands if "docker logs" in command or "asistente-andrea" in command]
    assert any("time_starttransfer" in command for command in commands)


def test_r62_no_command_prints_a_key() -> None:
    commands = [command for playbook in CATALOGUE.all() for command in playbook.commands]

    assert not [command for command in commands if re.search(r"\b(?:env|printenv)\b|echo [\"']?\$|wc -c", command)]


def gaps(tree: Iterable[tuple[Any, Any]], inside_repeat: bool = False) -> list[str]:
    """Name what could make a pattern slow: open gaps, repeats of repeats, look-around, back-references."""
    found = []
    for code, argument in tree:
        if code in (op.ASSERT, op.ASSERT_NOT, op.GROUPREF):
            found.append(str(code))
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, body = argument
            if high == op.MAXREPEAT or high > 300:
                found.append("unbounded")
            if inside_repeat and high > 1:
                found.append("nested")
            found += gaps(body, inside_repeat or high > max(low, 1))
        elif code is op.SUBPATTERN:
            found += gaps(argument[-1], inside_repeat)
        elif code is op.BRANCH:
            found += [gap for branch in argument[1] for gap in gaps(branch, inside_repeat)]
    return found


@pytest.mark.parametrize("entry", CATALOGUE._entries, ids=lambda entry: entry.playbook.id)
def test_no_pattern_can_run_away(entry: Entry) -> None:
    assert gaps(regex_parser.parse(entry.pattern.pattern)) == []


def test_the_check_for_runaway_patterns_sees_them() -> None:
    assert gaps(regex_parser.parse(r"(?:a+)+b")) == ["unbounded", "unbounded", "nested"]
    assert gaps(regex_parser.parse(r"(?:a{1,9}){1,9}")) == ["nested"]
    assert gaps(regex_parser.parse(r"(?=x)a.{0,80}b")) == ["ASSERT"]
