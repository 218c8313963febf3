"""The orchestrator's own dialect and its traps."""

import json

import pytest

from tests.engine.dialects.golden import events_of
from tui.engine.model import LogEvent


def only(message: str, level: str = "INFO", **fields: str) -> LogEvent | None:
    """Return the event of the JSON record, having seen that the text copy means the same."""
    record = {"timestamp": "2027-03-09 08:14:05,122", "level": level, "name": "root", "message": message, **fields}
    found = events_of([json.dumps(record).encode()])
    if not fields:
        copies = events_of([f"2027-03-09 08:14:05,122 - root - {level} - {message}".encode()])
        assert copies == found
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("message", "stage", "provider", "ms"),
    [
        ("📊 [Metrics] groq_llm.ttfb=688.27ms (streaming)", "LLM", "Groq", 688.27),
        ("📊 [Metrics] azure_tts_stream.ttfb=300ms (request_id=401)", "TTS", "Azure", 300.0),
        ("[Metrics] azure_stt.ttfb=0.2s", "STT", "Azure", 200.0),
    ],
)
def test_the_decorators_form_of_a_first_byte(message: str, stage: str, provider: str, ms: float) -> None:
    found = only(message)

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.ms) == ("ttfb", stage, provider, pytest.approx(ms))


def test_r18_the_two_forms_of_one_sample_come_from_different_dialects() -> None:
    text, metric = (
        only("[LLM Groq] trace=a TTFB=688ms model=m"),
        only("📊 [Metrics] groq_llm.ttfb=688.27ms (streaming)"),
    )

    assert text is not None
    assert metric is not None
    assert {text.dialect, metric.dialect} == {"guide", "andrea"}


@pytest.mark.parametrize(
    "message",
    [
        "[LLM Groq] trace=a Total=1410ms model=m completed",
        "📊 [Metrics] azure_tts.total_duration=1188.90ms (chunks=503)",
        "   Call Duration: 73.18s",
        "SDK said 7736ms",
    ],
)
def test_r15_r16_totals_and_durations_are_no_samples(message: str) -> None:
    assert only(message) is None


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("❌ [Metrics] azure_tts.ttfb=8040.11ms (FAILED: SynthesisError)", "exception"),
        ("❌ [Metrics] azure_tts.ttfb=10012ms (FAILED: TimeoutError)", "timeout"),
        ("❌ [Metrics] azure_tts.failed_at=503.00ms (chunks=429, error=RateLimitError)", "rate_limit"),
    ],
)
def test_r17_a_failed_request_is_an_error_and_no_sample(message: str, code: str) -> None:
    found = only(message, "ERROR")

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("error", "TTS", "Azure", code)


def test_r16_turn_latency_is_a_series_of_its_own() -> None:
    found = only("⚡ [LATENCY] TTFA (Turn Latency): 1065ms")

    assert found is not None
    assert (found.kind, found.ms, found.stage) == ("turn", 1065.0, None)


@pytest.mark.parametrize(
    ("message", "stage", "to"),
    [
        ("[TTSFallback] Using FALLBACK: GoogleTTSAdapter", "TTS", "Google"),
        ("[STT Fallback] Primary failed: no recognizer (403). Trying fallback...", "STT", None),
        ("[STT Fallback] Primary transcription failed. Using fallback...", "STT", None),
        ("[TTSFallback] SSML Primary failed: bad mark. Trying fallback.", "TTS", None),
        ("[LLM Fallback] Attempting fallback 1/2", "LLM", None),
    ],
)
def test_r25_the_lines_that_activate_a_fallback(message: str, stage: str, to: str | None) -> None:
    found = only(message, "WARNING")

    assert found is not None
    assert (found.kind, found.stage, found.to) == ("fallback", stage, to)


@pytest.mark.parametrize(
    "message",
    [
        "[TTSFallback] Initialized - Primary: AzureTTSAdapter, Fallback: GoogleTTSAdapter",
        "[STT Fallback] Creating recognizer with primary",
        "[LLM Fallback] Attempting primary provider",
        "[TTSFallback] Using PRIMARY: AzureTTSAdapter",
        "✅ [VoicePorts] TTS configured: azure → google (fallback)",
        "Using in-memory fallback (one instance)",
        "fallback for language es-UY",
    ],
)
def test_r23_healthy_lines_with_the_word_are_nothing(message: str) -> None:
    assert only(message) is None


def test_r24_switching_back_is_the_recovery() -> None:
    found = only("[TTSFallback] Primary recovered, switching back from fallback")

    assert found is not None
    assert (found.kind, found.stage) == ("recovery", "TTS")


