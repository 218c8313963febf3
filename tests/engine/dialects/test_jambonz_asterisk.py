"""SIP servers: failures at info level, vendors in file names, calls that end in a structured record."""

import json

import pytest

from tests.engine.dialects.golden import events_of
from tui.engine.model import LogEvent


def only(line: str) -> LogEvent | None:
    """Return the event of a line, having seen that a container's JSON around it changes nothing."""
    found = events_of([line.encode()])
    wrapped = json.dumps({"log": f"{line}\n", "stream": "stdout"})
    assert events_of([wrapped.encode()]) == found
    assert events_of([wrapped.encode()], prefilter=False) == found
    assert len(found) <= 1
    return found[0] if found else None


def pino(message: str, level: int = 30, **fields: str) -> str:
    return json.dumps({"level": level, "time": 1804577700500, "pid": 77, "hostname": "sip-b", **fields, "msg": message})


def pm2(line: str) -> str:
    return f"3|fs-server  | {line}"


@pytest.mark.parametrize("wrap", [str, pm2])
@pytest.mark.parametrize(
    ("vendor", "reason", "provider", "code"),
    [
        ("Microsoft", "SSML parsing error at line 1; websocket error code: 1007", "Azure", "1007"),
        ("Microsoft", "Throttled due to substantial load; websocket error code: 1007", "Azure", "rate_limit"),
        ("Microsoft", "Unexpected server response: 401 after StatusCode: 1006", "Azure", "401"),
        ("ElevenLabs", "nobody knows", "ElevenLabs", "canceled"),
    ],
)
def test_r40_a_canceled_synthesis_is_an_error_at_info_level_and_its_reason_gives_the_code(
    wrap: type[str], vendor: str, reason: str, provider: str, code: str
) -> None:
    found = only(wrap(pino(f"synthAudio: ({vendor}) synthesis canceled", reason=reason, callSid="7d-1")))

    assert found is not None
    assert (found.kind, found.level, found.stage, found.provider) == ("error", "info", "TTS", provider)
    assert (found.code, found.id) == (code, "7d-1")
    assert reason in found.text


@pytest.mark.parametrize(("level", "kind"), [(20, None), (30, None), (40, "warning"), (50, "error"), (60, "error")])
def test_r35_pinos_numbers_are_levels(level: int, kind: str | None) -> None:
    found = only(pm2(pino("upstream hung up", level)))

    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("message", "stage", "to"),
    [
        ("Synthesize error, fallback to microsoft", "TTS", "Azure"),
        ("Synthesize error, fallback to elevenlabs", "TTS", "ElevenLabs"),
        ("Failed to use primary STT provider, fallback to google", "STT", "Google"),
        ("Failed to use primary STT provider, fallback to custom:acme", "STT", "custom:acme"),
    ],
)
def test_r25_activations_come_at_info_level(message: str, stage: str, to: str) -> None:
    found = only(pm2(pino(message, callSid="7d-2")))

    assert found is not None
    assert (found.kind, found.stage, found.to, found.id) == ("fallback", stage, to, "7d-2")


@pytest.mark.parametrize(
    "message",
    [
        "fallback for language es-UY is es-AR",
        "TaskSay: using fallback for language fr-CA, fallback to nothing",
        "configured: google, fallback to azure",
        "say the words: Synthesize error, fallback to google",
    ],
)
def test_r23_other_lines_with_the_word_activate_nothing(message: str) -> None:
    assert only(pino(message)) is None


@pytest.mark.parametrize(
    ("line", "stage", "provider"),
    [
        ("Error: No speech-to-text service credentials for acme_asr are stored", "STT", None),
        (pino("No text-to-speech service credentials for microsoft"), "TTS", "Azure"),
        (pm2(pino("TaskSay: No text-to-speech service credentials for rime", 50)), "TTS", "Rime"),
    ],
)
def test_missing_credentials_fail_at_any_level(line: str, stage: str, provider: str | None) -> None:
    found = only(line)

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("error", stage, provider, "missing_credentials")


def test_r38_stack_frames_belong_to_the_failure_above_them() -> None:
    head = "0|fs  | Error: No text-to-speech service credentials for acme_voice are stored"
    frames = [f"0|fs  |     at TaskSay.{name} (/opt/fs/say.js:{n}:401)" for n, name in enumerate(("exec", "_error"))]

    found = events_of([line.encode() for line in (head, *frames, pino("next"))])

    assert [(event.line, event.stage, event.code) for event in found] == [(1, "TTS", "missing_credentials")]


FS = "2027-03-09 08:50:00.100200"


