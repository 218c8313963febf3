"""The guide's dialect and its traps."""

import pytest

from tests.engine.dialects.golden import events_of
from tui.engine.model import LogEvent


def only(line: str) -> LogEvent | None:
    found = events_of([line.encode()])
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("TTFB=342", 342.0),
        ("TTFB=342ms", 342.0),
        ("TTFB=3.2s", 3200.0),
        ("TTFB=0.9s", 900.0),
        ("TTFB=1,25s", 1250.0),
        ("TTFB=2.4 s", 2400.0),
        ("TTFB=342, total=0.9s", 342.0),
        ("TTFB=120s", 120_000.0),
        ("TTFB=0.4", 0.4),
    ],
)
def test_r11_the_written_unit_decides_and_the_guides_form_without_one_is_milliseconds(written: str, ms: float) -> None:
    found = only(f"📊 [TTS Azure] trace=k1 {written}")

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.trace) == ("ttfb", "TTS", "Azure", "k1")
    assert found.ms == pytest.approx(ms)


@pytest.mark.parametrize(
    "line",
    [
        "📊 [TTS Azure] TTFB=0ms",
        "📊 [TTS Azure] TTFB=-1ms",
        "📊 [TTS Azure] TTFB=nan",
        "📊 [TTS Azure] TTFB=120001",
        "📊 [TTS Azure] TTFB=3m",
        "📊 [TTS Azure] TTFB=",
        "📊 [TTS Azure] trace=p1 total=1.7s",
        "📊 [TTS Azure] chunks=401",
        "📊 usual TTFB=300ms",
    ],
)
def test_r15_r17_what_is_no_sample_gives_none(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize("line", ["TTFB=280ms (normal: 300ms)", "TTFB=280ms total=1.2s chunks=45 after 812ms"])
def test_r15_annotations_are_not_values(line: str) -> None:
    found = only(f"📊 [LLM Groq] {line}")

    assert found is not None
    assert found.ms == 280.0


def test_r19_an_unknown_trace_is_none() -> None:
    found = only("[TTS Azure] trace=unknown TTFB=297ms")

    assert found is not None
    assert found.trace is None


@pytest.mark.parametrize("lead", ["⚠️ ", "⚠ ", "", "🔊 ⚠️ ", "⚠️"])
def test_r58_r59_a_missing_key_is_found_with_any_emoji_or_none(lead: str) -> None:
    found = only(f"{lead}[Config] AZURE_SPEECH_KEY is not set; callers will not be heard")

    assert found is not None
    assert (found.kind, found.field) == ("config_warning", "AZURE_SPEECH_KEY")


@pytest.mark.parametrize(
    "line",
    [
        "[Config] Applied Browser overlay (soft)",
        "[CONFIG] Updating GROQ_API_KEY",
        "[CONFIG-JSON] GROQ_API_KEY is not set",
        "[Config] groq_api_key is not set",
        "the line [Config] GROQ_API_KEY is not set was printed",
    ],
)
def test_r58_other_config_lines_are_no_missing_key(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize(
    "id_", ["desk_41", "v3:Qx-7~b.2", "1763021740.16", "closed-7", "MZ5d5d00", "3f2a-9c", "a,b", "ID:"]
)
def test_r52_an_id_is_any_run_without_spaces(id_: str) -> None:
    opened, closed = only(f"🔌 WS CONNECTION | Client: twilio, ID: {id_}"), only(f"✅ WS CLOSED | ID: {id_}")

    assert opened is not None
    assert closed is not None
    assert (opened.kind, opened.id, opened.client) == ("call_opened", id_, "twilio")
    assert (closed.kind, closed.id, closed.duration_s) == ("call_closed", id_, None)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("38s", 38.0),
        ("45.2s", 45.2),
        ("1m02s", 62.0),
        ("1m05s", 65.0),
        ("1h2m", 3720.0),
        ("95000ms", 95.0),
        ("38", 38.0),
        ("soon", None),
        ("9" * 5000 + "h", None),
    ],
)
def test_r49_a_duration_is_read_in_every_form(written: str, seconds: float | None) -> None:
    found = only(f"✅ WS CLOSED | ID: a duration={written}")

    assert found is not None
    assert found.duration_s == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("tail", ["", " for desk_41", " (50 times in 1 hour)"])
def test_r29_r30_an_activation_is_one_event_and_no_error(tail: str) -> None:
    found = only(f"✅ [STT Fallback] Switching to Google STT{tail}")

    assert found is not None
    assert (found.kind, found.stage, found.to) == ("fallback", "STT", "Google")


@pytest.mark.parametrize(
    "line",
    [
        "🔁 Fallback chain ready: STT=Google, TTS=Google",
        "Switching STT language to: [hi]",
        "Not switching to Google TTS",
        "[TTS Azure] Switching to Google TTS",
        "INFO: note: [STT Fallback] Switching to Google STT",
    ],
)
def test_r23_r24_the_words_elsewhere_are_no_activation(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("❌ [TTS Azure] Error: 401 Access denied", "error"),
        ("⚠️ [TTS Azure] Error: 401 Access denied", "warning"),
        ("[TTS Azure] Error: 401 Access denied", "error"),
        ("2027-03-09 08:15:02,881 - voice - WARNING - ❌ [TTS Azure] Error: 401", "warning"),
        ("2027-03-09 08:15:02,881 - voice - ERROR - ⚠️ [TTS Azure] Error: 401", "error"),
        ("2027-03-09 08:15:02,881 - voice - CRITICAL - [TTS Azure] Error: 401", "error"),
    ],
)
def test_r34_r35_the_level_wins_and_then_the_emoji(line: str, kind: str) -> None:
    found = only(line)

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == (kind, "TTS", "Azure", "401")


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_r35_a_cross_at_a_quiet_level_is_nothing(level: str) -> None:
    assert only(f"2027-03-09 08:15:02,881 - voice - {level} - ❌ [TTS Azure] Error: 401 simulated") is None


@pytest.mark.parametrize("line", ["✅ [STT Azure] Synthesis complete", "✅ [TTS Azure] Recognized"])
def test_r43_a_success_line_is_nothing_whatever_its_verb(line: str) -> None:
    assert only(line) is None


@pytest.mark.parametrize(
    "carrier",
    [
        "🎤 [STT] Recognized:",
        "📜 [REPORTER]",
        "👂 [STT_EVENT]",
        "Synthesizing:",
        "🗣️ Speaking:",
        "Response:",
        "Generating TTS [",
        "CartesiaTTSService#0: Generating TTS [",
        "Transcription: [",
        "sending text to elevenlabs for generation:",
        "Interaction 3: TTS -> TWILIO:",
        "STT -> GPT:",
        "USER:",
        "Processing:",
    ],
)
@pytest.mark.parametrize("bait", ["❌ [TTS Azure] Error: 401", "WS CLOSED | ID: a", "ERROR 500", "[TTS Azure] TTFB=9s"])
def test_r79_what_people_say_is_never_searched(carrier: str, bait: str) -> None:
    assert only(f"{carrier} {bait}") is None