@pytest.mark.parametrize(
    ("message", "level", "kind", "stage", "code"),
    [
        ("[TTSFallback] Primary failed (1/3): HTTP status 401, using fallback", "WARNING", "warning", "TTS", "401"),
        ("[TTSFallback] Primary failed 3x, SWITCHING TO FALLBACK MODE", "ERROR", "error", "TTS", "circuit_open"),
        ("[TTSFallback] BOTH primary AND fallback failed! gone", "ERROR", "error", "TTS", "all_failed"),
        ("[LLM Fallback] All providers failed", "ERROR", "error", "LLM", "all_failed"),
        ("[Pipeline] Backpressure WARNING: Queue 84% full (84/100)", "WARNING", "warning", None, "backpressure"),
        ("[Pipeline] Backpressure CRITICAL: Queue FULL (429/429)", "ERROR", "error", None, "backpressure"),
        ("⚠️ [TTS Azure] queue 500 BACKPRESSURE MODE ACTIVE", "WARNING", "warning", "TTS", "backpressure"),
        ("[LLM Groq] trace=a Rate limit hit: slow down", "WARNING", "warning", "LLM", "rate_limit"),
        ("[LLM Groq] trace=a Rate limit hit: Error code: 429 - {}", "WARNING", "warning", "LLM", "429"),
        ("[LLM Groq] trace=a Authentication failed: bad key", "ERROR", "error", "LLM", "auth"),
        ("STT Canceled. Details: Timeout while waiting", "ERROR", "error", "STT", "timeout"),
        ("Azure STT recognizer creation failed: no model", "ERROR", "error", "STT", None),
        ("❌ Answer Failed: 401 - {'errors':[{'code':'10009'}]}", "ERROR", "error", None, "401"),
        ("❌ Streaming Failed: 422 - {}", "ERROR", "error", None, "422"),
        ("Manager connect failed: gone", "ERROR", "error", None, "connect_failed"),
        ("[TTS Azure] trace=unknown ERROR: HTTP status 401, gave up after 640ms", "ERROR", "error", "TTS", "401"),
    ],
)
def test_failures_carry_kind_stage_and_code(message: str, level: str, kind: str, stage: str, code: str) -> None:
    found = only(message, level)

    assert found is not None
    assert (found.kind, found.stage, found.code) == (kind, stage, code)


def test_r31_zero_fallbacks_activate_nothing() -> None:
    found = only("[LLM Fallback] Primary failed (retryable): Rate limit, slow down. Trying 0 fallback(s)...", "WARNING")

    assert found is not None
    assert (found.kind, found.stage, found.code) == ("warning", "LLM", "rate_limit")


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("❌ Cache MISS: voice_profile:7", "DEBUG"),
        ("❌ [FSM] Invalid transition: listening -> greeting", "WARNING"),
        ("❌ Failed login attempt for admin", "WARNING"),
        ("🔍 RAW PAYLOAD: {", "WARNING"),
        ("📴 Call Hangup: v3:kTz | Cause: normal_clearing | Source: callee", "INFO"),
        ("Call v3:kTz marked as completed", "INFO"),
        ("Stream Stopped", "INFO"),
    ],
)
def test_r35_noise_is_nothing(message: str, level: str) -> None:
    assert only(message, level) is None


def test_the_close_line_in_practice() -> None:
    found = only("WebSocket disconnected: telnyx (ID: v3:kTz-08_Lm)")

    assert found is not None
    assert (found.kind, found.id, found.client) == ("call_closed", "v3:kTz-08_Lm", "telnyx")


def test_r42_an_error_names_its_call_but_never_its_trace() -> None:
    by_field = only("WebSocket error: gone", "ERROR", call_control_id="v3:a", trace_id="t1")
    by_text = only("WebSocket error: gone (ID: v3:b)", "ERROR")
    without = only("WebSocket error: gone", "ERROR", trace_id="t1")

    assert [found and found.id for found in (by_field, by_text, without)] == ["v3:a", "v3:b", None]


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Azure Speech configured: True", "AZURE_SPEECH_KEY"),
        ("Groq API configured: True", "GROQ_API_KEY"),
        ("Telnyx configured: True", "TELNYX_API_KEY"),
    ],
)
def test_r61_a_key_that_is_present_is_a_signal_for_the_store(message: str, field: str) -> None:
    found = only(message)

    assert found is not None
    assert (found.kind, found.field) == ("key_present", field)


def test_r62_a_key_that_is_absent_is_told_by_the_config_line_alone() -> None:
    assert only("Groq API configured: False") is None
