"""What rules look at: each figure of the snapshot as readings, one per set of labels."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tui.engine.model import (
    ErrorGroup,
    Finding,
    Labels,
    Limits,
    MissingKey,
    Snapshot,
    SourceState,
    Stage,
    StageFallback,
    StageTtfb,
    Status,
    TurnFigure,
)

GAP_S = 900.0
"""A gap in a source is worth telling for so long."""
PROVIDER_LIMITS = Limits(50, 90)
"""Per cent of a provider's requests of the last minutes that failed; a default of the tool."""
UNREAD = frozenset({SourceState.STALE, SourceState.FAILED, SourceState.WAITING})


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure at one moment."""

    labels: Labels
    status: Status
    """As the screen judges it; ``NO_DATA`` says nothing either way."""
    value: float | None = None
    limits: Limits | None = None
    unit: str = ""
    n: int = 0
    window_s: float | None = None
    at: float | None = None
    """Event time of the newest evidence; None for a state of this very moment."""
    began: float | None = None
    """When the log first showed this very cause, such as the first warning of a generation."""
    cap: Status = Status.CRITICAL
    """Never worse than this, whatever the limits: few calls prove little (semantics R27)."""
    provider: str = ""
    host: str = ""
    playbook: str = ""
    """Id of the playbook that belongs to it, where the log itself names the cause."""


@dataclass(frozen=True, slots=True)
class Figure:
    """All readings of one kind."""

    readings: tuple[Reading, ...]
    absent: Status = Status.OK
    """What it means for an alert that no reading has its labels."""


Look = Callable[[Snapshot, float, float | None], Figure]
"""Reads a figure as of now, over a window of so many seconds or, for None, the one in force."""


def _live(snapshot: Snapshot) -> bool:
    return snapshot.verdict.freshness == "live"


def _judged(snapshot: Snapshot, status: Status) -> Status:
    """Take a judgement back where no source is live: neither alarm nor all-clear rests on old figures."""
    return status if _live(snapshot) else Status.NO_DATA


def _stage(stage: Stage | None) -> Labels:
    return (("stage", stage),) if stage else ()


def config(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return each missing field; only a generation that was judged clears one (semantics R61, R82)."""
    health = snapshot.config
    known = health.start_seen and _judged(snapshot, health.status) is not Status.NO_DATA
    fields = dict.fromkeys(key.field for key in health.missing)
    readings = (_missing([key for key in health.missing if key.field == field], snapshot) for field in fields)
    return Figure(tuple(readings), Status.OK if known else Status.NO_DATA)


def _missing(keys: Sequence[MissingKey], snapshot: Snapshot) -> Reading:
    """Return one missing field, in however many sources: one alert for each field (semantics R77).

    What was said without a time is history: a line that arrives now has the time of its arrival (semantics R66).
    """
    newest = max(keys, key=lambda key: key.first_at or 0.0)
    return Reading(
        (("field", newest.field),),
        Status.CRITICAL,
        1,
        Limits(0, 0),
        n=sum(key.lines for key in keys),
        at=max((key.last_at for key in keys if key.last_at is not None), default=0.0),
        began=newest.first_at,
        host=_host(snapshot, newest.source),
        playbook=newest.playbook.id if newest.playbook else "",
    )


def _host(snapshot: Snapshot, source: str) -> str:
    return next((one.host for one in snapshot.sources if one.name == source), "")


