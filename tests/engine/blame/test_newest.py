"""The newest events come by time, as if all of them were sorted at once, and never lie in memory all at once."""

import tracemalloc
from collections.abc import Iterator
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.blame.traffic import NOW, Traffic
from tui.engine.blame._newest import CHUNK, by_time
from tui.engine.metrics.windows import moment
from tui.engine.model import LogEvent

EVENTS = Traffic(3, minutes=40).events()
MOST = 2 * CHUNK + 7


def mixed(rng: Random) -> list[LogEvent]:
    """Return some events: late ones, parts of a source, lines with no time of their own or none at all."""
    events = rng.sample(EVENTS, rng.randrange(4 * CHUNK))
    if rng.random() < 0.5:
        events.sort(key=lambda event: (event.time or 0, event.line))
    return [_changed(event, rng) for event in events]


def _changed(event: LogEvent, rng: Random) -> LogEvent:
    what = rng.random()
    if what < 0.05:
        return event._replace(time=None, arrived=rng.choice((None, NOW - 5)))
    return event._replace(part=rng.choice("ab")) if what < 0.2 else event


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_events_come_by_time_scope_and_line_and_only_the_last_ones_of_all(seed: int) -> None:
    events = mixed(Random(seed))  # noqa: S311 - the same order for the same seed
    timed = [(time, event) for event in events[-MOST:] if (time := moment(event, NOW)) is not None]

    assert list(by_time(events, NOW, MOST)) == sorted(timed, key=lambda each: (each[0], each[1].scope, each[1].line))


def test_an_hour_of_events_is_not_in_memory_as_objects_all_at_once() -> None:
    """They come one by one, as from a disk; packed they take a few bytes for each word that is new."""

    def read() -> Iterator[LogEvent]:
        for number in range(30_000):
            text = f"📊 [TTS Azure] trace={number:x} TTFB=300ms"
            yield LogEvent("ttfb", "app", number, NOW - 3600 + number / 10, trace=f"{number:x}", ms=300.0, text=text)

    tracemalloc.start()
    try:
        assert sum(1 for _ in by_time(read(), NOW, 30_000)) == 30_000
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()
