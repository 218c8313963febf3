"""Lines that carry what callers say and what is said to them: bait for every pattern (semantics R79)."""

from tui.engine.patterns import LazyPattern

_CARRIER = LazyPattern(
    r"\W{0,8}(?:"
    r"\[STT\] (?:Recogni[sz]ed|Recogni[sz]ing|Partial|Final)\b|\[REPORTER\]|\[STT_EVENT\]"
    r"|(?:\S+: )?Generating TTS \[|Transcription: \["
    r"|(?:Interaction \d+ ?[:–-] )?(?:TTS -> TWILIO|(?:STT|LLM|GPT) -> (?:GPT|TTS|LLM)):"
    r"|Synthesizing:|Speaking:|Response:|Processing:|USER:|ASSISTANT:|user_transcript|agent_response"
    r"|(?:#+ )?sending text to \S+ for generation:)"
)


def is_speech(message: str) -> bool:
    """Tell whether the message quotes a caller or a model."""
    return _CARRIER.match(message) is not None
