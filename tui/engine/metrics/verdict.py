"""The strip: one word for everything, and how far it can be trusted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tui.engine.metrics.findings import KPIS, Figures, PlaybookOf, findings
from tui.engine.model import Finding, Freshness, SourceState, SourceStatus, StageTtfb, Status, Thresholds, Verdict

_BROKEN = {SourceState.FAILED, SourceState.STALE}
_UNREAD = {SourceState.CONNECTING, SourceState.WAITING}


def is_down(source: SourceStatus) -> bool:
    """Tell whether a source cannot be read: it failed, is stale, or had lines and is waited for."""
    return source.state in _BROKEN or (source.state is SourceState.WAITING and source.lines > 0)


def freshness(sources: Sequence[SourceStatus]) -> Freshness:
    """Return how far the figures can be trusted: only a source that gives lines makes them live."""
    if any(source.state is SourceState.LIVE for source in sources):
        return "live"
    return "none" if all(source.state in _UNREAD for source in sources) else "stale"


def grey(figures: Figures) -> Figures:
    """Take every judgement back and keep the numbers: nothing is green, or red, without a live source."""
    none = Status.NO_DATA
    errors = replace(figures.errors, status=none, pct_status=none, rate_status=none)
    return Figures(
        config=replace(figures.config, status=none),
        fallback=tuple(replace(row, status=none) for row in figures.fallback),
        ttfb=tuple(
            replace(
                row,
                figures=replace(row.figures, status=none),
                providers=tuple((name, replace(one, status=none)) for name, one in row.providers),
            )
            for row in figures.ttfb
        ),
        turn=replace(figures.turn, figures=replace(figures.turn.figures, status=none)),
        calls=replace(figures.calls, status=none),
        silence=replace(figures.silence, status=none),
        errors=errors,
        all_failed=figures.all_failed,
        restarts=figures.restarts,
    )


def judge(figures: Figures, sources: Sequence[SourceStatus], thresholds: Thresholds, playbook: PlaybookOf) -> Verdict:
    """Return the verdict without its ``since``: OK only if a live source gave at least one figure data."""
    fresh = freshness(sources)
    found = [*_source_findings(sources)]
    status = Status.NO_DATA
    if fresh == "live":
        found += findings(figures, thresholds, playbook)
        found.sort(key=lambda one: (-one.status.rank, KPIS.index(one.kpi)))
        status = _worst(figures, found)
    return Verdict(
        status=status,
        findings=tuple(found),
        freshness=fresh,
        sources_live=sum(source.state is SourceState.LIVE for source in sources),
        sources_total=len(sources),
        sources_down=sum(is_down(source) for source in sources),
        newest_at=max((one.last_line_at for one in sources if one.last_line_at is not None), default=None),
        affected_calls=figures.errors.affected,
    )


def began(verdict: Verdict, figures: Figures) -> float | None:
    """Return since when the log shows what the verdict says first, if it can be told.

    A missing key since its first warning; slow first bytes since the earliest of the unbroken run of minutes
    that are as bad.
    """
    worst = verdict.findings[0] if verdict.findings else None
    if worst is None or worst.status is not verdict.status:
        return None
    if worst.kpi == "config":
        return min((key.first_at for key in figures.config.missing if key.first_at is not None), default=None)
    row = next((row for row in figures.ttfb if worst.kpi == "ttfb" and row.stage == worst.stage), None)
    return _slow_since(row, worst.status) if row else None


def _slow_since(row: StageTtfb, status: Status) -> float | None:
    if row.last_at is None:
        return None
    newest = int(row.last_at // 60)
    points = list(row.series)
    while points and points[-1] is None:
        points.pop()
    since = None
    for ago, point in enumerate(reversed(points)):
        if point is not None:
            if row.limits.status(point[1]).rank < status.rank:
                break
            since = 60.0 * (newest - ago)
    return since


def _worst(figures: Figures, found: Sequence[Finding]) -> Status:
    if found:
        return max((one.status for one in found), key=lambda status: status.rank)
    judged = [
        figures.config.status,
        figures.calls.status,
        figures.silence.status,
        figures.errors.status,
        figures.turn.figures.status,
        *(row.status for row in figures.fallback),
        *(row.figures.status for row in figures.ttfb),
    ]
    return Status.OK if Status.OK in judged else Status.NO_DATA


def _source_findings(sources: Sequence[SourceStatus]) -> Iterator[Finding]:
    """Yield a finding for each source that fell silent for a bad reason."""
    for source in sources:
        if is_down(source):
            yield Finding("source", Status.WARNING, detail=source.name)