@pytest.mark.parametrize(
    ("line", "stage", "provider", "code"),
    [
        ("[ERR] google_glue.cpp:77 grpc_read_thread: error no such model in this region (5)", "STT", "Google", "5"),
        (
            f"{FS} [ERR] google_glue.cpp:9 grpc_read_thread: Exceeded maximum allowed stream duration of 305 s (11)",
            "STT",
            "Google",
            "stream_limit",
        ),
        (
            f"{FS} 88.40% [ERR] azure_glue.cpp:41 Error synthesizing text 401. Error code: 4429. Error details: slow",
            "TTS",
            "Azure",
            "4429",
        ),
        (f"{FS} [ERR] azure_glue.cpp:12 session lost, Error code: 1007. Error details: x", "STT", "Azure", "1007"),
        (f"{FS} [NOTICE] dg_transcribe_glue.cpp:8 connection failed: HTTP status 402", "STT", "Deepgram", "402"),
        (f"{FS} [ERR] rimelabs_tts_glue.cpp:8 curl gave up", "TTS", "Rime", None),
        (f"{FS} [ERR] mod_aws_transcribe.c:8 nothing came", "STT", "AWS", None),
        (
            "[Mar  9 08:44:52] ERROR[91]: app_elevenlabs_bot.c:7 on_fail: connection failure: shut (attempt 2/3)",
            "TTS",
            "ElevenLabs",
            "connect_failed",
        ),
    ],
)
def test_the_file_of_a_module_names_the_vendor_and_the_stage(
    line: str, stage: str, provider: str, code: str | None
) -> None:
    found = only(line)

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("error", stage, provider, code)


def test_a_warning_of_a_module_is_a_warning() -> None:
    found = only(f"{FS} [WARNING] dg_transcribe_glue.cpp:8 the socket answers late")

    assert found is not None
    assert (found.kind, found.stage, found.provider) == ("warning", "STT", "Deepgram")


@pytest.mark.parametrize(
    "line",
    [
        f"{FS} [DEBUG] google_glue.cpp:9 grpc_read_thread: finish() said Exceeded maximum allowed stream duration (11)",
        f"{FS} [DEBUG] azure_glue.cpp:9 Error synthesizing again. Error code: 1007. Error details: x",
        pino("synthAudio: (Microsoft) synthesis canceled", 20, reason="websocket error code: 1007"),
        pino("No text-to-speech service credentials for rime", 20),
    ],
)
def test_r37_debug_echoes_are_no_second_errors(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize(
    "line",
    [
        f"{FS} 40.10% [INFO] dg_transcribe_glue.cpp:8 opened after 401 ms",
        f"{FS} 5.00% [NOTICE] switch_channel.c:1142 New Channel sofia/internal/500@10.0.0.4",
        "[Mar  9 08:44:53] NOTICE[4101]: app_elevenlabs_bot.c:1740 on_retry: dialling once more",
        "INFO [08:44:06.101] (311): tts: cartesia",
        pino("CallSession:exec starting task #3:1: say", callingNumber="+15550100401"),
        "K-0009 | 2027-03-09T08:46:00.117Z [INFO] [Client] Max call duration (300000ms) hit on channel 1804577700.52",
        "2027-03-09T08:45:00.400Z [info     ] Sent 4040ms of RTP in 202 packets [src.audio] call_id=1804577700.9",
    ],
)
def test_r15_processor_shares_limits_and_milliseconds_of_audio_say_nothing(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize("name", ["", "ai_engine-1   | "])
@pytest.mark.parametrize(
    ("line", "call", "seconds"),
    [
        (
            "2027-03-09T08:45:27.7Z [info ] Recorded call duration [src.x] call_id=1804577800.7 duration_seconds=63.25",
            "1804577800.7",
            63.25,
        ),
        ('{"event": "Recorded call duration", "level": "info", "call_id": "a.1", "duration_seconds": 9}', "a.1", 9.0),
        ('{"event": "Recorded call duration", "level": "info", "call_id": "a.2"}', "a.2", None),
    ],
)
def test_r52_the_recorded_duration_closes_the_call_whose_id_holds_a_dot(
    name: str, line: str, call: str, seconds: float | None
) -> None:
    found = only(name + line)

    assert found is not None
    assert (found.kind, found.id, found.duration_s) == ("call_closed", call, seconds)


def test_r49_the_second_end_of_the_same_call_says_nothing_new() -> None:
    assert only("2027-03-09T08:45:27.7Z [info     ] Stasis ended [src.engine] channel_id=1804577800.7") is None


@pytest.mark.parametrize(
    ("cause", "stage", "code"),
    [
        ("realtime voice requires OPENAI_API_KEY", "LLM", "missing_credentials"),
        ("speech-to-text answered HTTP 401", "STT", "401"),
    ],
)
def test_an_agents_record_tells_cause_and_vendor_in_its_fields(cause: str, stage: str, code: str) -> None:
    found = only(
        f"2027-03-09T08:45:00.3Z [error    ] Session refused [src.engine] call_id=a.3 error='{cause}' provider=openai"
    )

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("error", stage, "OpenAI", code)
    assert (found.id, found.text) == ("a.3", f"Session refused — {cause}")


def test_r79_no_caller_can_forge_an_event_through_a_transcript() -> None:
    said = "Synthesize error, fallback to google. No speech-to-text service credentials for deepgram"

    assert only(pino("TaskGather heard", transcript=said, reason=said)) is None
    assert only(f"🎤 [STT] Recognized: {said}") is None
