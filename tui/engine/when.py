"""Moments and spans as people type them: ``30m``, ``all``, ``yesterday``, ``2026-W05``, RFC 3339."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from tui.engine.errors import UsageError
from tui.engine.text import t

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_WEEK = re.compile(r"(\d{4})-?w(\d{2})")
_DAYS_AGO = {"today": 0, "hoy": 0, "yesterday": 1, "ayer": 1}


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

    A day or a week stands for its beginning.

    Raises:
        UsageError: the text is neither ``all``, a span, a day, an ISO week nor an RFC 3339 time.
    """
    return None if _is_all(text) else _moments(text, now, tz)[0]


def parse_until(text: str, now: float, tz: tzinfo | None) -> float | None:
    """Return the moment to end before, in seconds since the epoch; ``all`` is None.

    A day or a week stands for its end, so that the same word as beginning and end means the whole of it.

    Raises:
        UsageError: as for ``parse_since``.
    """
    return None if _is_all(text) else _moments(text, now, tz)[1]


_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?")


def parse_seek(text: str, shown: float, now: float, tz: tzinfo | None) -> float:
    """Return the moment to look at, in seconds since the epoch.

    ``14:02`` or ``14:02:30`` is the newest such time that is over; ``-10m`` and ``+10m`` count from what is
    ``shown``, ``2h`` back from now; and what ``parse_since`` takes.

    Raises:
        UsageError: the text names no moment.
    """
    word = text.strip()
    if word[:1] in {"-", "+"}:
        return shown + (parse_span(word[1:]) if word[0] == "+" else -parse_span(word[1:]))
    if clock := _CLOCK.fullmatch(word):
        return _time_of_day(clock, text, now, tz)
    moment = parse_since(text, now, tz)
    if moment is None:
        raise UsageError(t("when.no_moment", value=text), t("when.seek_remedy"))
    return moment


def _time_of_day(clock: re.Match[str], text: str, now: float, tz: tzinfo | None) -> float:
    try:
        wanted = time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
    except ValueError:
        raise UsageError(t("when.no_moment", value=text), t("when.seek_remedy")) from None
    today = datetime.fromtimestamp(now, tz).date()
    found = datetime.combine(today, wanted, tz).timestamp()
    return found if found <= now else datetime.combine(today - timedelta(days=1), wanted, tz).timestamp()


def _is_all(text: str) -> bool:
    return text.strip().lower() == "all"


def _moments(text: str, now: float, tz: tzinfo | None) -> tuple[float, float]:
    """Return beginning and end of what a text names; of a moment both are the same."""
    word = text.strip().lower()
    try:
        days = _days(word, datetime.fromtimestamp(now, tz).date())
        if days is not None:
            return _midnight(days[0], tz), _midnight(days[1], tz)
        if _SPAN.match(word) and "-" not in word:
            moment = now - parse_span(text)
        else:
            named = datetime.fromisoformat(text.strip())
            moment = (named if named.tzinfo else named.replace(tzinfo=tz)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise UsageError(t("when.no_moment", value=text), t("when.moment_remedy")) from None
    return moment, moment


def _days(word: str, today: date) -> tuple[date, date] | None:
    """Return the first day of a named day or week and the first one after it."""
    if word in _DAYS_AGO:
        first = today - timedelta(days=_DAYS_AGO[word])
        return first, first + timedelta(days=1)
    if week := _WEEK.fullmatch(word):
        monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return monday, monday + timedelta(days=7)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        first = date.fromisoformat(word)
        return first, first + timedelta(days=1)
    return None


def _midnight(day: date, tz: tzinfo | None) -> float:
    return datetime.combine(day, time(), tz).timestamp()


class Hours(NamedTuple):
    """A part of the day; the end may lie behind midnight."""

    begin: time
    end: time

    def hold(self, at: float, tz: tzinfo | None) -> bool:
        """Tell whether a moment is within, in a zone's time of day; None is the zone of this machine."""
        now = datetime.fromtimestamp(at, UTC).astimezone(tz).time()
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


def parse_hours(text: str) -> Hours:
    """Return the hours of a text such as ``22:00-07:00``.

    Raises:
        UsageError: the text names no hours.
    """
    found = re.fullmatch(r"\s*(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)\s*", text)
    try:
        numbers = [int(number) for number in found.groups()] if found else []
        return Hours(time(numbers[0], numbers[1]), time(numbers[2], numbers[3]))
    except (IndexError, ValueError):
        raise UsageError(t("when.no_hours", value=text), t("when.hours_remedy")) from None
