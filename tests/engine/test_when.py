from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tui.engine.errors import UsageError
from tui.engine.when import parse_since, parse_span

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
