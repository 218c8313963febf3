"""Open calls by minute over several sources, whatever order their lines come in (semantics R56, R67)."""

from hypothesis import given
from hypothesis import strategies as st

from tui.engine.metrics.levels import Levels, peak
from tui.engine.metrics.recent_levels import RecentLevels

START = 1_800_000_000
CALLS = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1700), st.floats(0, 90)), max_size=40)


@given(calls=CALLS)
def test_r56_the_peak_is_that_of_the_report_in_any_order_of_the_sources(calls: list[tuple[str, float, float]]) -> None:
    steps = [(source, at + wait, step) for source, at, lasts in calls for wait, step in ((0.0, 1), (lasts, -1))]
    ordered = sorted(steps, key=lambda step: (step[1], -step[2]))
    recent, whole = RecentLevels(), {name: Levels() for name in "abc"}
    for source, at, step in ordered:
        whole[source].step(START + at, step)
    for name in "bca":  # one source after the other
        for source, at, step in ordered:
            if source == name:
                recent.step(source, START + at, step)

    highest = [level for level, _ in recent.highest(range(START // 60 - 1, START // 60 + 33))]
    assert max(highest) == max(0, peak(list(whole.values())))


def test_steps_up_to_thirty_seconds_late_are_put_in_their_place() -> None:
    recent = RecentLevels()
    for at, step in ((0.2, 1), (25.0, 1), (0.4, -1), (0.1, 1), (25.5, -1)):
        recent.step("a", START + at, step)

    assert recent.highest(range(START // 60, START // 60 + 2)) == [(2, True), (1, False)]


def test_a_source_that_is_forgotten_takes_its_part_out_of_every_minute() -> None:
    recent = RecentLevels()
    recent.step("a", START, 1)
    recent.step("b", START + 1, 1)
    recent.step("c", None, 1)
    recent.forget("b")
    recent.forget("c")

    assert recent.highest(range(START // 60, START // 60 + 2)) == [(1, True), (1, False)]


def test_what_left_the_hours_kept_stays_in_the_level_and_memory_is_bounded() -> None:
    recent = RecentLevels()
    for minute in range(2_000):
        recent.step("a", START + 60 * minute, 1)

    last = START // 60 + 1_999
    assert recent.highest(range(last - 1, last + 1)) == [(1_999, True), (2_000, True)]
    assert len(recent._minutes) <= 241
    assert len(recent._own["a"]) <= 241
    recent.forget("a")
    assert recent.highest(range(last, last + 1))[0][0] == 0
