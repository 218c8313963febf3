"""What callers notice of a missing key: a backup softens it or not (semantics R63, R78)."""

import re

from tui.engine.text import t

_KINDS = {
    "speech": re.compile(r"AZURE_SPEECH|(?:STT|TTS)_|DEEPGRAM|ELEVENLABS|CARTESIA"),
    "model": re.compile(r"GROQ|OPENAI|ANTHROPIC|GEMINI|LLM_"),
    "carrier": re.compile(r"TELNYX|TWILIO"),
}


def impact(field: str) -> str:
    """Return the consequence of a missing field in the user's language; each is as critical as any other."""
    kind = next((kind for kind, names in _KINDS.items() if names.match(field)), "other")
    return t(f"impact.{kind}")
