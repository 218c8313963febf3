"""Percentiles of single hours."""

import pytest

from tests.engine.metrics.log_events import NOW, ttfb
from tui.engine.metrics.period import PeriodFigures
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.model import Thresholds
from tui.engine.report import Span


@pytest.mark.parametrize(("n", "cells"), [(1, {}), (19, {}), (20, {"TTS": 342}), (500, {"TTS": 342})])
def test_r81_an_hour_with_fewer_than_twenty_samples_has_no_percentile(n: int, cells: dict[str, float]) -> None:
    totals = SourceTotals("app", Asked(), NOW)
    totals.apply([ttfb(342, NOW - 1800 + index) for index in range(n)])

    (hour,) = PeriodFigures([totals], Thresholds(), Span(NOW - 1800, NOW)).hours()

    assert hour.p95 == cells
