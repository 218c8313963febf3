"""Figures as text in the language in use: numbers, latencies, shares, ages, sizes."""

import math
from datetime import UTC, datetime

from tui.engine import written
from tui.engine.text import t

NONE = "–"
INFINITE = float("inf")
EXACT_S = 10.0
"""Ages below this are told to the second."""
STEP_S = 10.0
"""Older ones change so often, all at once: a picture in which one figure moves costs as much as one in which ten do."""
OLD_S = 600.0
"""From this age on they change with the minute."""
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
ROUNDING = 1e-6
"""Of a step: so much earlier may be looked at an age, for the sake of what floating point loses."""
ABOVE_BUCKETS = ">10 s"
"""A percentile above the last bound of a histogram (semantics R21)."""


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with the decimal sign of the language, ``–`` for none."""
    if value is None:
        return NONE
    if value == INFINITE:
        return ABOVE_BUCKETS
    return written.number(value, digits)


def decimal(value: float | None) -> str:
    """Return a number with one decimal."""
    return number(value, 1)


def count(value: int) -> str:
    """Return a whole number with the thousands set apart as the language does."""
    return written.count(value)


def percent(value: float | None) -> str:
    """Return a share with one decimal."""
    return NONE if value is None else f"{number(value, 1)} %"


def limit(value: float) -> str:
    """Return a limit without needless decimals."""
    return number(value) if value == int(value) else number(value, 1)


def latency(ms: float | None) -> str:
    """Return milliseconds with their unit, seconds from ten seconds on."""
    if ms is None or ms == INFINITE:
        return number(ms)
    return f"{number(ms)} ms" if ms < 10_000 else f"{number(ms / 1000, 1)} s"


def span(seconds: float) -> str:
    """Return a length of time in its two largest units: ``8s``, ``12m``, ``1h05m``, ``3d4h``."""
    whole = max(0, int(seconds))
    if whole < MINUTE_S:
        return f"{whole}s"
    if whole < HOUR_S:
        return f"{whole // 60}m"
    if whole < DAY_S:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86_400}d{whole % 86_400 // 3600}h"


def timer(seconds: float) -> str:
    """Return a length of time to the second: ``2:03``, ``1:02:03``, ``50:02:03``."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def age(then: float | None, now: float) -> str:
    """Return how long ago something was, as ``span``: below ten seconds as it is.

    An older one stands for ten seconds, from ten minutes on to the end of the minute, and so it is told as what it
    will be then: never younger than it is.
    """
    if then is None:
        return NONE
    return span((now if now - then < EXACT_S else next_step(now, _step(now - then))) - then)


def age_changes(then: float, now: float) -> float:
    """Return when an age is told differently, or a little sooner."""
    old = now - then
    if old < EXACT_S:
        return next_second(then, now)
    step = _step(old)
    ends = next_step(now, step)
    told = ends - then
    unit = 1.0 if told < MINUTE_S else MINUTE_S if told < DAY_S else HOUR_S
    reads_more = then + (told // unit + 1) * unit - step
    changes = max(ends, math.ceil(reads_more / step - ROUNDING) * step)
    return min(changes, then + OLD_S) if old < OLD_S else changes


def _step(old: float) -> float:
    return STEP_S if old < OLD_S else MINUTE_S


def next_step(now: float, step: float = STEP_S) -> float:
    """Return when ages that are told to so many seconds change next."""
    return (now // step + 1) * step


def next_minute(now: float) -> float:
    """Return when the minute is over."""
    return next_step(now, MINUTE_S)


def next_second(since: float, now: float) -> float:
    """Return when the next whole second since (or before) a moment is reached."""
    return now + 1 - (now - since) % 1


def left(until: float, now: float) -> str:
    """Return how long it is until something: to ten seconds at first, then to the second."""
    if until - now < EXACT_S:
        return span(math.ceil(until - now))
    return span((until - now // STEP_S * STEP_S) // STEP_S * STEP_S)


def left_changes(until: float, now: float) -> float:
    """Return when the time left may next be told differently."""
    return next_second(until, now) if until - now < EXACT_S else min(next_step(now), until - EXACT_S)


def window(seconds: float) -> str:
    """Return the window of a figure in minutes: ``60 min``."""
    return f"{limit(seconds / 60)} min" if seconds >= 60 else f"{limit(seconds)} s"


def clock_time(at: float, now: float, *, seconds: bool = False) -> str:
    """Return the local time of day, with the day when it was not within the last 20 hours."""
    local = datetime.fromtimestamp(at, UTC).astimezone()
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return time if now - at < 72_000 else f"{written.day(local)} {time}"


def moment(at: float) -> str:
    """Return the local time of day to the second."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S")


def moment_ms(at: float) -> str:
    """Return the local time of day to the millisecond."""
    return f"{moment(at)}.{int(at * 1000) % 1000:03}"


def size(count: float) -> str:
    """Return bytes in the unit that keeps the figure short."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{number(count, 0 if unit == 'B' else 1)} {unit}"
        count /= 1000
    return f"{number(count, 1)} GB"


def rate(per_second: float) -> str:
    """Return lines per second; below ten with a decimal."""
    return t("unit.lines_per_s", value=number(per_second, 1 if per_second < 10 else 0))
