"""What is kept of a flood does not grow with it, and is still told right."""

from random import Random

import pytest

from tui.engine.metrics.affected import AffectedCalls
from tui.engine.metrics.levels import Levels, peak
from tui.engine.model import LogEvent

NOW = 1_790_000_000.0
HOUR = 3600.0


def error(call: str | None) -> LogEvent:
    return LogEvent("error", "app.log", 1, id=call)


def test_a_call_is_affected_once_where_that_happened_last() -> None:
    affected = AffectedCalls()
    for ago in (7200.0, 60.0, 5000.0):
        affected.add(error("early"), NOW - ago)
    affected.add(error("gone"), NOW - 7200)
    affected.add(error("late"), None)
    affected.add(error("late"), NOW)
    affected.add(error(None), NOW)

    assert affected.within(NOW, HOUR, 2) == 2
    assert affected.totals == (6, 3)


@pytest.mark.parametrize("seed", range(20))
def test_the_peak_over_many_sources_equals_a_plain_recomputation(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - reproducible, not secret
    every = [Levels() for _ in range(random.randrange(2, 9))]
    steps = sorted((NOW + random.randrange(300), random.randrange(len(every))) for _ in range(200))
    level, highest = [0] * len(every), 0
    for second in range(300):
        rise = list(level)
        for _, number in (step for step in steps if step[0] == NOW + second):
            step = random.choice((1, 1, -1)) if level[number] else 1
            level[number] += step
            rise[number] = max(rise[number], level[number])
            every[number].step(NOW + second, step)
        highest = max(highest, sum(rise))

    assert peak(every) == highest
