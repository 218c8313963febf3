"""The two lines at the top: is it broken, since when, what and who, and how fresh is that."""

from collections.abc import Callable
from operator import is_

from rich.cells import cell_len

from tui.engine.model import (
    EMPTY_SNAPSHOT,
    Finding,
    Percentiles,
    Snapshot,
    SourceState,
    StageFallback,
    StageTtfb,
    Status,
)
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._lines import Line, Role, Run, crop, joined, spread, width_of
from widgets._lines_view import LinesView
from widgets._view import View, role_of

Reasons = Callable[[Snapshot, Status, int], Line]
"""Tells why a verdict is what it is, in so many cells."""

BETWEEN = " · "
"""Between what is said of a moment of the past and its details."""

_BADGES: dict[Status, Role] = {
    Status.OK: "badge-ok",
    Status.NO_DATA: "badge-no-data",
    Status.WARNING: "badge-warning",
    Status.CRITICAL: "badge-critical",
}


def finding_text(finding: Finding) -> str:
    """Return one finding as a short phrase with its figure, limit and n."""
    provider = safe_text(finding.provider or "", 40)
    by_provider = finding.kpi == "ttfb" and provider
    variant = "_slowest" if by_provider else "_without_calls" if finding.kpi == "errors" and not finding.n else ""
    where = finding.stage or "" if by_provider else " ".join(filter(None, (finding.stage, provider)))
    shown = {
        "ttfb": fmt.latency,
        "turn": fmt.latency,
        "fallback": fmt.percent,
        "errors": fmt.percent,
        "errors_per_minute": fmt.decimal,
    }.get(finding.kpi, fmt.number)
    return t(
        f"kpi.{finding.kpi}{variant}",
        where=where,
        provider=provider,
        value=shown(finding.value),
        limit=fmt.NONE if finding.limit is None else fmt.limit(finding.limit),
        n=finding.n,
        window=fmt.window(finding.window_s) if finding.window_s else fmt.NONE,
        detail=safe_text(finding.detail, 80),
    )


def worst_ttfb(stages: tuple[StageTtfb, ...]) -> tuple[StageTtfb, str, Percentiles] | None:
    """Return the stage, provider and figures nearest to or furthest over their limit; a provider only if it has n."""
    found = [
        (stage, name, figures)
        for stage in stages
        for name, figures in (stage.providers or (("", stage.figures),))
        if figures.p95 is not None
    ]
    return max(found, key=lambda row: (row[2].status.rank, (row[2].p95 or 0) / row[0].limits.warn_at), default=None)


def worst_fallback(stages: tuple[StageFallback, ...]) -> StageFallback | None:
    """Return the stage that fell back most."""
    known = [stage for stage in stages if stage.pct is not None]
    return max(known, key=lambda stage: (stage.status.rank, stage.pct or 0), default=None)


def first_line(snapshot: Snapshot, width: int, view: View, reasons: Reasons, told: tuple[int | None, str]) -> Line:
    """Return state, since when, and the findings that fit."""
    verdict = snapshot.verdict
    status = view.current(verdict.status)
    badge = Run(f" {view.glyphs.of(status)} {t(f'status.{status.value}')} ", _BADGES[status])
    line: Line = (badge, Run(" "))
    since: Line = ()
    if verdict.since is not None:
        time = fmt.clock_time(verdict.since, view.now)
        since = (Run(t("strip.since", time=time, age=view.age(verdict.since)), "label"), Run("  "))
    right = _right(width - width_of((*line, *since)), *told)
    if width_of((*line, *since, *right)) + 2 * bool(right) <= width:
        line = (*line, *since)
    room = width - width_of(line) - width_of(right) - 2 * bool(right)
    return spread((*line, *reasons(snapshot, status, room)), right, width)


def _right(room: int, paused: int | None, past: str) -> Line:
    """Return that this is not the present, which is never left out: its details are, where there is no room."""
    if not past:
        return () if paused is None else (Run(f" {t('strip.paused', count=paused)} ", "badge-paused"),)
    parts = past.split(BETWEEN)
    while len(parts) > 1 and cell_len(BETWEEN.join(parts)) + 4 > room:
        parts.pop()
    return (Run(f" {BETWEEN.join(parts)} ", "badge-replay"),)


def state_text(snapshot: Snapshot) -> str:
    """Return what is said when no finding explains the state."""
    return t(_without_findings(snapshot, snapshot.verdict.status))


def _without_findings(snapshot: Snapshot, status: Status) -> str:
    """Return its catalogue key."""
    if snapshot.verdict.freshness == "live":
        return "strip.all_good" if status is Status.OK else "strip.too_little"
    if snapshot.verdict.freshness == "none":
        return "strip.none"
    states = {source.state for source in snapshot.sources}
    if states == {SourceState.QUIET}:
        return "strip.quiet"
    return "strip.ended" if states == {SourceState.ENDED} else "strip.stale"


