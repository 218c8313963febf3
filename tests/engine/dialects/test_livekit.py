"""LiveKit's dialect and its traps."""

import json

import pytest

from tests.engine.dialects.golden import events_of
from tui.engine.model import LogEvent

ELEVEN = "livekit.plugins.elevenlabs.tts.TTS"


def bare(*lines: str) -> LogEvent | None:
    """Return the only event of these lines as they stand."""
    found = events_of([line.encode() for line in lines])
    assert len(found) <= 1
    return found[0] if found else None


Side = dict[str, object]


def only(
    message: str, level: str = "INFO", side: Side | None = None, *, logger: str = "livekit.agents"
) -> LogEvent | None:
    """Return the event of the JSON record, having seen that the development console means the same."""
    record = {
        "message": message,
        "level": level,
        "name": logger,
        **(side or {}),
        "timestamp": "2027-03-09T07:30:08.771Z",
    }
    found = bare(json.dumps(record))
    tail = f" {json.dumps(side)}" if side else ""
    for line in (
        f"{level} {logger} - {message}{tail}",
        f"2027-03-09 07:30:08,771 - {level} {logger} - {message}{tail}",
    ):
        copy = bare(line)
        assert (copy and (copy.kind, copy[7:16])) == (found and (found.kind, found[7:16]))
    return found


def pino(message: str, level: int = 30, side: Side | None = None) -> LogEvent | None:
    return bare(
        json.dumps(
            {"level": level, "time": 1804577437021, "pid": 503, "hostname": "edge", **(side or {}), "msg": message}
        )
    )


@pytest.mark.parametrize(
    ("message", "side", "stage", "provider", "ms"),
    [
        ("TTS metrics", {"label": ELEVEN, "ttfb": 0.3881, "duration": 9.7}, "TTS", "ElevenLabs", 388.1),
        ("LLM metrics", {"ttft": 1.204, "label": "livekit.plugins.groq.llm.LLM"}, "LLM", "Groq", 1204.0),
        ("LLM metrics", {"ttft": "0.5"}, "LLM", None, 500.0),
        ("TTS metrics", {"model_provider": "Cartesia", "ttfb": 1, "ttft": 9}, "TTS", "Cartesia", 1000.0),
        ("TTS metrics", {"label": "livekit.plugins.hume.tts.TTS", "ttfb": 0.2}, "TTS", "Hume", 200.0),
        ("TTS metrics", {"ttfbMs": 312.5, "audioDurationMs": 4010}, "TTS", None, 312.5),
        ("LLM metrics", {"ttftMs": 640}, "LLM", None, 640.0),
    ],
)
def test_r11_a_first_byte_stands_beside_the_words(
    message: str, side: Side, stage: str, provider: str | None, ms: float
) -> None:
    for found in (only(message, side=side), pino(message, side=side)):
        assert found is not None
        assert (found.kind, found.stage, found.provider) == ("ttfb", stage, provider)
        assert found.ms == pytest.approx(ms)
        assert found.dialect == "livekit"


@pytest.mark.parametrize(
    ("message", "stage", "ms"),
    [
        ("Pipeline TTS metrics: sequence_id=a401, ttfb=0.65525, audio_duration=3.90", "TTS", 655.25),
        ("Pipeline LLM metrics: sequence_id=ttft9, ttft=0.91, input_tokens=402", "LLM", 910.0),
    ],
)
def test_r11_the_older_text_is_seconds_too(message: str, stage: str, ms: float) -> None:
    for found in (only(message), bare(message)):
        assert found is not None
        assert (found.kind, found.stage, found.provider) == ("ttfb", stage, None)
        assert found.ms == pytest.approx(ms)


@pytest.mark.parametrize("value", [-1, -1.0, 0, 120.5, "nan", float("nan"), float("inf")])
def test_r17_a_cancelled_request_is_no_sample(value: object) -> None:
    assert only("TTS metrics", side={"label": ELEVEN, "ttfb": value, "cancelled": True}) is None
    assert bare(f"Pipeline TTS metrics: sequence_id=a, ttfb={value}") is None


