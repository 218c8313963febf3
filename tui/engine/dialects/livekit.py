"""The dialect of LiveKit Agents: words of the framework, figures in the fields beside them."""

import json
import re
from collections.abc import Mapping
from typing import Literal

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._failure import failure
from tui.engine.dialects._message import call_id, event, milliseconds
from tui.engine.dialects._providers import as_stage, find_provider, find_stage
from tui.engine.model import LogLine, Stage
from tui.engine.patterns import LazyPattern

_METRICS = LazyPattern(r"(?:Pipeline )?(?P<of>[A-Za-z]+) metrics(?=$|: | \{)")
_FIRST_BYTE = {"TTS": "ttfb", "LLM": "ttft"}
_IN_TEXT = LazyPattern(r"\b(ttfb|ttft)=([^\s,]+)")
_SWITCH = LazyPattern(
    r"(?P<label>[\w.-]+) (?:failed|error|timed out|unexpected error), "
    r"switching to next (?P<next>STT|LLM|TTS|instance)\b"
)
_RECOVERED = LazyPattern(r"(?:FallbackAdapter, )?(?P<label>[\w.-]+) recovered(?=$| \{)")
_RETRY = LazyPattern(
    r"failed to (?:(?P<TTS>synthesize speech)|(?P<STT>recognize speech)|(?P<LLM>generate LLM completion))\b"
    r".*\bretrying in "
)
_NOBODY = LazyPattern(r"all (?P<stage>STT|LLM|TTS)s are unavailable\b")
_WORDS = LazyPattern(
    r"(?P<start>starting worker(?=$| \{))|(?P<stop>shutting down worker(?=$| \{))"
    r"|(?P<left>closing agent session due to participant disconnect)"
    r"|(?P<full>not dispatching agent job since no worker is available)"
    r"|(?P<killed>(?:process|job) is unresponsive, killing )"
)
_PLUGIN = LazyPattern(r"livekit\.plugins\.(\w+)")
_LABELS = ("label", "tts", "stt", "llm", "model_provider")
_TOLD_BY_PAUSE = frozenset({None, "exception", "connect_failed", "ws_closed"})
"""Codes that say less of a repeated attempt than that it is repeated."""


class LiveKit:
    """A label's value names vendor and stage; the key it stands under may lie."""

    name = "livekit"
    rank = 40
    candidates = (
        *(b"TTS metrics", b"LLM metrics", b"switching to next", b" recovered", b"failed", b"are unavailable"),
        *(
            b"starting worker",
            b"shutting down worker",
            b"closing agent session",
            b"since no worker",
            b"is unresponsive",
        ),
    )
    signature = (b"livekit",)

    def parse(self, line: LogLine) -> Meaning:
        """Read one record in the framework's words."""
        message = line.message
        if found := _METRICS.match(message):
            return self._metrics(line, found["of"])
        if "switching to next" in message and (found := _SWITCH.match(message)):
            return self._switch(line, found)
        if " recovered" in message and (found := _RECOVERED.match(message)):
            stage = find_stage(None, found["label"])
            return event(line, "recovery", self.name, stage=stage) if stage else None
        if found := _RETRY.match(message):
            return self._retry(line, as_stage(found.lastgroup or ""))
        if found := _NOBODY.match(message):
            return failure(line, self.name, "error", code="all_failed", stage=as_stage(found["stage"]))
        found = _WORDS.match(message)
        return self._by_words(line, found.lastgroup) if found else None

    def _metrics(self, line: LogLine, of: str) -> Meaning:
        """Read a first byte; speech-to-text, turn detection and voice activity have none (semantics R16)."""
        key = _FIRST_BYTE.get(of)
        if key is None:
            return Nothing.HEALTHY
        side = _side(line)
        value, unit = _value(line.message, side, key)
        if value is None:
            return Nothing.HEALTHY
        ms = milliseconds(value, unit)
        if ms is None:
            return Nothing.BAD_SAMPLE
        return event(line, "ttfb", self.name, stage=as_stage(of), provider=_vendor(_label(side)), ms=ms)

    def _switch(self, line: LogLine, found: re.Match[str]) -> Meaning:
        """Read an activation: the label is the one that failed, the next one is not named."""
        label = found["label"]
        stage = as_stage(found["next"]) or find_stage(None, label, _label(_side(line)))
        provider = _vendor(label) or _vendor(_label(_side(line)))
        return event(line, "fallback", self.name, stage=stage, provider=provider, id=call_id(line)) if stage else None

    def _retry(self, line: LogLine, by_words: Stage | None) -> Meaning:
        label = _label(_side(line))
        stage = find_stage(None, label) or by_words
        provider = _vendor(label) or find_provider(line.logger)
        code = find_code(line.message.partition(" {")[0], line.more)
        if code in _TOLD_BY_PAUSE:
            code = "retry"
        return failure(line, self.name, "warning", stage=stage, provider=provider, code=code)

    def _by_words(self, line: LogLine, what: str | None) -> Meaning:
        if what == "left":
            return event(line, "call_closed", self.name, id=call_id(line))
        if what == "full":
            return failure(line, self.name, "warning", code="no_worker")
        if what == "killed":
            return failure(line, self.name, "error", code="worker_killed")
        if line.logger and "livekit" not in line.logger:  # other programs have workers too
            return None
        return event(line, "process_start" if what == "start" else "process_stop", self.name)


def _side(line: LogLine) -> Mapping[str, object]:
    """Return the fields of a record: its own, or the object that the development console prints behind the words."""
    if line.fields is not None:
        return line.fields
    _, brace, rest = line.message.partition(" {")
    if not brace:
        return {}
    try:
        found = json.loads("{" + rest)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _value(message: str, side: Mapping[str, object], key: str) -> tuple[str | None, Literal["ms", "s"]]:
    """Return a first byte as written and the unit it is in, from the fields or the older text."""
    for name, unit in ((key, "s"), (f"{key}Ms", "ms")):
        value = side.get(name)
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return str(value), "s" if unit == "s" else "ms"
    written = next((value for name, value in _IN_TEXT.findall(message) if name == key), None)
    return written, "s"


def _label(side: Mapping[str, object]) -> str:
    """Return the label of the part that a record is about, or an empty text."""
    values = (side.get(key) for key in _LABELS)
    return next((value for value in values if isinstance(value, str) and value), "")


def _vendor(label: str) -> str | None:
    plugin = _PLUGIN.match(label)
    return find_provider(label) or (plugin[1].capitalize() if plugin else None)


DIALECT = LiveKit()
