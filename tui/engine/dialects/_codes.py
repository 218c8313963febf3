"""Finds the code of a failure: a number beside a status word, or a class (formats §2.11, semantics R41)."""

import re

from tui.engine.patterns import LazyPattern

_NOT_A_COUNT = r"(?![\d.,:/%]*\d)(?!\s*(?:ms|s|sec|seconds|min|minutes|tokens?|chunks?|bytes|frames|%|of)\b)"
_HTTP = rf"([45]\d\d)\b{_NOT_A_COUNT}"
_REASON = (
    r"Unauthorized|Forbidden|Not Found|Too Many Requests|Bad (?:Request|Gateway)|Internal Server|Service Un|Gateway T"
)
_STATUS = LazyPattern(
    rf"\bHTTP\\?/\d(?:\.\d)?\\?\"? {_HTTP}"
    rf"|\bHTTP(?: status| error)?(?: code)?[ :=]+{_HTTP}"
    rf"|(?<![?&])(?i:\bstatus)(?:_code|Code| code)?['\"]?[ :=]+{_HTTP}"
    rf"|(?i:unexpected server response): {_HTTP}"
    rf"|(?i:error)(?: code)?['\"]?:? {_HTTP}"
    rf"|(?i:\b(?:failed|answered|responded|returned|said|response|refused|rejected|closed)):?(?: with)? {_HTTP}"
    rf"|\({_HTTP}\)"
    rf"|\.exceptions\.\w+: {_HTTP}"
    rf"|^\W*{_HTTP} "
    rf"|[a-z]: {_HTTP} (?:-|[A-Z][a-z])"
    rf"|\b{_HTTP} (?:- |{_REASON})"
)
_OTHER = LazyPattern(
    rf"(?i:error code)['\"]?[ :=]+(\d{{1,5}})\b{_NOT_A_COUNT}"
    rf"|(?i:\bstatus)(?:Code|_code| code)[ :=]+(\d{{1,5}})\b{_NOT_A_COUNT}"
    rf"|\breceived (\d{{4}})\b{_NOT_A_COUNT}"
    rf"|(?i:\berror): ([1-4]\d{{3}})\b{_NOT_A_COUNT}"
    r"|\((1[01]\d\d|[34]\d{3})\)"
)
_DIGITS = LazyPattern(r"\d\d|\b\d\b")
_CALL_IS_OVER = LazyPattern(r"(?:code|errors)\W{1,6}(20404|90018)\b")
"""Twilio's and Telnyx's words for a call that ended before it was hung up: they say more than the HTTP status."""

_QUOTA = LazyPattern(
    r"insufficient_quota|quota_exceeded|exceed\w{0,4} your (?:current )?quota|quota exceeded", re.IGNORECASE
)
_THROTTLED = LazyPattern(r"\b1007\b.{0,200}throttled|throttled.{0,200}\b1007\b", re.IGNORECASE)
_CLASSES = tuple(
    (name, LazyPattern(pattern, re.IGNORECASE))
    for name, pattern in (
        ("rate_limit", r"rate[ _-]?limit|too[ _]many[ _](?:concurrent[ _])?requests|throttl"),
        (
            "missing_credentials",
            r"api[ _]key (?:is )?(?:missing|required)|no api key|credentials? (?:not found|missing)",
        ),
        ("auth", r"unauthori[sz]ed|authenticat|invalid[ _]api[ _]key|forbidden|permission[ _]denied"),
        ("timeout", r"time[ds]?[ -]?out|deadline[ _]exceeded"),
        ("overloaded", r"overloaded|capacity_exceeded"),
        ("backpressure", r"backpressure|queue full"),
        ("all_failed", r"all providers failed|both primary and fallback"),
        ("refused", r"connection refused|econnrefused"),
        ("send_after_close", r"once the close|after (?:a )?close|websocket is not connected"),
        (
            "connect_failed",
            r"connect(?:ion)? (?:attempt )?fail(?:ed|ure)|failed to connect|(?:cannot|could not) connect",
        ),
        ("ws_closed", r"connection ?closed|websocket closed|closed unexpectedly|connection reset"),
        ("canceled", r"\bcancell?ed\b"),
        ("exception", r"\w(?:Error|Exception)\b|\bexception\b|traceback"),
    )
)


def find_code(text: str, more: str = "") -> str | None:
    """Return the code of a failure from its message, else from the rest of its record.

    A quota that ran out beats the number it was answered with, an HTTP status beats a socket's code.
    """
    whole = f"{text}\n{more}" if more else text
    if _QUOTA.search(whole):
        return "quota"
    if "1007" in whole and _THROTTLED.search(whole):
        return "rate_limit"
    if over := _CALL_IS_OVER.search(whole):
        return over[1]
    return _number(text) or _number(more) or next((name for name, form in _CLASSES if form.search(whole)), None)


def _number(text: str) -> str | None:
    if not _DIGITS.search(text):
        return None
    for pattern in (_STATUS, _OTHER):
        found = pattern.search(text)
        if found:
            return next(value for value in found.groups() if value)
    return None