@pytest.mark.parametrize(
    ("message", "side"),
    [
        ("STT metrics", {"label": "livekit.plugins.deepgram.stt.STT", "duration": 0.3, "ttfb": 0.3}),
        ("EOU metrics", {"end_of_utterance_delay": 0.61, "transcription_delay": 0.48}),
        ("VAD metrics", {"idle_time": 1.9, "inference_count": 503}),
        ("RealtimeModel metrics", {"ttft": 0.4}),
        ("TTS metrics", {"duration": 0.97}),
        ("TTS metrics", {"ttfb": None}),
        ("TTS metrics", {"ttfb": True}),
        ("LLM metrics", {"ttfb": 0.4}),
    ],
)
def test_r16_other_metrics_have_no_first_byte(message: str, side: Side) -> None:
    assert only(message, side=side) is None


@pytest.mark.parametrize(
    "message",
    [
        "Pipeline STT metrics: sequence_id=a, ttfb=0.4, duration=0.2",
        "Pipeline EOU metrics: end_of_utterance_delay=0.6",
        "VAD metrics idle_time=1.90 inference_count=401",
        "collected TTS metrics: ttfb=0.4",
        "TTS metricsx ttfb=0.4",
    ],
)
def test_r16_other_metrics_in_text_have_no_first_byte(message: str) -> None:
    assert only(message) is None
    assert bare(message) is None


@pytest.mark.parametrize("cause", ["failed", "error", "timed out", "unexpected error"])
@pytest.mark.parametrize(
    ("label", "stage", "failing"),
    [
        (ELEVEN, "TTS", "ElevenLabs"),
        ("livekit.plugins.deepgram.stt.STT", "STT", "Deepgram"),
        ("livekit.plugins.openai.llm.LLM", "LLM", "OpenAI"),
    ],
)
def test_r25_the_switch_is_the_activation_whatever_its_cause(cause: str, label: str, stage: str, failing: str) -> None:
    for level in ("INFO", "WARNING", "ERROR"):
        found = only(f"{label} {cause}, switching to next {stage}", level)

        assert found is not None
        assert (found.kind, found.stage, found.provider, found.to) == ("fallback", stage, failing, None)


def test_r25_the_other_flavour_names_the_stage_first() -> None:
    found = pino("TTS failed, switching to next instance", 40, {"tts": "elevenlabs.TTS"})

    assert found is not None
    assert (found.kind, found.stage, found.provider) == ("fallback", "TTS", "ElevenLabs")


@pytest.mark.parametrize(
    "message",
    [
        "caller said it failed, switching to next TTS",
        f"about {ELEVEN} failed, switching to next TTS",
        f"{ELEVEN} is not switching to next TTS",
        "switching to next TTS",
        "it failed, switching to next instance",
    ],
)
def test_r24_the_words_elsewhere_activate_nothing(message: str) -> None:
    assert only(message) is None


@pytest.mark.parametrize("lead", ["", "FallbackAdapter, "])
def test_a_label_that_recovered_is_the_recovery_of_its_stage(lead: str) -> None:
    found = only(f"{lead}livekit.plugins.speechmatics.stt.STT recovered")

    assert found is not None
    assert (found.kind, found.stage) == ("recovery", "STT")


@pytest.mark.parametrize("message", ["connection recovered", "the TTS recovered", f"{ELEVEN} recovered slowly"])
def test_other_things_that_recover_are_nothing(message: str) -> None:
    assert only(message) is None


@pytest.mark.parametrize("stage", ["STT", "LLM", "TTS"])
def test_when_nobody_is_left_it_is_an_error(stage: str) -> None:
    message = f"all {stage}s are unavailable, retrying.."
    for found in (only(message, "ERROR"), bare(message), pino(message, 50)):
        assert found is not None
        assert (found.kind, found.stage, found.code) == ("error", stage, "all_failed")


@pytest.mark.parametrize(
    ("words", "side", "stage", "provider"),
    [
        ("synthesize speech", {"tts": ELEVEN, "attempt": 1}, "TTS", "ElevenLabs"),
        ("recognize speech", {"tts": "livekit.plugins.speechmatics.stt.STT"}, "STT", "Speechmatics"),
        ("recognize speech", {"tts": "livekit.plugins.gladia.stt.STT", "attempt": 401}, "STT", "Gladia"),
        ("generate LLM completion", {"llm": "livekit.plugins.openai.llm.LLM"}, "LLM", "OpenAI"),
        ("generate LLM completion", {"attempt": 2}, "LLM", None),
    ],
)
def test_r37_a_repeated_attempt_is_a_warning_and_its_pause_no_sample(
    words: str, side: Side, stage: str, provider: str | None
) -> None:
    for level in ("INFO", "WARNING"):
        found = only(f"failed to {words}, retrying in 0.5s", level, side)

        assert found is not None
        assert (found.kind, found.stage, found.provider, found.code, found.ms) == (
            "warning",
            stage,
            provider,
            "retry",
            None,
        )


