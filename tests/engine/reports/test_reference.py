"""Every figure of a report against the same figure computed plainly."""

from pathlib import Path

import pytest

from tests.engine.reports.reading import events_of, report_on, story, written
from tests.engine.reports.reference import nearest_rank, reference
from tui.engine.model import Percentiles

STORIES = [
    ("andrea", "all"),
    ("andrea", "missing-key"),
    ("andrea", "crash-loop"),
    ("guide-docker", "all"),
    ("guide-docker", "overload"),
    ("guide-docker", "crash-loop"),
]


def check_percentiles(found: Percentiles, values: list[float]) -> None:
    assert found.n == len(values)
    assert found.max == max(values)
    assert found.mean == pytest.approx(sum(values) / len(values), rel=1e-6)
    for figure, share in ((found.p50, 0.50), (found.p95, 0.95), (found.p99, 0.99)):
        assert figure == pytest.approx(nearest_rank(values, share), rel=0.01)


@pytest.mark.parametrize(("dialect", "scenario"), STORIES)
def test_r12_r13_every_figure_equals_a_plain_recomputation(tmp_path: Path, dialect: str, scenario: str) -> None:
    lines = story(dialect, scenario, seed=7)

    report = report_on(written(tmp_path / "app.log", lines))

    expected = reference(events_of(lines))
    for stage, figures in report.ttfb.items():
        check_percentiles(figures, expected.samples[stage])
    for row in report.providers:
        if row.ttfb.n:
            check_percentiles(row.ttfb, expected.samples[f"{row.stage}/{row.provider}"])
    assert {stage for stage in expected.samples if "/" not in stage} == set(report.ttfb)
    if expected.turns:
        assert report.turn is not None
        check_percentiles(report.turn, expected.turns)
    calls = report.calls
    assert (calls.opened, calls.closed, calls.lost) == (expected.opened, expected.closed, expected.lost)
    assert (calls.active_at_end, calls.peak, calls.short) == (expected.active, expected.peak, expected.short)
    assert calls.by_client == expected.clients
    assert calls.measured == len(expected.durations)
    assert calls.mean_duration_s == pytest.approx(sum(expected.durations) / len(expected.durations), abs=0.002)
    assert {stage: count for stage, count in report.fallback.by_stage.items() if count} == expected.fallbacks
    assert report.fallback.per_100_calls == pytest.approx(100 * expected.fallbacks.total() / expected.opened)
    assert {one.name: one.generations for one in report.config.missing} == expected.missing
    assert report.errors.count == expected.error_count
    assert sum(report.errors.by_code.values()) == expected.error_count - expected.errors[""]
    assert report.input.lines == len(lines)
