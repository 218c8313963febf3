"""The times an engine puts before lines and into its answers: RFC 3339 with up to nine decimals."""

import re
from datetime import datetime
from functools import lru_cache

SECOND = 1_000_000_000
"""Nanoseconds."""

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


def stamp_of(line: bytes) -> int | None:
    """Return the time before a line in nanoseconds since the epoch, None where there is none."""
    found = _STAMP.match(line)
    if found is None or line[found.end() : found.end() + 1] != b" ":
        return None
    whole = _whole(found[1], found[3])
    return None if whole is None else whole * SECOND + int((found[2] or b"0").ljust(9, b"0"))


def seconds(text: str) -> float | None:
    """Return a time of an answer in seconds since the epoch; None for the year 1, which says "never"."""
    stamp = stamp_of(text.encode("ascii", "replace") + b" ")
    return stamp / SECOND if stamp is not None and stamp > 0 else None


def since_text(stamp: int) -> str:
    """Return a time as an engine's ``since`` takes it."""
    return f"{stamp // SECOND}.{stamp % SECOND:09d}"


@lru_cache(4096)
def _whole(date: bytes, zone: bytes) -> int | None:
    try:
        return int(datetime.fromisoformat((date + zone).decode()).timestamp())
    except ValueError:
        return None
