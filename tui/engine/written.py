"""Numbers and dates as each language writes them.

A small table in the place of CLDR, whose library takes longer to load than the first picture of a screen may; a test
compares the two. What machines read (JSON, CSV, Prometheus, stamps) never comes through here.
"""

from datetime import datetime
from typing import NamedTuple

from tui.engine.text import language


class _Manner(NamedTuple):
    decimal: str
    group: str
    percent: str
    day: str
    """A day of this year, and below the same with its year."""
    date: str
    months: tuple[str, ...]


_MANNERS = {
    "en": _Manner(
        ".",
        ",",
        "{}%",
        "{month} {day}",
        "{month} {day}, {year}",
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
    "es": _Manner(
        ",",
        ".",
        "{} %",
        "{day} {month}",
        "{day} {month} {year}",
        ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
    ),
}


def number(value: float, digits: int = 0) -> str:
    """Return a number with so many decimals, its thousands together: as columns want it."""
    return _local(f"{value:.{digits}f}")


def short(value: float) -> str:
    """Return a number without needless decimals, at most six figures."""
    return _local(f"{value:g}")


def figures(value: float, most: int) -> str:
    """Return a number with so many figures at most."""
    return _local(f"{value:.{most}g}")


def count(value: float, digits: int = 0) -> str:
    """Return a number with its thousands set apart: ``1,234`` or ``1.234``."""
    return _local(f"{value:,.{digits}f}")


def percent(value: float, digits: int = 1) -> str:
    """Return a share with its sign: ``12.3%`` or ``12,3 %``."""
    return _MANNERS[language()].percent.format(number(value, digits))


def day(moment: datetime) -> str:
    """Return the day of a moment without its year."""
    return _day(_MANNERS[language()].day, moment)


def date(moment: datetime) -> str:
    """Return the day of a moment."""
    return _day(_MANNERS[language()].date, moment)


def date_and_time(moment: datetime) -> str:
    """Return the minute of a moment, on 24 hours, with its zone: ``1 feb 2026, 13:05 CET``."""
    return f"{date(moment)}, {moment:%H:%M %Z}".rstrip()


def _day(form: str, moment: datetime) -> str:
    month = _MANNERS[language()].months[moment.month - 1]
    return form.format(day=moment.day, month=month, year=moment.year)


def _local(text: str) -> str:
    manner = _MANNERS[language()]
    return text.translate(str.maketrans(".,", manner.decimal + manner.group))
