"""A dialect that a user wrote: patterns whose named groups become the values of an event."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._message import TEXT_LENGTH, call_id, duration_s, event, milliseconds, severity, split_lead
from tui.engine.dialects._providers import as_stage, find_provider, find_stage, provider_name
from tui.engine.model import Kind, Level, LogLine, Stage

MAX_VALUE = 200
"""Characters of an id, a name or a code; what is longer was not meant."""

_WRITTEN = re.compile(r"\s{0,2}[+-]?\d[\d.,]*+(?:e[+-]?\d{1,3})?+(?: ?m?s\b)?+(?![\w%])")
"""A number with its unit; one of another unit (``239µs``, ``5%``) is none (semantics R15)."""


class Rule(NamedTuple):
    """What a user says about one pattern."""

    event: Kind | Literal["nothing"]
    """``nothing``: the line is known and healthy, no dialect after this one is asked."""
    unit: Literal["ms", "s"] = "ms"
    """Of a latency without a written one (semantics R11)."""
    fixed: Mapping[str, str] = {}
    """Values that no group gives: stage, provider, client, to, field, code."""
    fields: Mapping[str, str] = {}
    """Group to the dotted key of the record's JSON object that gives its value instead."""
    levels: frozenset[Level] = frozenset()
    """Only records of these levels; empty: of any or none."""
    by_level: bool = False
    """An error or warning as the record's own level says (semantics R35), not as the event is named."""
    anywhere: bool = False
    """Looked for in the whole message, not only at its start."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern; RE2, so that no log line can make it slow."""

    regex: Any
    rule: Rule
    literal: str = ""
    """Plain text in every message it matches, if known."""

    def read(self, line: LogLine, lead: str, body: str, dialect: str) -> Meaning:
        """Return what the record means by this pattern, None if it is not for this one."""
        rule = self.rule
        if self.literal not in line.message or (rule.levels and line.level not in rule.levels):
            return None
        text = line.message if rule.anywhere else body
        found = self.regex.search(text) if rule.anywhere else self.regex.match(text)
        if not found:
            return None
        values = _Values(line, text, found, rule)
        if rule.event in {"ttfb", "turn"}:
            return _sample(line, lead, values, dialect)
        return _plain(line, lead, values, dialect)


class _Values:
    """The values of one match: from its groups, the record's fields or the file."""

    def __init__(self, line: LogLine, text: str, found: Any, rule: Rule) -> None:  # noqa: ANN401 - re2 has no types
        self.rule = rule
        self.text = text
        self._line = line
        self._found = found
        self._groups: Mapping[str, int] = found.re.groupindex

    def get(self, name: str) -> str | None:
        """Return the value of a group, a field or a fixed one, in this order."""
        written = self._found[self._groups[name]] if name in self._groups else None
        if written is None and name in self.rule.fields:
            written = _from_fields(self._line.fields, self.rule.fields[name])
        if written is None:
            written = self.rule.fixed.get(name)
        return written.strip()[:MAX_VALUE] or None if written is not None else None

    def stage(self) -> Stage | None:
        """Return the stage a word such as ``tts``, ``STT`` or ``synthesis`` means."""
        word = self.get("stage")
        return as_stage(word) or find_stage(None, word) if word else None

    def latency(self) -> tuple[str, Literal["ms", "s"]] | None:
        """Return a latency as the message has it, whole and with its unit, though the group may cut it short."""
        name: Literal["ms", "value"] = "ms" if "ms" in self._groups or "ms" in self.rule.fields else "value"
        unit = "ms" if name == "ms" else self.rule.unit
        at = self._latency_at()
        if at < 0:
            value = self.get(name)
            return None if value is None else (value, unit)
        written = _WRITTEN.match(self.text, at)
        return (written[0].replace(" ", "").rstrip(".,") if written else ""), unit

    def _latency_at(self) -> int:
        """Return where the message has the latency, below zero where no group found it."""
        group = self._groups.get("ms") or self._groups.get("value")
        start: int = self._found.start(group) if group else -1
        return start

    def failed(self) -> bool:
        """Tell whether the request of this latency failed (semantics R17)."""
        return "FAILED" in self.text[max(self._latency_at(), 0) :]


