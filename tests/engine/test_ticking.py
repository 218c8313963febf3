"""Whoever looks now and then does so with all others, and is left asleep where there is nothing to do."""

import asyncio
import time
from collections.abc import Callable

import pytest

from tui.engine.ticking import next_tick

TICK_S = 0.05


async def _awoken(every_s: float, question: Callable[[], bool]) -> float:
    await next_tick(every_s, question)
    return time.time()


async def test_all_are_woken_at_the_same_moment_a_multiple_of_what_each_wants() -> None:
    moments = await asyncio.gather(*(_awoken(every, lambda: True) for every in (TICK_S, TICK_S, 2 * TICK_S)))
    assert moments[1] - moments[0] < TICK_S / 2
    assert all(moment % TICK_S < TICK_S / 2 for moment in moments)
    assert moments[2] % (2 * TICK_S) < TICK_S / 2


async def test_whoever_has_nothing_to_do_is_asked_again_and_sleeps_on() -> None:
    asked = 0

    def third() -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    await asyncio.wait_for(next_tick(TICK_S, third), 10)
    assert asked == 3


async def test_one_that_comes_later_but_is_due_sooner_does_not_wait_for_the_others() -> None:
    late = asyncio.create_task(_awoken(3600, lambda: True))
    await asyncio.sleep(0)
    await asyncio.wait_for(next_tick(TICK_S), 10)
    late.cancel()
    await asyncio.gather(late, return_exceptions=True)


async def test_what_goes_wrong_with_a_question_is_raised_where_it_is_asked_and_nowhere_else() -> None:
    def broken() -> bool:
        raise ZeroDivisionError

    found = await asyncio.gather(_awoken(TICK_S, broken), _awoken(TICK_S, lambda: True), return_exceptions=True)
    assert isinstance(found[0], ZeroDivisionError)
    assert isinstance(found[1], float)


async def test_nobody_is_asked_any_more_once_cancelled() -> None:
    asked = 0

    def count() -> bool:
        nonlocal asked
        asked += 1
        return False

    waiting = asyncio.create_task(next_tick(TICK_S, count))
    await next_tick(TICK_S)
    await next_tick(TICK_S)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    before = asked
    await next_tick(TICK_S)
    await next_tick(TICK_S)
    assert asked == before