def _reasons(snapshot: Snapshot, status: Status, room: int) -> Line:
    """Return why the verdict is what it is, worst first, with a count of what does not fit."""
    verdict = snapshot.verdict
    if not verdict.findings or verdict.freshness != "live":
        return (Run(crop(t(_without_findings(snapshot, status)), max(0, room)), "label"),)
    parts: list[Line] = [(Run(finding_text(f), role_of(f.status)),) for f in verdict.findings]
    for count in range(len(parts), 0, -1):
        more = len(parts) - count
        tail: Line = (Run(f" +{more}", "label"),) if more else ()
        line = (*joined(parts[:count], 10_000), *tail)
        if width_of(line) <= room:
            return line
    return (Run(crop(parts[0][0].text, max(0, room)), parts[0][0].role),)


def second_line(snapshot: Snapshot, width: int, view: View) -> Line:
    """Return the standing figures, most important first."""
    full = (Run(" "), *joined(_standing(snapshot, view, short=False), 10_000, "   "))
    return (
        full if width_of(full) <= width else (Run(" "), *joined(_standing(snapshot, view, short=True), width - 1, "  "))
    )


def _standing(snapshot: Snapshot, view: View, *, short: bool) -> list[Line]:
    """Return each standing figure with its name, in fewer letters if ``short``."""
    verdict, suffix = snapshot.verdict, "_short" if short else ""
    parts: list[Line] = []
    worst = worst_ttfb(snapshot.ttfb)
    if worst:
        parts.append(_ttfb_part(*worst, view, short=short))
    fallback = worst_fallback(snapshot.fallback)
    if fallback:
        role = role_of(view.current(fallback.status))
        rate = f"{fallback.stage} {fmt.percent(fallback.pct)}"
        rate += "" if short else f" (n {fallback.calls})"
        parts.append((Run(t(f"strip.fallback{suffix}") + " ", "label"), Run(rate, role)))
    if snapshot.calls.active is not None:
        sign = view.glyphs.over if snapshot.calls.lower_bound else ""
        parts.append((Run(t(f"strip.calls{suffix}") + " ", "label"), Run(f"{sign}{snapshot.calls.active}", "strong")))
    if verdict.affected_calls is not None:
        parts.append((Run(t(f"strip.affected{suffix}") + " ", "label"), Run(str(verdict.affected_calls), "strong")))
    firing = snapshot.alerts.firing
    if firing:
        known = sum(alert.acknowledged for alert in firing)
        role = "critical" if any(one.severity == "critical" for one in firing) else "warning"
        counts = Run(f"{len(firing)}/{known}", role if known < len(firing) else "strong")
        parts.append((Run(t(f"strip.alerts{suffix}") + " ", "label"), counts))
    live = f"{verdict.sources_live}/{verdict.sources_total}"
    parts.append((Run(t(f"strip.sources{suffix}") + " ", "label"), Run(live, "strong")))
    if verdict.newest_at is not None:
        parts.append((Run(t(f"strip.lag{suffix}") + " ", "label"), Run(view.age(verdict.newest_at), "strong")))
    return parts


def _ttfb_part(stage: StageTtfb, provider: str, figures: Percentiles, view: View, *, short: bool) -> Line:
    name = f"{stage.stage} {safe_text(provider, 24)}".strip()
    goal = fmt.limit(stage.limits.warn_at)
    text = f"/{goal} n {figures.n}" if short else f" {t('strip.goal', limit=goal, n=figures.n)}"
    value = fmt.number(figures.p95) if short else fmt.latency(figures.p95)
    role = role_of(view.current(figures.status))
    return (
        Run(f"{name} ", "strong"),
        Run("P95 ", "label"),
        Run(value, role),
        Run(text, "label"),
    )


class VerdictStrip(LinesView):
    """The verdict on two lines that never scroll."""

    DEFAULT_CSS = """
    VerdictStrip { height: 2; width: 1fr; }
    """

    _snapshot = EMPTY_SNAPSHOT
    _told: tuple[int | None, str] = (None, "")
    _reasoned: tuple[tuple[object, ...], Line] = ((None,) * 4, ())
    """Why the verdict on show is what it is, and of what that was told: each second an age beside it changes."""

    def show(self, snapshot: Snapshot, now: float, *, paused: int | None = None, past: str = "") -> None:
        """Show a snapshot.

        Args:
            snapshot: What to show.
            now: Seconds since the epoch, for the ages.
            paused: How many events came since the view was frozen; ``None`` while it is not.
            past: What to say of the moment shown if it is not now; safe text.
        """
        told = (paused, past)
        same = snapshot is self._snapshot and told == self._told and self._drawn is not None
        self._snapshot, self._told = snapshot, told
        if not same or self._view.aged(now):
            self.redraw(now, live=snapshot.verdict.freshness == "live")

    def told(self) -> str:
        """Return what the two lines say."""
        return "\n".join(row.rstrip() for row in self.rows)

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - always two lines
        """Return the two lines."""
        return [
            first_line(self._snapshot, width, view, self._reasons, self._told),
            second_line(self._snapshot, width, view),
        ]

    def _reasons(self, snapshot: Snapshot, status: Status, room: int) -> Line:
        of = snapshot.verdict, snapshot.sources, status, room
        if not all(map(is_, of, self._reasoned[0])):
            self._reasoned = of, _reasons(snapshot, status, room)
        return self._reasoned[1]