def fallback(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return activations per 100 calls by stage, calls affected where known (semantics R26, R27)."""
    return Figure(tuple(_fallback(row, snapshot) for row in snapshot.fallback))


def _fallback(row: StageFallback, snapshot: Snapshot) -> Reading:
    limits = snapshot.thresholds.fallback_pct
    share = row.pct if row.affected is None or not row.calls else 100 * row.affected / row.calls
    by_rate = row.pct is None or row.pct >= limits.warn_at  # else the word is that of a spike
    return Reading(
        _stage(row.stage),
        _judged(snapshot, row.status if by_rate else Status.OK),
        share,
        limits,
        "%",
        row.calls,
        snapshot.thresholds.rate_window_s,
        row.last_at,
        cap=_cap(row.calls, snapshot),
        provider=row.failing or "",
    )


def _cap(calls: int, snapshot: Snapshot) -> Status:
    return Status.WARNING if calls < snapshot.thresholds.min_calls else Status.CRITICAL


def fallback_spike(snapshot: Snapshot, _now: float, window: float | None) -> Figure:
    """Return activations by stage in a rolling hour or a shorter window (semantics R9)."""
    limit = snapshot.thresholds.fallback_spike_per_hour
    minutes = 60 if window is None else int(window // 60)
    readings = []
    for row in snapshot.fallback:
        count = row.activations if window is None else sum(filter(None, row.per_minute[-minutes:]))
        over = row.spike if window is None else count >= limit
        readings.append(
            Reading(
                _stage(row.stage),
                _judged(snapshot, Status.WARNING if over else Status.OK),
                count,
                Limits(limit, float("inf")),
                n=row.calls,
                window_s=60.0 * minutes,
                at=row.last_at,
                provider=row.failing or "",
            )
        )
    return Figure(tuple(readings))


def ttfb(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return P95 of the time to first byte by stage (semantics R13, R14)."""
    readings = (_percentiles(row, _stage(row.stage), snapshot, _slowest(row)) for row in snapshot.ttfb)
    return Figure(tuple(readings))


def _slowest(row: StageTtfb) -> str:
    return max(row.providers, key=lambda pair: pair[1].p95 or 0.0, default=("", None))[0]


def turn(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return P95 of the turn latency (semantics R16)."""
    return Figure((_percentiles(snapshot.turn, (), snapshot),))


def _percentiles(row: StageTtfb | TurnFigure, labels: Labels, snapshot: Snapshot, slowest: str = "") -> Reading:
    status = _judged(snapshot, row.limits.status(row.figures.p95))
    window = snapshot.thresholds.ttfb_window_s
    return Reading(
        labels, status, row.figures.p95, row.limits, "ms", row.figures.n, window, row.last_at, provider=slowest
    )


def calls(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return how many calls are active at once, over all sources (semantics R56)."""
    row = snapshot.calls
    status = _judged(snapshot, row.limits.status(row.active))
    return Figure((Reading((), status, row.active, row.limits, n=row.opened),))


def silence(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return how many callers hear silence now: an answer is due and no speech comes."""
    row = snapshot.silence
    status = _judged(snapshot, row.status)
    return Figure((Reading((), status, row.callers, row.limits, n=row.answered, began=row.since),))


def short_calls(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return calls of the last 15 minutes that were over at once (semantics R55)."""
    row, limit = snapshot.calls, snapshot.thresholds.short_calls_warn
    status = Status.WARNING if row.short_recent >= limit else Status.OK
    limits = Limits(limit, float("inf"))
    status = _judged(snapshot, status)
    return Figure(
        (Reading((), status, row.short_recent, limits, n=row.short_recent, window_s=900.0, at=row.short_last_at),)
    )


def errors(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return the share of calls with errors (semantics R7, R42)."""
    row = snapshot.errors
    return Figure(
        (
            Reading(
                (),
                _judged(snapshot, row.pct_status),
                row.pct,
                row.pct_limits,
                "%",
                row.calls,
                snapshot.thresholds.rate_window_s,
                _newest(snapshot.recent, "error"),
                cap=_cap(row.calls, snapshot),
            ),
        )
    )


def errors_per_minute(snapshot: Snapshot, _now: float, window: float | None) -> Figure:
    """Return the mean errors per minute over complete minutes (semantics R7)."""
    row = snapshot.errors
    rate, status = row.rate, row.rate_status
    if window is not None:
        seen = [count for count in row.per_minute[:-1][-max(1, int(window // 60)) :] if count is not None]
        rate = sum(seen) / len(seen) if seen else None
        status = row.rate_limits.status(rate)
    window_s = window or snapshot.thresholds.errors_window_s
    at = _newest(snapshot.recent, "error")
    return Figure((Reading((), _judged(snapshot, status), rate, row.rate_limits, "/min", row.count, window_s, at),))


def _newest(recent: Iterable[ErrorGroup], *kinds: str, code: str | None = None) -> float | None:
    moments = (
        group.last_at
        for group in recent
        if group.kind in kinds and group.last_at is not None and code in {None, group.code}
    )
    return max(moments, default=None)


def all_failed(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return each stage in which every provider failed."""
    at = _newest(snapshot.recent, "error", code="all_failed")
    return _found(snapshot, "all_failed", at)


def restarts(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return the starts of the busiest source within 15 minutes, where there are too many."""
    return _found(snapshot, "restarts", snapshot.config.started_at)


def _found(snapshot: Snapshot, kpi: str, at: float | None) -> Figure:
    readings = (_of_finding(one, at) for one in snapshot.verdict.findings if one.kpi == kpi)
    return Figure(tuple(readings), _judged(snapshot, Status.OK))


def _of_finding(finding: Finding, at: float | None) -> Reading:
    limits = Limits(finding.limit or 0, finding.limit or 0)
    value, window = finding.value, finding.window_s
    return Reading(_stage(finding.stage), finding.status, value, limits, n=finding.n, window_s=window, at=at)


def provider(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return the share of each provider's requests that failed; those with a first byte went well."""
    well: dict[tuple[Stage | None, str], int] = {
        (row.stage, name): one.n for row in snapshot.ttfb for name, one in row.providers
    }
    window = snapshot.thresholds.errors_window_s
    readings = []
    for one in snapshot.errors.providers:
        total = one.failures + well.get((one.stage, one.provider), 0)
        share = 100 * one.failures / total
        labels: Labels = (("provider", one.provider), *_stage(one.stage))
        status = _judged(snapshot, PROVIDER_LIMITS.status(share))
        readings.append(
            Reading(labels, status, share, PROVIDER_LIMITS, "%", total, window, one.last_at, provider=one.provider)
        )
    return Figure(tuple(readings), _judged(snapshot, Status.OK))


def source(snapshot: Snapshot, _now: float, _window: float | None) -> Figure:
    """Return each source that is not being read as it should; this one needs no live figures."""
    return Figure(
        tuple(
            Reading(
                (("source", one.name),),
                Status.CRITICAL if one.state in UNREAD else _silence(one.state),
                at=None,
                host=one.host,
            )
            for one in snapshot.sources
        )
    )


def _silence(state: SourceState) -> Status:
    """Judge a source that is in order; one that was not read yet proves nothing."""
    return Status.NO_DATA if state is SourceState.CONNECTING else Status.OK


def gap(snapshot: Snapshot, now: float, window: float | None) -> Figure:
    """Return each source that lost lines lately."""
    window_s = window or GAP_S
    readings = (
        Reading(
            (("source", one.name),),
            Status.WARNING if now - one.gap_at < window_s else Status.OK,
            one.gaps,
            Limits(0, float("inf")),
            n=one.gaps,
            window_s=window_s,
            at=one.gap_at,
            began=one.gap_at,
            host=one.host,
        )
        for one in snapshot.sources
        if one.gap_at is not None
    )
    return Figure(tuple(readings))


FIGURES: dict[str, Look] = {
    look.__name__: look
    for look in (
        config,
        all_failed,
        restarts,
        provider,
        fallback,
        fallback_spike,
        ttfb,
        turn,
        calls,
        silence,
        short_calls,
        errors,
        errors_per_minute,
        source,
        gap,
    )
}
"""By the name a rule gives."""

WINDOWED = frozenset({"fallback_spike", "errors_per_minute", "gap"})
"""Figures whose window a rule may choose; those of the others are in ``[thresholds]``."""
