"""Raw lines: kept within a bound, found again by number, masked before anybody sees them."""

import asyncio
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.monitor.scripted import NOW, Scripted, monitor_over, stamped
from tui.engine.clock import ManualClock
from tui.engine.monitor._keeper import CHUNK_BYTES, LONGEST, LineKeeper


def numbered(keeper: LineKeeper, first: int, last: int, source: str = "a") -> dict[int, bytes]:
    return dict(keeper.lines(source, first, last))


async def test_a_line_is_found_by_its_number_before_and_after_it_was_compressed() -> None:
    keeper = LineKeeper()
    lines = [f"line {n} ".encode() * 20 for n in range(1, 10_001)]
    for start in range(0, 10_000, 500):
        keeper.take("a", start + 1, lines[start : start + 500])
    fresh = numbered(keeper, 4_990, 5_010)
    before = keeper.held_bytes
    await keeper.pack()

    assert fresh == numbered(keeper, 4_990, 5_010) == {n: lines[n - 1] for n in range(4_990, 5_011)}
    assert keeper.span("a") == (1, 10_000)
    assert numbered(keeper, 9_999, 20_000) == {9_999: lines[-2], 10_000: lines[-1]}
    assert keeper.held_bytes < before / 4


async def test_lines_are_compressed_as_soon_as_a_chunk_is_full() -> None:
    keeper = LineKeeper()
    running = asyncio.create_task(keeper.run())
    line = b"the same again " * 10
    for n in range(20):
        keeper.take("a", n * 1000 + 1, [line] * 1000)
        while keeper.held_bytes > 1000 * len(line):  # noqa: ASYNC110 - a thread that is done tells nobody
            await asyncio.sleep(0.001)
    running.cancel()

    assert set(numbered(keeper, 1, 20_000).values()) == {line}


def test_memory_stays_within_its_bound_and_the_source_that_takes_most_gives_way() -> None:
    keeper = LineKeeper(kept_bytes=2_000_000)
    keeper.take("quiet", 1, [b"still here"])
    for n in range(200):
        keeper.take("noisy", n * 500 + 1, [os.urandom(50).hex().encode()] * 500)
        assert keeper.held_bytes <= 2_000_000

    assert numbered(keeper, 1, 1, "quiet") == {1: b"still here"}
    oldest, newest = keeper.span("noisy") or (0, 0)
    assert newest == 100_000
    assert 1 < oldest < newest
    assert numbered(keeper, 1, oldest - 1, "noisy") == {}
    assert len(numbered(keeper, oldest, newest, "noisy")) == newest - oldest + 1


async def test_counted_bytes_are_those_held_whatever_happens_in_between() -> None:
    keeper = LineKeeper(kept_bytes=3 * CHUNK_BYTES)
    for n in range(40):
        keeper.take("a", n * 100 + 1, [os.urandom(400).hex().encode()] * 100)
        if n % 7 == 0:
            await keeper.pack()
    keeper.take("b", 1, [b"x"])
    keeper.forget("a")

    assert keeper.held_bytes == 2
    assert keeper.span("a") is None


def test_a_hole_in_the_numbers_stays_a_hole() -> None:
    keeper = LineKeeper()
    keeper.take("a", 1, [b"one", b"two"])
    keeper.take("a", 10, [b"ten"])

    assert numbered(keeper, 1, 20) == {1: b"one", 2: b"two", 10: b"ten"}


def test_a_line_with_a_line_end_in_it_moves_no_number_and_a_huge_one_is_cut() -> None:
    keeper = LineKeeper()
    keeper.take("a", 1, [b"two\nin one", b"x" * 1_000_000, b"last"])

    assert numbered(keeper, 1, 3) == {1: b"two\\nin one", 2: b"x" * LONGEST, 3: b"last"}


@settings(max_examples=50)
@given(st.lists(st.lists(st.binary(max_size=30), min_size=1, max_size=8), max_size=20), st.integers(1, 200))
def test_whatever_comes_is_kept_as_it_came(blocks: list[list[bytes]], at: int) -> None:
    keeper, number, came = LineKeeper(), 1, {}
    for block in blocks:
        keeper.take("a", number, block)
        came |= dict(
            enumerate(
                (line.replace(b"\n", b"\\n") if any(b"\n" in each for each in block) else line for line in block),
                number,
            )
        )
        number += len(block)

    assert numbered(keeper, 1, number) == came
    assert numbered(keeper, at, at) == ({at: came[at]} if at in came else {})


async def test_a_monitor_tells_lines_with_level_and_time_and_without_secrets() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    monitor = monitor_over(source, clock=clock)
    task = asyncio.create_task(monitor.run())
    source.put(stamped("ERROR key gsk_abcdefghijklmnopqrstuvwxyz123456 refused"), "of no interest")
    await source.all_taken()

    told, rest = monitor.lines("a", 1, 9)
    found = [
        await monitor.find_line("a", start, lambda text: "interest" in text, step) for start, step in ((1, 1), (1, -1))
    ]
    task.cancel()

    assert (told.number, told.time, rest.text) == (1, NOW, "of no interest")
    assert "gsk_***" in told.text
    assert "abcdefgh" not in told.text + told.message
    assert monitor.lines_kept("a") == (1, 2)
    assert found == [2, None]
    assert monitor.lines("b", 1, 9) == ()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_of_many_sources_those_with_most_give_way_and_little_more_than_needed_is_given_up() -> None:
    keeper = LineKeeper(kept_bytes=1_600_000)
    for n in range(300):
        keeper.take(f"small {n}", 1, [b"x" * 1_000])
    for n in range(50):
        for name in ("big", "bigger", "biggest"):
            keeper.take(name, n * 100 + 1, [os.urandom(150).hex().encode()] * 100)
            assert keeper.held_bytes <= 1_600_000

    assert keeper.held_bytes > 1_600_000 * 13 / 16 - CHUNK_BYTES
    assert all(keeper.span(f"small {n}") == (1, 1) for n in range(300))
