"""Stages are not providers, and a stand-in that only pretends to speak does not stay unseen."""

import json

import pytest

from tests.engine.dialects.golden import events_of


def test_r22_stage_and_provider_are_told_apart_whatever_a_label_calls_them() -> None:
    switch, sample, metric, failure = events_of(
        [
            "🔄 [STT Fallback] Switching to Google STT".encode(),
            "📊 [TTS Azure] trace=t1 TTFB=342ms".encode(),
            "📊 [Metrics] groq_llm.ttfb=723.41ms".encode(),
            "❌ [STT Azure] Error: 401 Unauthorized".encode(),
        ]
    )

    assert (switch.stage, switch.provider, switch.to) == ("STT", None, "Google")
    assert (sample.stage, sample.provider) == ("TTS", "Azure")
    assert (metric.stage, metric.provider) == ("LLM", "Groq")
    assert (failure.stage, failure.provider) == ("STT", "Azure")


@pytest.mark.parametrize(
    "line",
    [
        "[GoogleTTS] Initialized in MOCK mode (Stub)",
        "⚠️ [GoogleTTS] Initialized in MOCK mode (Stub)",
        "2026-01-29 14:00:01,204 - vo.tts - INFO - [GoogleTTS] Initialized in MOCK mode (Stub)",
        json.dumps({"level": "WARNING", "message": "[GoogleTTS] Initialized in MOCK mode (Stub)"}),
        json.dumps({"level": "INFO", "message": "[Google TTS] now in MOCK mode"}),
    ],
)
def test_r33_a_backup_that_is_a_mock_is_a_warning_at_any_level(line: str) -> None:
    (found,) = events_of([line.encode()])

    assert (found.kind, found.stage, found.provider, found.code) == ("warning", "TTS", "Google", "mock")


@pytest.mark.parametrize(
    "line",
    [
        "[GoogleTTS] Mock synthesizing: are you in MOCK mode today...",
        "🎤 [STT] Recognized: switch the line to MOCK mode",
        "the calendar runs in MOCK mode",
    ],
)
def test_r33_other_words_about_mocks_are_nothing(line: str) -> None:
    assert events_of([line.encode()]) == []
