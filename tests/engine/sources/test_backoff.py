"""Pauses between attempts: their length, and that nobody is held up by one."""

import asyncio

import pytest

from tui.engine.clock import ManualClock
from tui.engine.sources._backoff import CAP_S, STABLE_S, Backoff


async def test_a_user_s_wish_does_not_swallow_the_program_s_end() -> None:
    backoff = Backoff(ManualClock(100.0))
    waiting = asyncio.create_task(backoff.pause(3600.0))
    await asyncio.sleep(0)

    backoff.retry()
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_pauses_grow_to_their_cap_and_begin_anew_after_half_a_minute_of_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda _low, high: high)
    clock = ManualClock(100.0)
    backoff = Backoff(clock)

    assert [backoff.next_pause() for _ in range(8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, CAP_S, CAP_S]
    backoff.worked()
    assert backoff.next_pause() == CAP_S
    backoff.worked()
    clock.advance(STABLE_S)
    backoff.worked()
    assert backoff.next_pause() == 0.5
