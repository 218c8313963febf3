"""The draft of a post-mortem: what the program can tell, and room for what only people know."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from tui.engine.bundle.timeline import MOST, DoneSteps, Entry
from tui.engine.model import Snapshot
from tui.engine.report import Report
from tui.engine.reports import format_of
from tui.engine.reports.markdown import plain
from tui.engine.text import language, t

_LEVELS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def post_mortem(
    report: Report,
    snapshot: Snapshot,
    entries: Sequence[Entry],
    steps: Sequence[DoneSteps],
    pictures: Mapping[str, str],
    *,
    tz: tzinfo | None,
) -> str:
    """Return the draft as Markdown; ``pictures`` are the paths of charts and screens by their titles."""
    parts = [
        f"# {t('bundle.title', time=_moment(report.period.asked.start, tz))}",
        t("bundle.draft"),
        f"## {t('bundle.summary')}",
        _summary(report, tz),
        f"## {t('bundle.impact')}",
        _impact(report, snapshot),
        f"## {t('bundle.timeline')}",
        _timeline(entries, tz),
        f"## {t('bundle.charts')}",
        _sparklines(snapshot),
        *(f"![{plain(title)}]({path})" for title, path in pictures.items()),
        f"## {t('bundle.playbooks')}",
        _steps(steps),
        f"## {t('bundle.people')}",
        t("bundle.people_text"),
        format_of("markdown").render(report).rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def _moment(at: float | None, tz: tzinfo | None) -> str:
    return "–" if at is None else datetime.fromtimestamp(at, tz).astimezone(tz).strftime("%Y-%m-%d %H:%M:%S %Z")


def _summary(report: Report, tz: tzinfo | None) -> str:
    asked = report.period.asked
    start, end = asked.start or 0.0, asked.end or 0.0
    minutes = f"{(end - start) / 60:.0f}"
    times = t("bundle.span", start=_moment(start, tz), end=_moment(end, tz), minutes=minutes)
    return "\n".join((f"- {times}", f"- {t('bundle.sources', names=plain(', '.join(report.input.sources) or '–'))}"))


def _impact(report: Report, snapshot: Snapshot) -> str:
    calls, errors = report.calls, report.errors
    affected = "–" if errors.affected_calls is None else str(errors.affected_calls)
    rows = (
        t("bundle.calls", opened=calls.counted, lost=calls.lost, short=calls.short),
        t("bundle.errors", count=errors.count, affected=affected),
        t("bundle.fallbacks", count=report.fallback.activations),
        t("bundle.silence", seconds=snapshot.silence.impact_s),
    )
    return "\n".join(f"- {row}" for row in rows)


def _timeline(entries: Sequence[Entry], tz: tzinfo | None) -> str:
    if not entries:
        return t("bundle.nothing")
    rows = [f"| {t('bundle.time')} | {t('bundle.what')} |", "|---|---|"]
    rows += [f"| {_moment(entry.at, tz)} | {plain(entry.text)} |" for entry in entries[:MOST]]
    if len(entries) > MOST:
        rows.append(f"| | {t('bundle.more', count=len(entries) - MOST)} |")
    return "\n".join(rows)


def _sparklines(snapshot: Snapshot) -> str:
    rows: list[tuple[str, Sequence[float | None]]] = [
        (t("bundle.chart_errors"), snapshot.errors.per_minute),
        (t("bundle.chart_calls"), snapshot.calls.per_minute),
    ]
    rows += [
        (f"{row.stage} P95", [None if point is None else point[1] for point in row.series]) for row in snapshot.ttfb
    ]
    width = max(len(title) for title, _ in rows)
    lines = (f"{title:<{width}}  {_sparkline(values)}" for title, values in rows)
    return "\n".join(("```text", *lines, "```", "", t("bundle.sparkline")))


def _sparkline(values: Sequence[float | None]) -> str:
    """Return a column for each value and its highest behind them; a minute that nobody saw is a dot."""
    highest = max((value for value in values if value is not None), default=0.0)
    step = highest / (len(_LEVELS) - 1) or 1.0
    drawn = "".join(_GAP if value is None else _LEVELS[round(value / step)] for value in values)
    return f"{drawn}  {highest:.0f}"


def _steps(steps: Sequence[DoneSteps]) -> str:
    if not steps:
        return t("bundle.no_playbooks")
    parts = []
    for one in steps:
        words = one.playbook.steps[language()]
        parts.append(f"### {plain(one.playbook.title[language()])}")
        parts.append("\n".join(f"- [{'x' if n in one.done else ' '}] {plain(word)}" for n, word in enumerate(words)))
    return "\n\n".join(parts)
