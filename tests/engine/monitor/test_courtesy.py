"""Keys go before what is read, but never so that nothing is read any more."""

from tui.engine.clock import ManualClock
from tui.engine.monitor._courtesy import HELD_S, Courtesy


def test_reading_rests_once_for_whoever_pressed_a_key() -> None:
    clock = ManualClock(0.0)
    courtesy = Courtesy(clock)
    assert courtesy.rest() == 0.0

    courtesy.somebody_waits()
    clock.advance(HELD_S / 4)

    assert courtesy.rest() == HELD_S * 3 / 4
    assert courtesy.rest() == 0.0


def test_keys_without_end_leave_half_of_the_time_to_reading() -> None:
    clock = ManualClock(0.0)
    courtesy = Courtesy(clock)
    rested = 0.0
    for _ in range(1000):
        courtesy.somebody_waits()
        rested += (rest := courtesy.rest())
        clock.advance(max(rest, 0.01))

    assert 0.4 * clock.monotonic() < rested < 0.6 * clock.monotonic()
