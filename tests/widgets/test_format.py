import re
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


AT = 1_769_695_320.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0s"),
        (9.9, "9s"),
        (10, "20s"),
        (34, "44s"),
        (49, "59s"),
        (120, "2m"),
        (599, "10m"),
        (600, "11m"),
        (3599, "1h00m"),
        (None, "–"),
    ],
)
def test_an_age_is_told_as_what_it_will_be_when_it_is_told_anew(seconds: float | None, text: str) -> None:
    assert fmt.age(None if seconds is None else AT - seconds, AT) == text


@pytest.mark.parametrize("then", [AT - 0.3, AT - 7.7, AT - 48.2, AT - 543.2, AT - 597.1, AT - 3551.0, AT - 90_000.0])
def test_an_age_never_reads_younger_than_it_is_and_changes_only_when_it_is_said_to(then: float) -> None:
    now, changes, told = AT, fmt.age_changes(then, AT), fmt.age(then, AT)
    while now < AT + 130:
        if now < changes:
            assert fmt.age(then, now) == told
        else:
            changes, told = fmt.age_changes(then, now), fmt.age(then, now)
        assert seconds_of(told) >= seconds_of(fmt.span(now - then))
        now += 0.25


def test_an_age_of_more_than_a_minute_is_looked_at_when_it_reads_differently() -> None:
    looks, told, now = 0, [], AT
    while now < AT + 3600:
        told.append(fmt.age(AT - 61.5, now))
        now, looks = fmt.age_changes(AT - 61.5, now), looks + 1

    assert looks <= len(set(told)) + 1
    assert told[0] == "1m"
    assert told[-1] == "1h01m"


def test_what_is_left_is_told_to_ten_seconds_and_then_to_the_second() -> None:
    now, changes, told = AT, fmt.left_changes(AT + 41.5, AT), [fmt.left(AT + 41.5, AT)]
    while now < AT + 41.5:
        now += 0.25
        if now >= changes:
            changes, told = fmt.left_changes(AT + 41.5, now), [*told, fmt.left(AT + 41.5, now)]
        assert fmt.left(AT + 41.5, now) == told[-1]

    assert list(dict.fromkeys(told)) == ["40s", "30s", "20s", "10s", *(f"{n}s" for n in range(9, -1, -1))]


def seconds_of(text: str) -> int:
    """Return what a length of time says at least."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    return sum(int(number) * units[unit or "m"] for number, unit in re.findall(r"(\d+)([smhd]?)", text))
