"""When something began: the split, its guard against chance, and troubles that are over."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tui.engine.blame._change import latest_rise, split
from tui.engine.model import SliceCount

# ruff: noqa: S311 - the same noise for the same seed


def noise(count: int, share: float, rng: Random, n: int = 10) -> list[SliceCount]:
    return [SliceCount(n, sum(rng.random() < share for _ in range(n))) for _ in range(count)]


def test_the_split_stands_where_the_share_of_misses_rises() -> None:
    found = [split(noise(60, 0.03, Random(seed)) + noise(12, 0.4, Random(seed + 1))) for seed in range(30)]

    assert all(at is not None and 58 <= at <= 62 for at in found)


def test_chance_makes_no_split_in_ninety_five_of_a_hundred() -> None:
    found = [split(noise(90, 0.1, Random(seed))) for seed in range(200)]

    assert sum(at is not None for at in found) <= 10


def test_a_share_that_only_falls_is_no_rise() -> None:
    rng = Random(3)

    assert latest_rise(noise(20, 0.5, rng) + noise(40, 0.02, rng)) is None


def test_of_two_troubles_the_newest_counts_and_is_compared_with_the_calm_between() -> None:
    rng = Random(5)
    slices = noise(30, 0.01, rng) + noise(15, 0.6, rng) + noise(40, 0.01, rng) + noise(12, 0.6, rng)
    since, at, until = latest_rise(slices) or (0, 0, 0)

    assert 44 <= since <= 47
    assert 84 <= at <= 86
    assert until == len(slices)


def test_what_came_after_a_recovery_does_not_thin_the_trouble_out() -> None:
    rng = Random(6)
    slices = noise(40, 0.01, rng) + noise(15, 0.6, rng) + noise(20, 0.01, rng)
    _, at, until = latest_rise(slices) or (0, 0, 0)

    assert 39 <= at <= 41
    assert 54 <= until <= 57


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60))
def test_whatever_the_slices_the_answer_is_the_same_twice_and_lies_within(counts: list[tuple[int, int]]) -> None:
    slices = [SliceCount(n + over, over) for n, over in counts]
    found = latest_rise(slices)

    assert found == latest_rise(slices)
    if found:
        since, at, until = found
        assert 0 <= since < at < until <= len(slices)
