"""The dialect of the monitoring guide: one tagged line per fact, emoji first."""

import re

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._message import call_id, duration_s, event, known_trace, milliseconds, severity, split_lead
from tui.engine.dialects._providers import as_stage, provider_name
from tui.engine.model import LogLine
from tui.engine.patterns import LazyPattern

_STAGE = r"(?P<stage>STT|LLM|TTS)"
_TAG = rf"\[{_STAGE}\s+(?P<provider>[\w .-]+?)\]\s+"
_CONFIG = LazyPattern(r"\[Config\]\s+(?P<field>[A-Z][A-Z0-9_]+) is not set\b")
_OPEN = LazyPattern(r"WS CONNECTION\s*\|\s*Client:\s*(?P<client>[^,\s]+),\s*ID:\s*(?P<id>\S+)\s*$")
_CLOSE = LazyPattern(r"WS CLOSED\s*\|\s*ID:\s*(?P<id>\S+)(?:\s+duration=(?P<duration>\S*))?\s*$")
_FALLBACK = LazyPattern(rf"\[{_STAGE} Fallback\]\s+Switching to (?P<to>\w+)")
_TTFB = LazyPattern(rf"{_TAG}(?:trace=(?P<trace>\S+)\s+)?TTFB=(?P<value>\S+(?: m?s\b)?)")
_ISSUE = LazyPattern(rf"{_TAG}(?:trace=(?P<trace>\S+)\s+)?[^\w\[(<\"'/.-]{{0,4}}E(?i:rror):\s*(?P<text>.*)")


class Guide:
    """Matched only at the start of a message; no emoji is required (semantics R59)."""

    name = "guide"
    rank = 10
    candidates = (b"TTFB=", b"WS CONNECTION", b"WS CLOSED", b"is not set", b"Fallback]", b"rror:", b"RROR:")
    signature = (b"[STT", b"[LLM", b"[TTS", b"[Config]", b"WS CONNECTION", b"WS CLOSED")

    def parse(self, line: LogLine) -> Meaning:
        """Read one record of the guide's forms."""
        lead, body = split_lead(line.message)
        if body[:1] == "[":
            return self._tagged(line, lead, body)
        if not body.startswith("WS C"):
            return None
        if found := _OPEN.match(body):
            return event(line, "call_opened", self.name, id=found["id"], client=found["client"])
        if found := _CLOSE.match(body):
            return event(line, "call_closed", self.name, id=found["id"], duration_s=duration_s(found["duration"]))
        return None

    def _tagged(self, line: LogLine, lead: str, body: str) -> Meaning:
        if found := _TTFB.match(body):
            return self._sample(line, found)
        if found := _CONFIG.match(body):
            return event(line, "config_warning", self.name, field=found["field"])
        if found := _FALLBACK.match(body):
            to = provider_name(found["to"])
            return event(line, "fallback", self.name, stage=as_stage(found["stage"]), to=to, id=call_id(line))
        if found := _ISSUE.match(body):
            kind = severity(line, lead, "error")
            if kind is None:
                return Nothing.HEALTHY
            stage, provider = as_stage(found["stage"]), provider_name(found["provider"])
            code = find_code(f"Error: {found['text']}", line.more)
            call, trace = call_id(line), known_trace(found["trace"])
            return event(line, kind, self.name, stage=stage, provider=provider, code=code, id=call, trace=trace)
        return None

    def _sample(self, line: LogLine, found: re.Match[str]) -> Meaning:
        tag, provider, trace, value = found.groups()
        ms = milliseconds(value.replace(" ", ""), "ms")
        if ms is None:
            return Nothing.BAD_SAMPLE
        stage, provider, trace = as_stage(tag), provider_name(provider), known_trace(trace)
        return event(line, "ttfb", self.name, stage=stage, provider=provider, ms=ms, trace=trace)


DIALECT = Guide()
