"""Time stamps as logs write them, and the seconds since the epoch they mean."""

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from tui.engine.patterns import LazyPattern

ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?"
ZONED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
VIEWER = r"\d{4}(?:/\d\d/|-[A-Z][a-z]{2}-|-\d\d-)\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
NO_YEAR = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?"
US = r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d"

_ZONE = LazyPattern(r"(?:Z| UTC| GMT| ?[+-]\d\d:?\d\d)$")
_STAMP = LazyPattern(
    r"(?P<moment>.*?\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?"
)
_MOMENT = LazyPattern(r".*?\d\d:\d\d:\d\d")
_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y-%b-%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%a %Y-%m-%d %H:%M:%S")


def is_zoned(stamp: str | float) -> bool:
    """Tell whether a stamp names its zone; numbers since the epoch do."""
    return not isinstance(stamp, str) or _ZONE.search(stamp) is not None


def seconds(stamp: str | float, tz: tzinfo | None, now: float) -> float | None:
    """Return seconds since the epoch, or None for what is no moment or lies before 2000 (semantics R67).

    A stamp without zone is read in ``tz`` (None: the machine's own); one without year is the latest such
    day that is not after ``now``.
    """
    if not isinstance(stamp, str):
        return float(stamp) if 946_684_800 <= stamp < 32_503_680_000 else None
    parts = _usual_parts(stamp) or _parts(stamp)
    if parts is None:
        return None
    moment, fraction, zone = parts
    whole = _whole_seconds(moment, zone, tz, int(now // 86400))
    return whole if whole is None or not fraction else whole + float("0." + fraction)


def _usual_parts(stamp: str) -> tuple[str, str, str] | None:
    """Take ``2027-03-09T08:15:14.006746233Z`` and ``2027-03-09 08:15:14,006`` apart without a pattern."""
    zone = "Z" if stamp[-1:] == "Z" else ""
    fraction = stamp[20:-1] if zone else stamp[20:]
    usual = stamp[19:20] in {".", ","} and len(fraction) <= 9 and fraction.isdigit() and fraction.isascii()
    return (stamp[:19], fraction, zone) if usual else None


def _parts(stamp: str) -> tuple[str, str, str] | None:
    """Return what stands up to the seconds, the fraction and the zone."""
    found = _STAMP.fullmatch(stamp)
    return (found["moment"], found["fraction"] or "", found["zone"] or "") if found else None


@lru_cache(maxsize=4096)
def _whole_seconds(moment: str, zone: str, tz: tzinfo | None, today: int) -> float | None:
    """Return the seconds of a stamp without fraction; neighbouring lines share the answer."""
    if not _MOMENT.fullmatch(moment):
        return None
    try:
        parsed = _parse(moment, today)
        if zone:
            parsed = datetime.fromisoformat(f"{parsed:%Y-%m-%dT%H:%M:%S}{'Z' if zone in {'UTC', 'GMT'} else zone}")
        elif tz is not None:
            parsed = parsed.replace(tzinfo=tz)
        value = parsed.timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return value if value >= 946_684_800 else None


def _parse(moment: str, today: int) -> datetime:
    if len(moment) < 16:
        return _with_year(moment, today)
    try:
        return datetime.fromisoformat(moment)
    except ValueError:
        pass
    for layout in _FORMATS:
        try:
            return datetime.strptime(moment, layout)  # noqa: DTZ007 - the zone is added by the caller
        except ValueError:
            continue
    raise ValueError(moment)


def _with_year(moment: str, today: int) -> datetime:
    """Complete ``Mar  9 09:18:51`` with the year that puts it last before tomorrow."""
    tomorrow = datetime(1970, 1, 1) + timedelta(days=today + 2)  # noqa: DTZ001 - only its year counts
    for year in range(tomorrow.year, tomorrow.year - 9, -1):  # nine years hold a 29 February
        try:
            layout = "%Y %b %d %H:%M:%S" if moment[0].isalpha() else "%Y %m-%d %H:%M:%S"
            found = datetime.strptime(f"{year} {moment}", layout)  # noqa: DTZ007 - as above
        except ValueError:
            continue
        if found < tomorrow:
            return found
    raise ValueError(moment)
