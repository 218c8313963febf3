"""Numbers and dates in each language, as CLDR has them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from babel import dates, numbers

from tui.engine import written
from tui.engine.text import LANGUAGES, use_language

MOMENT = datetime(2026, 9, 5, 17, 4, tzinfo=UTC)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language("en")


@pytest.mark.parametrize("value", [0.0, 1.5, 12.34, 999.96, 1234.5, 1_234_567.891, -3.2])
def test_numbers_are_those_of_cldr(language: str, value: float) -> None:
    assert written.count(value, 1) == numbers.format_decimal(value, "#,##0.0", locale=language)
    assert written.number(value, 2) == numbers.format_decimal(value, "0.00", locale=language)


def test_shares_are_those_of_cldr(language: str) -> None:
    shown = numbers.format_percent(0.123, locale=language, decimal_quantization=False)

    assert written.percent(12.3) == shown.replace("\xa0", " ")


@pytest.mark.parametrize("month", range(1, 13))
def test_days_are_those_of_cldr(language: str, month: int) -> None:
    moment = MOMENT.replace(month=month)

    assert written.day(moment) == dates.format_skeleton("MMMd", moment, locale=language)
    assert written.date(moment) == dates.format_date(moment, "medium", locale=language)


def test_hours_are_counted_to_24_and_name_their_zone(language: str) -> None:
    expected = {"en": "Sep 5, 2026, 17:04 UTC", "es": "5 sept 2026, 17:04 UTC"}

    assert written.date_and_time(MOMENT) == expected[language]


def test_spanish_is_not_english() -> None:
    use_language("es")
    try:
        assert (written.count(1234.5, 1), written.percent(12.3), written.short(0.5)) == ("1.234,5", "12,3 %", "0,5")
    finally:
        use_language("en")
