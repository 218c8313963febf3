"""What every dialect needs to know of a message: its marks, how bad it is, whose call, a number's worth."""

from functools import lru_cache
from typing import Literal

from tui.engine.model import Kind, LogEvent, LogLine, Stage
from tui.engine.patterns import LazyPattern

TEXT_LENGTH = 500

MAX_SAMPLE_MS = 120_000.0

_FAILED = LazyPattern(
    r"(?:ERROR|CRITICAL|FATAL|Error|error)\b[: ]|\S*(?:Error|Exception): |[\w.]+\.exceptions\.\w+: "
    r"|Exception in ASGI application|Traceback \(most recent call last\)"
    r"|(?:Task|Future) exception was never retrieved|Exception in (?:thread|callback)\b|Unhandled exception\b"
)
_LEAD = LazyPattern(r"(?:[^\w\[(<\"'/.-]{1,4}\s*)?")
_CALL_KEYS = ("call_control_id", "call_sid", "callSid", "CallSid", "call_id", "callId", "stream_sid", "StreamSid")
_CALL_IN_TEXT = LazyPattern(
    r"\b(?:call_control_id|[Cc]all_?[Ss]id|call_id|[Ss]tream_?[Ss]id)[=:] ?['\"]?(?P<named>[^\s'\",;)}\]]+)"
    r"|\(ID: (?P<id>[^)\s]+)\)|\b(?P<twilio>CA[0-9a-f]{32})\b"
)
_MAY_NAME_CALL = LazyPattern(r"[CcSs](?:all|tream)_?[Ssci]|ID: |CA[0-9a-f]")
_VALUE = LazyPattern(r"(?P<number>[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d{1,3})?)(?P<unit>ms|s)?[,;)]?")
_DURATION = LazyPattern(
    r"(?:(?P<h>\d{1,6})h)?(?:(?P<m>\d{1,6})m(?!s))?(?:(?P<s>\d{1,9}(?:[.,]\d{1,9})?)s)?"
    r"|(?P<ms>\d{1,12}(?:[.,]\d{1,9})?)ms|(?P<bare>\d{1,9}(?:[.,]\d{1,9})?)"
)

Severity = Literal["error", "warning"]


def split_lead(message: str) -> tuple[str, str]:
    """Return the symbols a message begins with (at most four characters and spaces) and the rest."""
    found = _LEAD.match(message)
    end = found.end() if found else 0
    return message[:end], message[end:]


def says_failure(lead: str, body: str) -> bool:
    """Tell whether a message without a level begins as failures do, never by a bare word (semantics R36)."""
    return "✅" not in lead and _FAILED.match(body) is not None


def severity(line: LogLine, lead: str = "", otherwise: Severity | None = None) -> Severity | None:
    """Judge a failure: an explicit level wins, then the cross or the warning sign (semantics R34, R35).

    Args:
        line: the record.
        lead: the symbols in front of its message.
        otherwise: the answer where neither level nor symbol says anything.
    """
    if line.level is not None:
        return {"critical": "error", "error": "error", "warning": "warning"}.get(line.level)  # type: ignore[return-value]
    if "❌" in lead:
        return "error"
    return "warning" if "⚠" in lead else otherwise


def call_id(line: LogLine) -> str | None:
    """Return the call a record names in its fields or its text; a trace is none (semantics R19)."""
    for key in _CALL_KEYS if line.fields else ():
        value = (line.fields or {}).get(key)
        if isinstance(value, str) and value:
            return value
    found = _CALL_IN_TEXT.search(line.message) if _MAY_NAME_CALL.search(line.message) else None
    return (found["named"] or found["id"] or found["twilio"]) if found else None


def known_trace(written: str | None) -> str | None:
    """Return a trace, unless it only says that nobody knows it (semantics R19)."""
    return None if written == "unknown" else written


@lru_cache(maxsize=4096)
def milliseconds(value: str, default_unit: Literal["ms", "s"]) -> float | None:
    """Return a latency in ms, or None for what is no sample (semantics R11, R17).

    The written unit decides; a decimal comma is read as a point; magnitude is never guessed from.
    """
    found = _VALUE.fullmatch(value)
    if not found:
        return None
    number = float(found["number"].replace(",", "."))
    ms = number * (1000 if (found["unit"] or default_unit) == "s" else 1)
    return round(ms, 6) if 0 < ms <= MAX_SAMPLE_MS else None


def duration_s(text: str | None) -> float | None:
    """Return the seconds of ``38s 1m02s 1h2m 95000ms 38`` (bare: seconds; semantics R49)."""
    found = _DURATION.fullmatch(text) if text else None
    if not found:
        return None
    if found["ms"]:
        return float(found["ms"].replace(",", ".")) / 1000
    if found["bare"]:
        return float(found["bare"].replace(",", "."))
    seconds = float((found["s"] or "0").replace(",", "."))
    return int(found["h"] or 0) * 3600 + int(found["m"] or 0) * 60 + seconds


def event(
    line: LogLine,
    kind: Kind,
    dialect: str,
    *,
    stage: Stage | None = None,
    provider: str | None = None,
    ms: float | None = None,
    trace: str | None = None,
    id: str | None = None,  # noqa: A002 - the contract's word
    client: str | None = None,
    duration_s: float | None = None,
    to: str | None = None,
    field: str | None = None,
    code: str | None = None,
) -> LogEvent:
    """Return an event with all that the record itself tells: place, times, level and text."""
    source, number, message, level, time, arrived, *_ = line
    return LogEvent(  # by place: names cost a third of the time an event takes
        kind,
        source,
        number,
        time,
        arrived,
        dialect,
        level,
        stage,
        provider,
        ms,
        trace,
        id,
        client,
        duration_s,
        to,
        field,
        code,
        message[:TEXT_LENGTH],
    )
