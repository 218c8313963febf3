from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tui.engine.errors import UsageError
from tui.engine.when import parse_hours, parse_since, parse_span, parse_until

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), ("1.5d", 129600), ("1w", 604800)]
)
def test_spans_add_up(text: str, seconds: float) -> None:
    assert parse_span(text) == seconds
    assert parse_since(text, NOW, None) == NOW - seconds


def test_all_begins_at_the_beginning() -> None:
    assert parse_since("all", NOW, None) is None


def test_a_time_with_a_zone_is_itself_and_one_without_is_read_in_the_zone_given() -> None:
    assert parse_since("2026-02-01T11:00:00Z", NOW, None) == NOW - 3600
    assert parse_since("2026-02-01T12:00:00", NOW, ZoneInfo("Europe/Madrid")) == NOW - 3600


@pytest.mark.parametrize("text", ["soon", "5 parsecs", "2026-13-01", ""])
def test_anything_else_is_refused_with_the_value_and_a_remedy(text: str) -> None:
    with pytest.raises(UsageError, match="write it like"):
        parse_since(text, NOW, None)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("yesterday", datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
        ("today", datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)),
        ("2026-01-30", datetime(2026, 1, 30, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-W05", datetime(2026, 1, 26, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)),
        ("2026W05", datetime(2026, 1, 26, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)),
        ("2026-W53", datetime(2026, 12, 28, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)),
    ],
)
def test_r74_a_day_or_an_iso_week_is_all_of_it(text: str, begin: datetime, end: datetime) -> None:
    assert parse_since(text, NOW, UTC) == begin.timestamp()
    assert parse_until(text, NOW, UTC) == end.timestamp()


def test_days_begin_at_midnight_of_the_zone_whatever_the_clocks_did_that_day() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    noon = datetime(2026, 3, 30, 12, tzinfo=madrid).timestamp()

    begin, end = parse_since("yesterday", noon, madrid), parse_until("yesterday", noon, madrid)

    assert begin is not None
    assert end == begin + 23 * 3600
    assert begin == datetime(2026, 3, 29, tzinfo=madrid).timestamp()


def test_a_moment_ends_where_it_begins_and_all_has_no_end() -> None:
    assert parse_until("2h", NOW, UTC) == NOW - 7200
    assert parse_until("2026-02-01T11:00:00Z", NOW, None) == NOW - 3600
    assert parse_until("all", NOW, None) is None


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-W00", "2026-02-30", "9999-W53"])
def test_weeks_and_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write it like"):
        parse_until(text, NOW, UTC)


@pytest.mark.parametrize(
    ("text", "hour", "within"),
    [
        ("22:00-07:00", 23, True),
        ("22:00-07:00", 3, True),
        ("22:00-07:00", 7, False),
        ("22:00-07:00", 12, False),
        ("9:00-17:30", 17, True),
        ("9:00-17:30", 18, False),
        ("9:00-17:30", 8, False),
    ],
)
def test_hours_of_the_day_may_lie_across_midnight(text: str, hour: int, within: bool) -> None:
    at = datetime(2026, 1, 29, hour, 15, tzinfo=ZoneInfo("Europe/Madrid")).timestamp()

    assert parse_hours(text).hold(at, ZoneInfo("Europe/Madrid")) is within


@pytest.mark.parametrize("text", ["", "night", "22-7", "25:00-07:00", "22:00-07:61"])
def test_what_names_no_hours_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="22:00-07:00"):
        parse_hours(text)
