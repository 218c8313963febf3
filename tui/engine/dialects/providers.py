"""The dialect of the vendors: what their libraries and services say of themselves, whoever logs it."""

from functools import cache
from typing import Any, NamedTuple

import re2

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning
from tui.engine.dialects._message import call_id, event, says_failure, severity, split_lead
from tui.engine.dialects._providers import find_provider, find_stage
from tui.engine.model import LogLine, Stage
from tui.engine.patterns import LazyPattern

_SEARCHED = 8000
"""Characters of a record that are looked through, from its end: the last exception is the one that counts."""

_TELLING = {"quota", "rate_limit", "timeout"}
"""Classes that say as much as a number (formats §1)."""


class _Saying(NamedTuple):
    """A text that shows whose failure it is."""

    pattern: LazyPattern[str]
    provider: str
    stage: Stage | None = None
    code: str | None = None
    """The class, where no number stands beside a status word."""
    decides: bool = False
    """The class says more than any number or word beside it."""
    vague: bool = False
    """Others write so too: a vendor that the message names counts for more."""


def _saying(
    pattern: str,
    provider: str,
    stage: Stage | None = None,
    code: str | None = None,
    *,
    decides: bool = False,
    vague: bool = False,
) -> _Saying:
    return _Saying(LazyPattern(pattern), provider, stage, code, decides, vague)


_SAYINGS = (
    _saying(r"Exceeded maximum allowed stream duration", "Google", "STT", "stream_limit", decides=True),
    _saying(r"Audio Timeout Error", "Google", "STT", "timeout", decides=True),
    _saying(r"DefaultCredentialsError|(?i:\bdefault credentials\b)", "Google", None, "missing_credentials"),
    _saying(r"RESOURCE_EXHAUSTED", "Google", None, "quota"),
    _saying(r"RPC that terminated with:|\bgoogle\.api_core\.exceptions\.", "Google", vague=True),
    _saying(r"(?:Rate limit reached|Request too large) for model\b|\bgroq\.\w+Error\b", "Groq", "LLM"),
    _saying(r"\bcapacity_exceeded\b", "Groq", "LLM", "overloaded", vague=True),
    _saying(r"(?:Rate limit reached|Request too large) for \S+ .{0,40}\bin organization", "OpenAI", "LLM"),
    _saying(r"\binsufficient_quota\b|\bopenai\.\w+Error\b", "OpenAI", "LLM", vague=True),
    _saying(r"\banthropic\.\w+Error\b", "Anthropic", "LLM"),
    _saying(r"\bquota_exceeded\b|exceeds your quota of", "ElevenLabs", "TTS", vague=True),
    _saying(r"\btoo_many_concurrent_requests\b|\bsystem_busy\b", "ElevenLabs", "TTS", "rate_limit", vague=True),
    _saying(r"Maximum simultaneous contexts|\binput_timeout_exceeded\b|a new text input", "ElevenLabs", "TTS"),
    _saying(r"SpeakWebSocketClient|deepgram\.clients\.speak", "Deepgram", "TTS"),
    _saying(r"(?i:\bnet-?0001\b)|ListenWebSocketClient|\bLiveClient\.", "Deepgram", "STT"),
    _saying(r"Timeout while synthesizing", "Azure", "TTS", "timeout", decides=True),
    _saying(r"Received audio size: \d", "Azure", "TTS"),
    _saying(r"\bWS_OPEN_ERROR_\w+|no connection to the remote host", "Azure", None, "connect_failed", decides=True),
    _saying(r"WebSocket upgrade failed: |USP state: |Error code: (?:4429|1007)\. Error details", "Azure"),
    _saying(r"StatusCode: 1006\b|\bSPXERR_\w+|\bErrorDetails=", "Azure"),
)


@cache
def _any_saying() -> Any:  # noqa: ANN401 - RE2 ships no types
    """Return one pass that tells of most failures that no saying fits: RE2's time does not grow with their number."""
    return re2.compile("|".join(saying.pattern.pattern for saying in _SAYINGS))


