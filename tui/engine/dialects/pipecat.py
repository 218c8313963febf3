"""The dialect of Pipecat: lines that begin with a class, whose name tells vendor and stage."""

import re
from functools import lru_cache

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._failure import failure
from tui.engine.dialects._message import Severity, call_id, event, milliseconds, split_lead
from tui.engine.dialects._providers import NAMES, as_stage, find_provider, find_stage
from tui.engine.model import LogLine
from tui.engine.patterns import LazyPattern

_CLASS = r"(?P<vendor>[A-Za-z]\w*?)(?P<stage>STT|LLM|TTS)\w*#\d+"
_SAID = LazyPattern(r"Transcription: |Generating (?:TTS|chat)\b")
_SAMPLE = LazyPattern(r"TTFB:\s+(?P<value>\S+)(?:\s+\(.*\))?$")
_BY_CLASS = LazyPattern(rf"{_CLASS}:? +(?P<text>.*)")
_REPORTED = LazyPattern(rf"Service {_CLASS} reported an error\b")
_CLASS_WORDS: tuple[tuple[LazyPattern[str], Severity, str], ...] = (
    (LazyPattern(r"connection closed, but with an error\b"), "error", "ws_closed"),
    (LazyPattern(r"initialization error\b"), "error", "connect_failed"),
    (LazyPattern(r"connection error, will retry\b"), "warning", "retry"),
    (LazyPattern(r"Reconnecting\b"), "warning", "retry"),
)
_WORDS = LazyPattern(
    r"(?P<start>(?:ᓚᘏᗢ )?Pipecat \d[\w.]* (?:\(Python |ᓚ))"
    r"|WebSocket accepted\s+[—–-]+\s+call_uuid: (?P<accepted>\S+)"
    r"|(?P<closed>Client connection closed\.$)"
    r"|(?P<frame>Frame \d+: )"
    r"|(?P<idle>Idle timeout detected\b)"
    r"|(?P<nobody>No other service available to switch to\b)"
    r"|(?P<canceled>Speech synthesis canceled\b)"
    r"|(?P<send>(?:[\w.]+: )?send\(\) failed\b)"
    r"|Failed to terminate (?P<telephony>Twilio|Telnyx|Plivo) call (?P<call>\S+?): "
)
_HUNG_UP_FIRST = LazyPattern(r"\b(?:20404|90018)\b")
"""The vendors' own numbers for a call that was already over; they say more than the status (semantics R41)."""

_VENDOR = LazyPattern(rf"(?:^|(?<=[a-z0-9_])(?=[A-Z]))(?i:({'|'.join(sorted(NAMES, key=len, reverse=True))}))(?![a-z])")


class Pipecat:
    """First bytes are seconds, with their unit or without (semantics R11)."""

    name = "pipecat"
    rank = 30
    candidates = (
        *(b"TTFB:", b"Pipecat ", b"WebSocket accepted", b"connection closed", b"rror", b"Reconnecting"),
        *(b"No other service", b"synthesis canceled", b"failed", b"Failed to", b"Idle timeout"),
    )
    signature = (b"| DEBUG ", b"| INFO ")

    def parse(self, line: LogLine) -> Meaning:
        """Read one record that begins with a class or with words of Pipecat's own."""
        lead, body = split_lead(line.message)
        if "#" in body:
            if found := _BY_CLASS.match(body):
                return self._of_class(line, lead, found)
            if found := _REPORTED.match(body):
                stage, provider = as_stage(found["stage"]), _vendor(found["vendor"])
                return failure(line, self.name, "warning", lead=lead, stage=stage, provider=provider)
        found = _WORDS.match(body)
        return self._by_words(line, lead, found) if found else None

    def _of_class(self, line: LogLine, lead: str, found: re.Match[str]) -> Meaning:
        """Read what one service says of itself; all but first bytes and failures is healthy."""
        stage, provider, text = as_stage(found["stage"]), _vendor(found["vendor"]), found["text"]
        if sample := _SAMPLE.match(text):
            ms = milliseconds(sample["value"], "s")
            if ms is None:
                return Nothing.BAD_SAMPLE
            return event(line, "ttfb", self.name, stage=stage, provider=provider, ms=ms)
        if _SAID.match(text):
            return Nothing.HEALTHY
        for words, otherwise, kind in _CLASS_WORDS:
            if words.match(text):
                code = find_code(text, line.more) or kind
                return failure(line, self.name, otherwise, lead=lead, stage=stage, provider=provider, code=code)
        if line.level in {"error", "critical", "warning"}:
            return failure(line, self.name, "warning", stage=stage, provider=provider)
        return Nothing.HEALTHY

    def _by_words(self, line: LogLine, lead: str, found: re.Match[str]) -> Meaning:
        if found["start"]:
            return event(line, "process_start", self.name)
        if found["accepted"]:
            return event(line, "call_opened", self.name, id=found["accepted"])
        if found["closed"]:
            return event(line, "call_closed", self.name, id=call_id(line))
        if found["frame"]:  # the dump below an idle timeout; frames hold what people said
            return Nothing.HEALTHY
        return self._failure(line, lead, found)

    def _failure(self, line: LogLine, lead: str, found: re.Match[str]) -> Meaning:
        if found["idle"]:
            return failure(line, self.name, "warning", lead=lead, code="idle_timeout")
        if found["nobody"]:
            return failure(line, self.name, "error", lead=lead, code="all_failed")
        if found["canceled"]:
            return failure(line, self.name, "error", lead=lead, stage="TTS", provider="Azure")
        if found["send"]:
            provider = find_provider(line.message, line.logger)
            stage = find_stage(provider, line.message, line.logger)
            return failure(line, self.name, "error", lead=lead, stage=stage, provider=provider)
        own = _HUNG_UP_FIRST.search(f"{line.message[found.end() :]}\n{line.more}")
        code = own.group() if own else None
        return failure(line, self.name, "error", lead=lead, provider=found["telephony"], code=code, call=found["call"])


@lru_cache(maxsize=256)
def _vendor(words: str) -> str:
    """Return the vendor in the front of a class name such as ``MyDeepgram`` or ``GoogleVertex``."""
    found = _VENDOR.search(words)
    return NAMES[found.group(1).lower()] if found else words.removesuffix("Http")


DIALECT = Pipecat()
