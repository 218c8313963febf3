"""The dialect of the orchestrator itself: JSON records, their text copies and bare lines, interleaved."""

import re

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._message import Severity, call_id, event, known_trace, milliseconds, severity, split_lead
from tui.engine.dialects._providers import as_stage, find_provider, find_stage, provider_name
from tui.engine.model import LogLine, Stage
from tui.engine.patterns import LazyPattern

_CLOSE = LazyPattern(r"WebSocket disconnected: (?P<client>\S+) \(ID: (?P<id>[^)]+)\)")
_METRIC = LazyPattern(
    r"\[Metrics\]\s+(?P<provider>\w+?)_(?P<stage>stt|llm|tts)(?:_stream)?\.(?P<what>ttfb|failed_at)=(?P<value>\S+)(?P<rest>.*)"
)
_TURN = LazyPattern(r"\[LATENCY\] TTFA \(Turn Latency\): (?P<value>\S+)")
_CHAIN = LazyPattern(r"\[(?P<stage>STT|LLM|TTS) ?Fallback\]\s+(?P<text>.*)")
_ACTIVATED = LazyPattern(
    r"Using FALLBACK: (?P<to>[A-Z][a-z]+)|Attempting fallback \d+"
    r"|(?:SSML )?Primary (?:transcription )?failed.*(?:Trying|Using) fallback\.{1,3}$"
)
_EXHAUSTED = LazyPattern(r"(?:All providers failed|BOTH primary AND fallback failed)")
_TAG = LazyPattern(
    r"\[(?P<stage>STT|LLM|TTS)\s+(?P<provider>[\w .-]+?)\]\s+(?:trace=(?P<trace>\S+)\s+)?"
    r"(?P<text>Rate limit hit\b|Authentication failed\b|STT Canceled\b|.*BACKPRESSURE MODE ACTIVE)"
)
_BARE = LazyPattern(
    r"Answer Failed:|Streaming Failed:|WebSocket error:|Manager connect failed:|Orchestrator start failed"
    r"|Azure STT recognizer creation failed:|STT Canceled\. Details:|Authentication failed:|Rate limit hit:"
)
_BACKPRESSURE = LazyPattern(r"\[Pipeline\] Backpressure (?P<how>WARNING|CRITICAL):")
_MOCK = LazyPattern(r"\[(?P<provider>[A-Z]\w*?) ?(?P<stage>STT|LLM|TTS)\] (?:\w+ ){0,3}MOCK mode\b")
_NOISE = LazyPattern(r"\[FSM\]|RAW PAYLOAD|(?i:(?:\[auth\] )?(?:failed login|login failed|invalid login))")
_STOP = LazyPattern(r"Shutting down Voice Orchestrator")
_KEY = LazyPattern(r"(?P<name>[A-Z]\w*(?: \w+){0,3}) configured: True$")