_BEGINS = LazyPattern(
    r"CANCELL?ED\b|Cancell?ation details\b|WebSocket upgrade failed\b|Connection failed \(|Timeout while synthesizing\b"
    r"|(?:\d{3} )?(?:Rate limit reached for|Request too large for|RESOURCE_EXHAUSTED|Exceeded maximum allowed stream)\b"
    r"|(?:[\w.]+: )?<?\w+ of RPC that terminated with:"
)
"""How such failures begin where neither a level nor a cross marks them."""

_KEY_MISSING = LazyPattern(r"(?:\w+ ){0,4}?API key (?:is )?(?:missing|required)\b")
_SPEECH_MODEL = LazyPattern(r"for model `?[\w./-]*(?P<kind>whisper|tts)\b")
_STATUS = LazyPattern(r"\bStatusCode\.(?P<name>[A-Z_]{2,30})\b")
_DETAILS = LazyPattern(r"\bdetails = \"(?P<text>[^\"\n]{0,400})")
_STATUSES = {
    "CANCELLED": "canceled",
    "UNKNOWN": "2",
    "INVALID_ARGUMENT": "3",
    "DEADLINE_EXCEEDED": "timeout",
    "NOT_FOUND": "5",
    "PERMISSION_DENIED": "7",
    "RESOURCE_EXHAUSTED": "quota",
    "FAILED_PRECONDITION": "9",
    "ABORTED": "10",
    "OUT_OF_RANGE": "11",
    "UNIMPLEMENTED": "12",
    "INTERNAL": "13",
    "UNAVAILABLE": "14",
    "UNAUTHENTICATED": "16",
}
"""gRPC's status names: the number, or the class where one says as much."""


class Providers:
    """Asked late: gives vendor, stage and code to failures that no orchestrator's dialect claimed."""

    name = "providers"
    rank = 80
    candidates = (
        *(b"CANCEL", b"ancellation details", b"ancelation details", b"upgrade failed", b"Connection failed"),
        *(b"ate limit reached", b"equest too large", b"RESOURCE_EXHAUSTED", b"maximum allowed stream"),
        *(b"RPC that terminated", b"Timeout while syn", b"API key "),
    )
    signature = (b"request time cost", b"USP state")

    def parse(self, line: LogLine) -> Meaning:
        """Read one record that says in a vendor's words what went wrong; at info and below nothing did."""
        if line.level in {"info", "debug"}:
            return None
        lead, body = split_lead(line.message)
        if _KEY_MISSING.match(body):
            return event(line, "config_warning", self.name)
        begins = says_failure(lead, body) or ("✅" not in lead and _BEGINS.match(body) is not None)
        kind = severity(line, lead, "error" if begins else None)
        if kind is None:
            return None
        text = f"{line.message}\n{line.more}"[-_SEARCHED:] if line.more else line.message
        if not _any_saying().search(text.encode("utf-8", "replace")):
            return None
        said = next((saying for saying in _SAYINGS if saying.pattern.search(text)), None)
        if said is None:
            return None
        details = _DETAILS.search(text)
        stage, provider = _part(said, line, details["text"] if details else text)
        if details:
            line = line._replace(message=f"{line.message} — {details['text']}")
        return event(line, kind, self.name, stage=stage, provider=provider, code=_code(said, text), id=call_id(line))


def _part(said: _Saying, line: LogLine, text: str) -> tuple[Stage | None, str]:
    """Return the stage and provider: what the text shows, unless the message itself says better."""
    if said.stage == "LLM" and (model := _SPEECH_MODEL.search(text)):
        return ("STT" if model["kind"] == "whisper" else "TTS"), said.provider
    named = find_provider(line.message, line.logger) if said.vague else None
    provider = said.provider if named in {None, "Twilio", "Telnyx"} else str(named)
    if said.stage == "LLM" and provider == said.provider:
        return "LLM", provider
    return find_stage(None, line.message, line.logger, text) or said.stage or find_stage(provider), provider


def _code(said: _Saying, text: str) -> str | None:
    """Return the code: a deciding class, what a gRPC status says, a number, else the class."""
    if said.decides:
        return said.code
    if status := _STATUS.search(text):
        details = _DETAILS.search(text)
        told = find_code(details["text"]) if details else None
        return told if told in _TELLING else _STATUSES.get(status["name"], told)
    found = find_code(text)
    return found if found and (found.isdigit() or found in _TELLING) else said.code or found


DIALECT = Providers()
