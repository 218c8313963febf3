"""The figures of a whole period: the totals of every source added up."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from tui.engine.metrics.affected import attributable
from tui.engine.metrics.counters import Counters
from tui.engine.metrics.fallbacks import rate_status
from tui.engine.metrics.histogram import Buckets, figures
from tui.engine.metrics.levels import peak
from tui.engine.metrics.totals import SourceTotals
from tui.engine.metrics.windows import SlidingCount
from tui.engine.model import STAGES, ErrorGroup, Limits, Percentiles, Stage, Status, Thresholds
from tui.engine.report import (
    CallTotals,
    ConfigTotals,
    ErrorTotals,
    FallbackTotals,
    Hour,
    MissingField,
    ProviderRow,
    Span,
    UptimeTotals,
)

UPTIME_TARGET = 0.99
"""More than this share of the period (the guide's KPI table)."""

TOP_ERRORS = 10


def uptime_status(ratio: float) -> Status:
    """Judge a share of a period, 0…1, against the guide's goal (semantics R73, R76)."""
    return Status.OK if ratio > UPTIME_TARGET else Status.WARNING


class PeriodFigures:
    """Answers with the figures of all sources together; take the answers once everything was applied."""

    def __init__(self, totals: Sequence[SourceTotals], thresholds: Thresholds, covered: Span) -> None:
        """``covered`` is the part of the period that the logs reach over; calls are judged as of its end."""
        self._totals = totals
        self._counters: list[Counters] = [one.store.counters for one in totals]
        self._thresholds = thresholds
        self._covered = covered
        if covered.end is not None:
            for one in self._counters:
                one.calls.expire(covered.end, ())
        self._calls = self._count_calls()

    def _sum(self, count: Callable[[Counters], SlidingCount]) -> int:
        return sum(count(one).total for one in self._counters)

    def _count_calls(self) -> CallTotals:
        opens = sum(sockets.total for one in self._counters for sockets in one.calls.anonymous_opens)
        closes = sum(sockets.total for one in self._counters for sockets in one.calls.anonymous_closes)
        measured = sum(one.calls.counts.measured for one in self._counters)
        duration_ms = sum(one.calls.counts.duration_ms for one in self._counters)
        known = any(one.calls.known for one in self._counters)
        most = peak([levels for one in self._counters for levels in one.calls.levels])
        clients: Counter[str] = Counter()
        for one in self._counters:
            clients.update({name: count.total for name, count in one.calls.counts.clients.items()})
        return CallTotals(
            opened=self._sum(lambda one: one.calls.counts.opened) + opens,
            counted=self._sum(lambda one: one.calls.counts.distinct) + opens,
            closed=self._sum(lambda one: one.calls.counts.closed) + closes,
            active_at_end=sum(one.calls.active for one in self._counters),
            lost=self._sum(lambda one: one.calls.counts.lost),
            ended_unknown=self._sum(lambda one: one.calls.counts.ghosts),
            peak=most,
            short=self._sum(lambda one: one.calls.counts.short),
            by_client=dict(clients),
            mean_duration_s=duration_ms / measured / 1000 if measured else None,
            measured=measured,
            status=self._thresholds.active_calls.status(most) if known else Status.NO_DATA,
        )

    @property
    def calls(self) -> CallTotals:
        """Return the calls."""
        return self._calls

    def config(self) -> ConfigTotals:
        """Return the config warnings: distinct fields of each generation (semantics R57)."""
        fields: dict[str, MissingField] = {}
        still: set[str] = set()
        judged: list[Status] = []
        for totals in self._totals:
            one = totals.store.counters
            health = one.generations.figure(totals.now)
            still |= {key.field for key in health.missing}
            if one.generations.known:
                judged.append(health.status)
            for name, histories in one.generations.history().items():
                for known in histories:
                    have = fields.get(name) or MissingField(name, 0, 0, resolved=False, last=None)
                    fields[name] = MissingField(
                        name,
                        have.generations + known.generations,
                        have.lines + known.lines,
                        resolved=False,
                        last=max((last for last in (have.last, known.last_at) if last is not None), default=None),
                    )
        missing = tuple(replace(one, resolved=name not in still) for name, one in sorted(fields.items()))
        count = sum(one.generations for one in missing)
        complete = bool(judged) and all(status is Status.OK for status in judged)
        status = Status.CRITICAL if count else Status.OK if complete else Status.NO_DATA
        present = Status.CRITICAL if still else Status.OK if complete else Status.NO_DATA
        return ConfigTotals(missing, count, status, present)

    def fallback(self) -> FallbackTotals:
        """Return the activations against the calls of the period."""
        by_stage = {stage: sum(one.fallbacks.activations(stage).total for one in self._counters) for stage in STAGES}
        total, calls = sum(by_stage.values()), self._calls.counted
        named = sum(one.fallbacks.affected.totals[0] for one in self._counters)
        touched = sum(one.fallbacks.affected.totals[1] for one in self._counters)
        affected = touched if attributable(named, total) else None
        limits = self._thresholds
        return FallbackTotals(
            total,
            100 * total / calls if calls else None,
            by_stage,
            dict(sum((one.fallbacks.by_target() for one in self._counters), Counter())),
            rate_status(total if affected is None else affected, calls, limits.fallback_pct, limits.min_calls),
            affected,
        )

    def errors(self) -> ErrorTotals:
        """Return the errors against calls and minutes."""
        limits, calls = self._thresholds, self._calls.counted
        count = self._sum(lambda one: one.errors.errors)
        named = sum(one.errors.attributed[0] for one in self._counters)
        affected = sum(one.errors.attributed[1] for one in self._counters) if attributable(named, count) else None
        share = count if affected is None else affected
        per_minute = self._per_minute()
        return ErrorTotals(
            count,
            100 * count / calls if calls else None,
            affected,
            100 * share / calls if calls else None,
            rate_status(share, calls, limits.error_pct, limits.min_calls),
            per_minute,
            limits.errors_per_minute.status(per_minute),
            dict(sum((one.errors.by_code for one in self._counters), Counter())),
            {stage: n for stage in STAGES if (n := sum(one.errors.by_stage[stage] for one in self._counters))},
        )

    def _per_minute(self) -> float | None:
        """Return the mean over the covered period of the sources with times; less than a minute counts as one."""
        start, end = self._covered.start, self._covered.end
        timed = [one for one in self._totals if one.is_timed]
        if start is None or end is None or not timed:
            return None
        return sum(one.store.counters.errors.errors.total for one in timed) / max(1.0, (end - start) / 60)

    def ttfb(self) -> dict[Stage, Percentiles]:
        """Return the percentiles of each stage with samples."""
        found = {}
        for stage in STAGES:
            totals = (one.latency.total(stage) for one in self._counters)
            figure = percentiles(totals, self._thresholds.ttfb_ms(stage))
            if figure:
                found[stage] = figure
        return found

    def turn(self) -> Percentiles | None:
        """Return the percentiles of the turn latency."""
        return percentiles((one.latency.total(None) for one in self._counters), self._thresholds.turn_ms)

    def providers(self) -> tuple[ProviderRow, ...]:
        """Return a row for every provider that has samples or errors in a stage."""
        rows: dict[tuple[Stage, str], ProviderRow] = {}
        for stage in STAGES:
            parts = [one.latency.provider_totals(stage) for one in self._counters]
            failed = [one.errors.by_provider for one in self._counters]
            names = {name for part in parts for name in part}
            names |= {name for part in failed for at, name in part if at == stage}
            for name in sorted(names):
                totals = (part[name] for part in parts if name in part)
                figure = percentiles(totals, self._thresholds.ttfb_ms(stage)) or Percentiles()
                rows[stage, name] = ProviderRow(stage, name, figure, sum(part[stage, name] for part in failed))
        return tuple(rows.values())

    def uptime(self) -> UptimeTotals:
        """Return the share of the period in which the processes with markers were up (semantics R73)."""
        known = [one for one in self._totals if one.uptime.markers and one.is_timed]
        whole = sum(_length(one, self._covered) for one in known)
        if not whole:
            return UptimeTotals()
        ratio = 1 - min(1.0, sum(one.uptime.down_s for one in known) / whole)
        return UptimeTotals(ratio, "markers", uptime_status(ratio))

    def bad_samples(self) -> int:
        """Return the latencies that cannot be any (semantics R17)."""
        return sum(one.latency.bad_samples for one in self._counters)

    def hours(self) -> tuple[Hour, ...]:
        """Return what happened in each hour in which anything did, oldest first."""
        calls = _by_hour(counts for one in self._counters for counts in _opens(one))
        errors = _by_hour(one.errors.errors for one in self._counters)
        fallbacks = _by_hour(one.fallbacks.activations(stage) for one in self._counters for stage in STAGES)
        slowest: dict[int, dict[Stage, float]] = {}
        for one in self._counters:
            for stage in STAGES:
                for hour, point in one.latency.hours(stage).items():
                    at = slowest.setdefault(hour, {})
                    if point.n >= self._thresholds.min_p95:
                        at[stage] = max(point.p95, at.get(stage, 0.0))
        every = sorted(calls.keys() | errors.keys() | fallbacks.keys() | slowest.keys())
        return tuple(
            Hour(hour * 3600.0, calls[hour], errors[hour], fallbacks[hour], slowest.get(hour, {})) for hour in every
        )

    def worst(self, hours: Sequence[Hour]) -> Hour | None:
        """Return the hour with most errors and fallbacks; of equal ones the one slowest against its limits."""

        def badness(hour: Hour) -> tuple[int, float]:
            slow = (ms / self._thresholds.ttfb_ms(stage).warn_at for stage, ms in hour.p95.items())
            return hour.errors + hour.fallbacks, max(slow, default=0.0)

        return max(hours, key=badness, default=None)

    def top_errors(self) -> tuple[ErrorGroup, ...]:
        """Return the most frequent errors and, after them, warnings."""
        found: dict[str, ErrorGroup] = {}
        for one in self._counters:
            for row in one.recent.rows():
                if row.kind in {"error", "warning"}:
                    known = found.get(row.key)
                    found[row.key] = _joined(known, row) if known else row
        ordered = sorted(found.values(), key=lambda row: (row.kind != "error", -row.count, row.key))
        return tuple(ordered[:TOP_ERRORS])


def percentiles(totals: Iterable[tuple[Buckets, float]], limits: Limits) -> Percentiles | None:
    """Return nearest-rank percentiles of several sets of samples together, None without any.

    Every sample of the period is known, so that any number of them is judged (semantics R14).
    """
    whole: Buckets = {}
    highest = 0.0
    for buckets, most in totals:
        highest = max(highest, most)
        for bucket, content in buckets.items():
            whole[bucket] = whole.get(bucket, 0) + content
    found = figures(whole)
    if found is None:
        return None
    return Percentiles(found.n, found.p50, found.p95, found.p99, found.mean, highest, limits.status(found.p95))


def _opens(counters: Counters) -> list[SlidingCount]:
    return [counters.calls.counts.distinct, *counters.calls.anonymous_opens]


def _by_hour(counts: Iterable[SlidingCount]) -> Mapping[int, int]:
    found: Counter[int] = Counter()
    for count in counts:
        found.update(count.hours)
    return found


def _length(one: SourceTotals, covered: Span) -> float:
    """Return how much of the covered period a source's log reaches over."""
    if one.first_at is None or one.last_at is None or covered.start is None or covered.end is None:
        return 0.0
    return max(0.0, min(one.last_at, covered.end) - max(one.first_at, covered.start))


def _joined(one: ErrorGroup, other: ErrorGroup) -> ErrorGroup:
    """Return the rows of two sources as one; the text is that of the newer."""
    newer = max(one, other, key=lambda row: (row.last_at or 0.0, row.source))
    firsts = [row.first_at for row in (one, other) if row.first_at is not None]
    return replace(newer, count=one.count + other.count, first_at=min(firsts, default=None))
