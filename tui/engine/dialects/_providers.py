"""The vendors of speech and language, their short names, and where a text names one."""

import re

from tui.engine.model import STAGES, Stage
from tui.engine.patterns import LazyPattern

NAMES = {
    "azure": "Azure",
    "microsoft": "Azure",
    "groq": "Groq",
    "google": "Google",
    "gemini": "Google",
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "deepgram": "Deepgram",
    "elevenlabs": "ElevenLabs",
    "cartesia": "Cartesia",
    "rime": "Rime",
    "rimelabs": "Rime",
    "assemblyai": "AssemblyAI",
    "speechmatics": "Speechmatics",
    "gladia": "Gladia",
    "whisper": "Whisper",
    "polly": "Polly",
    "aws": "AWS",
    "playht": "PlayHT",
    "mistral": "Mistral",
    "cerebras": "Cerebras",
    "twilio": "Twilio",
    "telnyx": "Telnyx",
}
"""Lower-case spelling to the short name used everywhere."""

_ONLY: dict[str, Stage] = {
    "Groq": "LLM",
    "Anthropic": "LLM",
    "Mistral": "LLM",
    "Cerebras": "LLM",
    "Deepgram": "STT",
    "AssemblyAI": "STT",
    "Speechmatics": "STT",
    "Gladia": "STT",
    "Whisper": "STT",
    "ElevenLabs": "TTS",
    "Cartesia": "TTS",
    "Rime": "TTS",
    "Polly": "TTS",
    "PlayHT": "TTS",
}
"""Vendors that orchestrators use for one stage only, unless the text says otherwise."""

_VENDOR = LazyPattern(rf"(?<![a-zA-Z])({'|'.join(NAMES)})(?!(?-i:[a-z]))", re.IGNORECASE)
_STAGE_WORDS: tuple[tuple[Stage, LazyPattern[str]], ...] = (
    ("STT", LazyPattern(r"(?-i:STT)|(?<![a-z])stt(?![a-z])|speech[- ]to[- ]text|recogni[szt]|transcri", re.IGNORECASE)),
    ("TTS", LazyPattern(r"(?-i:TTS)|(?<![a-z])tts(?![a-z])|text[- ]to[- ]speech|synthes", re.IGNORECASE)),
    ("LLM", LazyPattern(r"(?-i:LLM)|(?<![a-z])llm(?![a-z])|chat completion", re.IGNORECASE)),
)


def provider_name(written: str) -> str:
    """Return the short name of a vendor, or the word as written for one that is not known."""
    written = written.strip()
    return NAMES.get(written.lower(), written)


def find_provider(*texts: str) -> str | None:
    """Return the first vendor named in the texts."""
    for text in texts:
        found = _VENDOR.search(text)
        if found:
            return NAMES[found.group(1).lower()]
    return None


def find_stage(provider: str | None, *texts: str) -> Stage | None:
    """Return the stage the texts name, else the only one the vendor is used for."""
    for text in texts:
        for stage, words in _STAGE_WORDS:
            if words.search(text):
                return stage
    return _ONLY.get(provider or "")


_STAGE_NAMED: dict[str, Stage] = {stage: stage for stage in STAGES}


def as_stage(written: str) -> Stage | None:
    """Return the stage of a tag in any case."""
    return _STAGE_NAMED.get(written.upper())
