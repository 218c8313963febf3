"""How sources stood at any moment of the past, kept in little memory."""

import sys

from tui.engine.model import SourceState, SourceStatus
from tui.engine.monitor._standing import Standing

BEGAN = 1_790_000_000.0
DAY_S = 86_400


def stood(minute: int, sources: int = 1) -> tuple[SourceStatus, ...]:
    names = (f"app-{number}.log" for number in range(sources))
    return tuple(SourceStatus(name, "file", SourceState.LIVE, lines=500 * minute) for name in names)


def test_what_was_noted_long_ago_is_told_as_it_was() -> None:
    standing = Standing()
    for minute in range(1000):
        standing.note(BEGAN + 60 * minute, stood(minute))

    for minute in (0, 1, 59, 60, 61, 500, 879, 880, 939, 940, 999):
        assert standing.at(BEGAN + 60 * minute + 30, stood(1000), {}, {}) == stood(minute)
    assert standing.at(BEGAN - 1, stood(1000), {}, {})[0].state is SourceState.STALE


def test_a_day_of_twenty_sources_takes_less_than_two_megabytes() -> None:
    standing = Standing()
    for minute in range(DAY_S // 60):
        standing.note(BEGAN + 60 * minute, stood(minute, sources=20))

    packed = sum(sys.getsizeof(body) for _, body in standing._packed)
    assert packed < 1_000_000
    assert len(standing._notes) <= 120


def test_of_days_only_the_newest_notes_are_kept() -> None:
    standing = Standing()
    for minute in range(4 * DAY_S // 60):
        standing.note(BEGAN + 60 * minute, stood(minute))

    assert len(standing._packed) == 50
    assert standing.at(BEGAN + 3 * DAY_S, stood(0), {}, {}) == stood(3 * DAY_S // 60)
    assert standing.at(BEGAN, stood(7), {}, {})[0].state is SourceState.STALE