def _sample(line: LogLine, lead: str, values: _Values, dialect: str) -> Meaning:
    """Read a latency by the rules of the built-in dialects (semantics R11, R17)."""
    latency, stage = values.latency(), values.stage()
    if latency is None or (values.rule.event == "ttfb" and stage is None):
        return None
    provider = _provider(values.get("provider"))
    if values.failed():
        kind = severity(line, lead, "error")
        code = find_code(line.message, line.more)
        return event(line, kind, dialect, stage=stage, provider=provider, code=code) if kind else Nothing.HEALTHY
    ms = milliseconds(*latency)
    if ms is None:
        return Nothing.BAD_SAMPLE
    sample: Kind = "turn" if values.rule.event == "turn" else "ttfb"
    trace, call = _trace(values), values.get("id") or call_id(line)
    return event(line, sample, dialect, stage=stage, provider=provider, ms=ms, trace=trace, id=call)


def _plain(line: LogLine, lead: str, values: _Values, dialect: str) -> Meaning:
    """Read every other event; one that lacks what it must have is left to the next dialect."""
    kind = values.rule.event
    if kind == "nothing":
        return Nothing.HEALTHY
    stage, provider, code = values.stage(), _provider(values.get("provider")), values.get("code")
    if any(values.get(name) is None for name in REQUIRED.get(kind, ())) or (kind in STAGED and stage is None):
        return None
    if kind == "error" or kind == "warning":  # noqa: PLR1714 - so that the type is known to be one of the two
        judged = severity(line, lead, kind) if values.rule.by_level else kind
        if judged is None:
            return Nothing.HEALTHY
        kind = judged
        provider = provider or find_provider(line.message, line.logger)
        stage = stage or find_stage(provider, line.message, line.logger)
        code = code or find_code(line.message, line.more)
    made = event(
        line,
        kind,
        dialect,
        stage=stage,
        provider=provider,
        trace=_trace(values),
        id=values.get("id") or call_id(line),
        client=values.get("client"),
        duration_s=duration_s(values.get("duration")),
        to=_provider(values.get("to")),
        field=values.get("field"),
        code=code,
    )
    text = values.get("text")
    return made._replace(text=text[:TEXT_LENGTH]) if text else made


def _trace(values: _Values) -> str | None:
    trace = values.get("trace")
    return None if trace == "unknown" else trace


def _provider(written: str | None) -> str | None:
    return provider_name(written) if written else None


def _from_fields(fields: Mapping[str, object] | None, dotted: str) -> str | None:
    """Return the text of a value in the record's JSON object; lists and tables are none."""
    found: object = fields
    for key in dotted.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(found)


REQUIRED: Mapping[str, tuple[str, ...]] = {
    "call_opened": ("id",),
    "config_warning": ("field",),
    "key_present": ("field",),
}
"""Values without which an event of a kind says nothing."""

STAGED = frozenset({"ttfb", "fallback", "recovery"})
"""Kinds that must know their stage."""


@dataclass(slots=True, eq=False)
class UserDialect:
    """A dialect read from a file of the user's."""

    name: str
    rank: int
    patterns: tuple[Pattern, ...]
    candidates: tuple[bytes, ...]
    signature: tuple[bytes, ...] = ()
    path: str = ""
    """The file it came from."""
    lines: tuple[int, ...] = ()
    """Where in the file each pattern stands."""

    @property
    def reads_every_line(self) -> bool:
        """No piece of text tells its lines from others, so that each line is tried in full."""
        return b"" in self.candidates

    def parse(self, line: LogLine) -> Meaning:
        """Return what the first fitting pattern says."""
        found = self.first_match(line)
        return found[1] if found else None

    def first_match(self, line: LogLine) -> tuple[int, Meaning] | None:
        """Return the index of the first fitting pattern and what the record means by it."""
        lead, body = split_lead(line.message)
        for index, pattern in enumerate(self.patterns):
            found = pattern.read(line, lead, body, self.name)
            if found is not None:
                return index, found
        return None


def tokens(words: Sequence[str]) -> tuple[bytes, ...]:
    """Return pieces of text as raw lines hold them: as they are, and as JSON escapes them."""
    escaped = (json.dumps(word)[1:-1] for word in words)
    return tuple(dict.fromkeys(form.encode() for pair in zip(words, escaped, strict=True) for form in pair))
