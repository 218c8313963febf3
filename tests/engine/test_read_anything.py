"""What the fuzz target holds true, on bytes that were made up and on what fuzzing once found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fuzz import seeds
from bench.fuzz_target import read_anything

SEEDS = list(seeds())
changes = st.tuples(st.integers(0, 4000), st.integers(0, 3), st.binary(max_size=4))


def changed(seed: bytes, all_changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, put in all_changes:
        place = at % (len(seed) + 1)
        seed = seed[:place] + put + seed[place + length :]
    return seed


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_the_samples_hold(seed: bytes) -> None:
    read_anything(seed)


@settings(max_examples=200, deadline=None)
@given(st.builds(changed, st.sampled_from(SEEDS), st.lists(changes, max_size=6)))
def test_samples_with_damage_hold(data: bytes) -> None:
    read_anything(data)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_hold(data: bytes) -> None:
    read_anything(data)


@pytest.mark.parametrize(
    "level", [b'"level":86', b'"level" :\t 45', b'"severity":50', b'"lvl":50', b'"level":0.5e2', b'"level":5e1']
)
def test_a_level_in_numbers_is_seen_by_the_cheap_look_or_by_nobody(level: bytes) -> None:
    read_anything(b"\0" + b"0 |{" + level + b',"msg":"r"}')


def test_a_word_hidden_in_escapes_is_seen_by_the_cheap_look_too() -> None:
    read_anything(rb'_{"level":"info","message":"[STT Azure] \u0054TFB=90ms"}')
