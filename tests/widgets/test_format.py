from collections.abc import Iterator

import pytest

from tui.engine.text import use_language
from widgets import _format as fmt


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language("en")


def test_numbers_follow_the_language() -> None:
    assert (fmt.percent(2.2989), fmt.latency(842.4), fmt.latency(12_340)) == ("2.3 %", "842 ms", "12.3 s")
    use_language("es")
    assert (fmt.percent(2.2989), fmt.latency(842.4), fmt.latency(12_340)) == ("2,3 %", "842 ms", "12,3 s")


def test_nothing_is_a_dash_and_not_a_zero() -> None:
    assert {fmt.percent(None), fmt.latency(None), fmt.number(None), fmt.age(None, 5.0)} == {"–"}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0s"), (0.4, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (3900, "1h05m"), (90_000, "1d1h")],
)
def test_lengths_of_time_are_short(seconds: float, text: str) -> None:
    assert fmt.span(seconds) == text


def test_windows_limits_and_sizes() -> None:
    assert (fmt.window(300), fmt.window(3600), fmt.window(30)) == ("5 min", "60 min", "30 s")
    assert (fmt.limit(5), fmt.limit(0.5)) == ("5", "0.5")
    assert [fmt.size(n) for n in (999, 4_200_000, 7e9)] == ["999 B", "4.2 MB", "7.0 GB"]
