"""Gauges of this moment, and how each source is being read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from tui.engine.exporters._figures import FIELDS
from tui.engine.exporters._series import MAX_SERIES, OTHER, label
from tui.engine.model import STAGES, Snapshot, SourceState, SourceStatus
from tui.engine.text import t

_READ = {SourceState.LIVE, SourceState.QUIET}


def is_up(status: SourceStatus) -> bool:
    """Tell whether a source is being read; one that only has nothing to say is."""
    return status.state in _READ


@dataclass(slots=True)
class _Row:
    """A source, or several that share a name or have no room of their own."""

    up: bool = True
    lag_s: float | None = None
    read_at: float | None = None
    line_at: float | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, status: SourceStatus) -> None:
        self.up = self.up and is_up(status)
        self.lag_s = _extreme(max, self.lag_s, status.lag_s)
        self.read_at = _extreme(min, self.read_at, status.last_read_at)
        self.line_at = _extreme(max, self.line_at, status.last_line_at)
        for metric, count in _COUNTS.items():
            self.counts[metric] = self.counts.get(metric, 0) + count(status)


_COUNTS: dict[str, Callable[[SourceStatus], int]] = {
    "voxtop_lines": lambda status: status.lines,
    "voxtop_unrecognised_lines": lambda status: status.unrecognised,
    "voxtop_dropped_lines": lambda status: status.dropped,
    "voxtop_truncated_lines": lambda status: status.truncated,
    "voxtop_late_events": lambda status: status.late,
    "voxtop_gaps": lambda status: status.gaps,
}

_GAUGES: dict[str, Callable[[_Row], float | None]] = {
    "voxtop_source_up": lambda row: row.up,
    "voxtop_source_lag_seconds": lambda row: row.lag_s,
    "voxtop_source_last_read_timestamp_seconds": lambda row: row.read_at,
    "voxtop_source_last_line_timestamp_seconds": lambda row: row.line_at,
}


def _extreme(choose: Callable[[float, float], float], one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return choose(one, other)


def source_families(statuses: Iterable[SourceStatus]) -> Iterator[Metric]:
    """Yield how each source is read; a figure that nobody knows has no sample."""
    rows: dict[str, _Row] = {}
    for status in statuses:
        name = label(status.name)
        if name not in rows and len(rows) >= MAX_SERIES - 1:
            name = OTHER
        rows.setdefault(name, _Row()).add(status)
    for metric, value in _GAUGES.items():
        gauge = GaugeMetricFamily(metric, t(f"metrics.{metric}"), labels=("source",))
        for name, row in rows.items():
            known = value(row)
            if known is not None:
                gauge.add_metric((name,), known)
        yield gauge
    for metric in _COUNTS:
        counter = CounterMetricFamily(metric, t(f"metrics.{metric}"), labels=("source",))
        for name, row in rows.items():
            counter.add_metric((name,), row.counts[metric])
        yield counter


def state_families(snapshot: Snapshot, fields_seen: Iterable[str]) -> Iterator[Metric]:
    """Yield the gauges of the present; without a source that is read there is no present to tell of calls."""
    active, silent = _gauge("voxtop_active_calls"), _gauge("voxtop_silent_callers")
    if any(map(is_up, snapshot.sources)):
        active.add_metric((), snapshot.calls.active or 0)
        silent.add_metric((), snapshot.silence.callers)
    yield from (active, silent)
    incomplete = _gauge("voxtop_active_calls_incomplete")
    incomplete.add_metric((), snapshot.calls.lower_bound)
    yield incomplete
    missing = _gauge("voxtop_config_missing", "field_name")
    now_missing = {label(key.field) for key in snapshot.config.missing}
    for name in sorted({*FIELDS, *now_missing, *map(label, fields_seen)})[:MAX_SERIES]:
        missing.add_metric((name,), name in now_missing)
    yield missing
    fallback = _gauge("voxtop_on_fallback", "stage")
    on_fallback = {row.stage for row in snapshot.fallback if row.on_fallback}
    for stage in STAGES:
        fallback.add_metric((stage,), stage in on_fallback)
    yield fallback
    yield from _config(snapshot)


def _config(snapshot: Snapshot) -> Iterator[Metric]:
    config = snapshot.config
    seen = _gauge("voxtop_config_start_seen")
    seen.add_metric((), config.start_seen)
    yield seen
    for metric, at in (
        ("voxtop_orchestrator_start_timestamp_seconds", config.started_at),
        ("voxtop_config_warning_timestamp_seconds", config.last_warning_at),
    ):
        gauge = _gauge(metric)
        if at is not None:
            gauge.add_metric((), at)
        yield gauge


def _gauge(metric: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric, t(f"metrics.{metric}"), labels=labels)
