import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.fleet._quantiles import INFINITE, percentiles, point, quantile
from tui.engine.model import Limits, Status

BUCKETS = {0.2: 10.0, 0.5: 90.0, 1.0: 100.0, INFINITE: 100.0}


def test_r21_a_quantile_is_interpolated_within_its_bucket() -> None:
    assert quantile(0.50, BUCKETS) == pytest.approx(0.2 + 0.3 * 40 / 80)
    assert quantile(0.95, BUCKETS) == pytest.approx(0.75)
    assert quantile(0.05, BUCKETS) == pytest.approx(0.1)


def test_r21_above_the_last_bound_nobody_knows_by_how_much() -> None:
    slow = {0.5: 10.0, 10.0: 50.0, INFINITE: 100.0}

    found = percentiles(slow, 900.0, Limits(500, 1000))

    assert found.p95 == math.inf
    assert found.status is Status.CRITICAL
    assert found.mean == 9000
    assert point(slow) == (10_000, 10_000, 10_000)


def test_r20_no_samples_are_no_data_and_not_0() -> None:
    for empty in ({}, {0.5: 0.0, INFINITE: 0.0}):
        found = percentiles(empty, 0.0, Limits(500, 1000))
        assert (found.n, found.p95, found.status) == (0, None, Status.NO_DATA)
        assert point(empty) is None


def test_fewer_than_five_samples_are_judged_by_nothing() -> None:
    assert percentiles({0.5: 0.0, 1.0: 4.0, INFINITE: 4.0}, None, Limits(500, 1000)).status is Status.NO_DATA
    assert percentiles({0.5: 0.0, 1.0: 5.0, INFINITE: 5.0}, None, Limits(500, 1000)).status is Status.WARNING


@given(st.lists(st.floats(0.001, 30), min_size=1, max_size=60), st.floats(0.01, 1))
def test_a_quantile_lies_in_the_bucket_of_the_exact_one(samples: list[float], q: float) -> None:
    bounds = [0.1, 0.5, 1.0, 5.0, 10.0, INFINITE]
    buckets = {bound: float(sum(sample <= bound for sample in samples)) for bound in bounds}
    exact = sorted(samples)[max(1, math.ceil(q * len(samples) - 1e-9)) - 1]
    upper = next(bound for bound in bounds if exact <= bound)
    lower = max((bound for bound in bounds if bound < upper), default=0.0)

    estimate = quantile(q, buckets)

    assert estimate is not None
    assert lower <= estimate <= upper
