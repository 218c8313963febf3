"""Latencies added up many at once are those added up one after the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.engine.metrics import sums
from tui.engine.metrics.histogram import bucket_of, packed
from tui.engine.metrics.samples import Samples
from tui.engine.model import LogEvent

SERIES = (
    LogEvent("ttfb", "app", 0, None, stage="STT", provider="Azure"),
    LogEvent("ttfb", "app", 0, None, stage="TTS", provider="Azure"),
    LogEvent("turn", "app", 0, None),
)
WHOLE = st.integers(1, 120_000).map(float)
FINE = st.floats(0.001, 120_000, exclude_min=True)


def of(rows: list[tuple[int, float]]) -> Samples:
    codes, ms = np.array([code for code, _ in rows]), np.array([ms for _, ms in rows])
    return Samples(SERIES, np.arange(len(rows)), np.zeros(len(rows)), ms, codes, lambda *_: [])


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 2), WHOLE), min_size=1), min_size=1)
    | st.lists(st.lists(st.tuples(st.integers(0, 2), WHOLE | FINE), min_size=1), min_size=1),
    st.sampled_from([1, 5, 1000]),
)
@settings(max_examples=150, deadline=None)
def test_added_up_at_once_is_added_up_one_by_one(parts: list[list[tuple[int, float]]], at_once: int) -> None:
    wanted: dict[int, dict[int, int]] = {}
    for code, ms in (row for part in parts for row in part):
        buckets = wanted.setdefault(code, {})
        buckets[bucket_of(ms)] = buckets.get(bucket_of(ms), 0) + packed(ms)

    added = sums.Sums()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "_ADD_UP", at_once)
        for part in parts:
            added.add(of(part))
    found = list(added.told())

    assert [(one, buckets) for one, buckets, _ in found] == [(SERIES[code], each) for code, each in wanted.items()]
    highest = [max(ms for part in parts for code, ms in part if code == each) for each in wanted]
    assert [most for *_, most in found] == highest