class Andrea:
    """Beside the guide's forms, which the orchestrator also prints."""

    name = "andrea"
    rank = 20
    candidates = (
        b"WebSocket disc",
        b"WebSocket err",
        b".ttfb=",
        b".failed_at=",
        b"(Turn Latency)",
        b"Fallback]",
        b"Rate limit hit",
        b"Authentication failed",
        b"STT Canceled",
        b" failed",
        b" Failed",
        b"ackpressure",
        b"BACKPRESSURE",
        b"Shutting down",
        b"configured: True",
        b"MOCK mode",
    )
    signature = (
        b'"trace_id":',
        b" - DEBUG - ",
        b" - INFO - ",
        b" - WARNING - ",
        b"[Metrics]",
        b"[LATENCY]",
        b"[Pipeline]",
        b"WebSocket disconnected:",
    )

    def parse(self, line: LogLine) -> Meaning:
        """Read one record of the orchestrator's own forms."""
        lead, body = split_lead(line.message)
        if _NOISE.match(body):
            return Nothing.HEALTHY
        if body[:1] == "[":
            return self._tagged(line, lead, body)
        if found := _CLOSE.match(body):
            return event(line, "call_closed", self.name, id=found["id"], client=found["client"])
        if _BARE.match(body):
            return self._failure(line, lead, body)
        if _STOP.match(body):
            return event(line, "process_stop", self.name)
        if found := _KEY.match(body):
            return event(line, "key_present", self.name, field=_key_field(found["name"]))
        return None

    def _tagged(self, line: LogLine, lead: str, body: str) -> Meaning:
        if found := _MOCK.match(body):
            stage, provider = as_stage(found["stage"]), provider_name(found["provider"])
            return event(line, "warning", self.name, stage=stage, provider=provider, code="mock")
        if found := _METRIC.match(body):
            return self._metric(line, lead, found)
        if found := _CHAIN.match(body):
            return self._chain(line, lead, as_stage(found["stage"]), found["text"])
        if found := _TURN.match(body):
            ms = milliseconds(found["value"], "ms")
            return Nothing.BAD_SAMPLE if ms is None else event(line, "turn", self.name, ms=ms)
        if found := _BACKPRESSURE.match(body):
            otherwise: Severity = "warning" if found["how"] == "WARNING" else "error"
            return self._issue(line, lead, otherwise, code="backpressure")
        if found := _TAG.match(body):
            stage, provider = as_stage(found["stage"]), provider_name(found["provider"])
            if found["text"].endswith("BACKPRESSURE MODE ACTIVE"):
                return self._issue(line, lead, "warning", stage=stage, provider=provider, code="backpressure")
            return self._issue(line, lead, "error", stage=stage, provider=provider, trace=known_trace(found["trace"]))
        return None

    def _metric(self, line: LogLine, lead: str, found: re.Match[str]) -> Meaning:
        stage, provider = as_stage(found["stage"]), provider_name(found["provider"])
        if found["what"] == "failed_at" or "FAILED" in found["rest"]:
            return self._issue(line, lead, "error", stage=stage, provider=provider)
        ms = milliseconds(found["value"], "ms")
        if ms is None:
            return Nothing.BAD_SAMPLE
        return event(line, "ttfb", self.name, stage=stage, provider=provider, ms=ms)

    def _chain(self, line: LogLine, lead: str, stage: Stage | None, text: str) -> Meaning:
        """Read the lines of a fallback chain; most of them are healthy (semantics R23, R24)."""
        if found := _ACTIVATED.match(text):
            to = provider_name(found["to"]) if found["to"] else None
            return event(line, "fallback", self.name, stage=stage, to=to, id=call_id(line))
        if text.startswith("Primary recovered"):
            return event(line, "recovery", self.name, stage=stage)
        if _EXHAUSTED.match(text):
            return self._issue(line, lead, "error", stage=stage, code="all_failed")
        if "SWITCHING TO FALLBACK MODE" in text:
            return self._issue(line, lead, "error", stage=stage, code="circuit_open")
        if "rimary failed" in text:
            return self._issue(line, lead, "warning", stage=stage)
        return None

    def _failure(self, line: LogLine, lead: str, body: str) -> Meaning:
        if body.startswith(("Answer Failed", "Streaming Failed")):
            return self._issue(line, lead, "error", provider="Telnyx")
        provider = find_provider(body, line.logger)
        return self._issue(line, lead, "error", stage=find_stage(None, body, line.logger), provider=provider)

    def _issue(
        self,
        line: LogLine,
        lead: str,
        otherwise: Severity,
        *,
        stage: Stage | None = None,
        provider: str | None = None,
        code: str | None = None,
        trace: str | None = None,
    ) -> Meaning:
        kind = severity(line, lead, otherwise)
        if kind is None:
            return Nothing.HEALTHY
        code = code or find_code(line.message, line.more)
        call = call_id(line)
        return event(line, kind, self.name, stage=stage, provider=provider, code=code, id=call, trace=trace)


def _key_field(name: str) -> str:
    """Return the environment variable behind words such as "Azure Speech" or "Groq API"."""
    words = name.upper().split()
    if words[-1] in {"KEY", "TOKEN", "SID", "SECRET"}:
        return "_".join(words)
    if words[-1] in {"API", "SPEECH"}:
        return "_".join([*words, "KEY"])
    return "_".join([*words, "API", "KEY"])


DIALECT = Andrea()
