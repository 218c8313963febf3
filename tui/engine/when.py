"""Moments and spans as people type them: ``30m``, ``2d``, ``all``, RFC 3339."""

import re
from datetime import datetime, tzinfo

from tui.engine.errors import UsageError
from tui.engine.text import t

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_span(text: str) -> float:
    """Return the seconds of a span such as ``90s``, ``1h`` or ``1h30m``.

    Raises:
        UsageError: the text is no span.
    """
    compact = text.strip().lower()
    parts = _SPAN.findall(compact)
    if not parts or _SPAN.sub("", compact).strip():
        raise UsageError(t("when.no_span", value=text), t("when.span_remedy"))
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))


def parse_since(text: str, now: float, tz: tzinfo | None) -> float | None:
    """Return the moment to begin at, in seconds since the epoch; ``all`` is None.

    Raises:
        UsageError: the text is neither ``all``, a span nor an RFC 3339 time.
    """
    if text.strip().lower() == "all":
        return None
    if _SPAN.match(text.strip().lower()) and "-" not in text:
        return now - parse_span(text)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(t("when.no_moment", value=text), t("when.moment_remedy")) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=tz)).timestamp()