def test_the_key_may_lie_but_the_label_tells_the_stage() -> None:
    found = only("failed to synthesize speech, retrying in 2s", "WARNING", {"tts": "livekit.plugins.gladia.stt.STT"})

    assert found is not None
    assert (found.stage, found.provider) == ("STT", "Gladia")


@pytest.mark.parametrize(
    ("trace", "code"),
    [
        (
            "  File \"a.py\", line 429, in run\nlivekit.APIStatusError: 503, message='none', url='wss://x/?rate=401'",
            "503",
        ),
        ('  File "a.py", line 429\nasyncio.exceptions.TimeoutError', "timeout"),
        ('  File "a.py", line 429\nlivekit.APIConnectionError: gone', "retry"),
    ],
)
def test_r41_the_code_may_live_in_the_exception_only(trace: str, code: str) -> None:
    found = only_json(
        "failed to synthesize speech, retrying in 0.2s", exc_info=f"Traceback (most recent call last):\n{trace}"
    )

    assert (found.kind, found.stage, found.provider, found.code) == ("warning", "TTS", "ElevenLabs", code)


def only_json(message: str, **side: object) -> LogEvent:
    found = bare(json.dumps({"message": message, "level": "WARNING", "name": "livekit.agents", "tts": ELEVEN, **side}))
    assert found is not None
    return found


@pytest.mark.parametrize("message", ["process is unresponsive, killing process", "job is unresponsive, killing job"])
def test_a_process_that_is_killed_is_an_error(message: str) -> None:
    for found in (only(message, "ERROR", {"pid": 503}), bare(message)):
        assert found is not None
        assert (found.kind, found.code) == ("error", "worker_killed")


def test_r40_no_room_for_a_call_is_a_warning_at_level_info() -> None:
    message = "not dispatching agent job since no worker is available"
    found = bare(f'2027-03-09T07:30:41.220Z\tINFO\tlivekit agent/client.go:151\t{message}\t{{"room": "rm-503"}}')

    assert found is not None
    assert (found.kind, found.code) == ("warning", "no_worker")


def test_a_participant_that_left_ends_a_call_without_naming_it() -> None:
    found = pino("closing agent session due to participant disconnect", side={"participant": "sip_44"})

    assert found is not None
    assert (found.kind, found.id) == ("call_closed", None)


@pytest.mark.parametrize(
    "line",
    [
        "Info: on_underlying_io_bytes_received: Close frame arrived (code=1000)",
        "SPX_TRACE_INFO: Close frame received, code 1006",
        '{"message": "websocket closed", "level": "DEBUG", "name": "livekit.plugins.deepgram"}',
    ],
)
def test_r54_a_close_frame_from_a_vendor_is_no_call(line: str) -> None:
    assert bare(line) is None


def test_r64_a_worker_starts_and_stops_once() -> None:
    words = ("starting worker", "process initialized", "registered worker", "draining worker", "shutting down worker")
    found = [only(message, side={"version": "1.3.3"}) for message in words]

    assert [event and event.kind for event in found] == ["process_start", None, None, None, "process_stop"]


@pytest.mark.parametrize("message", ["starting worker threads", "restarting worker", "shutting down worker 4"])
def test_r64_other_words_about_workers_are_no_start(message: str) -> None:
    assert only(message) is None


def test_r64_the_workers_of_other_programs_are_not_ours() -> None:
    assert only("starting worker", logger="media.queue") is None
    assert only("shutting down worker", logger="media.queue") is None


def test_a_record_whose_quotes_were_not_escaped_is_still_understood() -> None:
    found = bare(
        '{"message": "failed to synthesize speech, retrying in 0.4s\\nTraceback (most recent call last):\\n'
        ' File "/srv/agent.py", line 503, in run\\n raise Closed("gone")", "level": "WARNING", '
        f'"name": "livekit.agents", "tts": "{ELEVEN}", "attempt": 2}}'
    )

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("warning", "TTS", "ElevenLabs", "retry")
