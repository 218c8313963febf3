"""The report as one HTML page that needs nothing else: no network, no script."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from tui.engine.model import STAGES, Status
from tui.engine.report import Report
from tui.engine.reports import _svg
from tui.engine.reports import _words as words
from tui.engine.text import language, t

ENDING = ".html"

_CLOSED = "default-src 'none'; style-src 'unsafe-inline'"
"""What the page may load: nothing."""


def render(report: Report) -> str:
    """Return the report as an HTML document."""
    title = f"{t('report.title')} {report.period.iso_week or ''}".strip()
    style = files(__package__).joinpath("_page.css").read_text(encoding="utf-8")
    body = "\n".join(
        (
            f"<h1>{escape(title)}</h1>",
            _head(report),
            _section("kpis", _kpis(report)),
            _charts(report),
            _section("providers", _providers(report)) if report.providers else "",
            _section("details", _details(report)),
            _section("top_errors", _top_errors(report)),
        )
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_CLOSED}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _section(key: str, content: str) -> str:
    return f"<h2>{escape(t(f'report.{key}'))}</h2>\n{content}"


def _head(report: Report) -> str:
    notes = "".join(f'<p class="note">{escape(note)}</p>\n' for note in words.notes(report))
    facts = [
        (t("report.week"), report.period.iso_week or words.NOTHING),
        (t("report.period"), words.period(report)),
        (t("report.input"), words.read_line(report)),
    ]
    if report.input.unreadable:
        facts.append((t("report.unreadable"), ", ".join(report.input.unreadable)))
    return notes + _list(facts)


def _list(facts: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>\n" for label, text in facts)
    return f"<dl>\n{rows}</dl>"


def _state(status: Status) -> str:
    return f'<span class="{status.value}">{escape(words.state(status))}</span>'


def _kpis(report: Report) -> str:
    rows = (
        (escape(words.kpi_name(kpi)), escape(kpi.target), escape(words.actual(kpi)), _state(kpi.status))
        for kpi in report.kpis
    )
    return _table(("metric", "target", "actual", "state"), rows)


def _providers(report: Report) -> str:
    rows = (
        (
            row.stage,
            escape(row.provider),
            str(row.ttfb.n),
            *(words.number(value, "ms") for value in (row.ttfb.p50, row.ttfb.p95, row.ttfb.p99)),
            str(row.errors),
            _state(row.ttfb.status),
        )
        for row in report.providers
    )
    return _table(("stage", "provider", "n", "P50", "P95", "P99", "errors", "state"), rows)


def _details(report: Report) -> str:
    return _list(words.details(report))


def _top_errors(report: Report) -> str:
    if not report.top_errors:
        return f"<p>{escape(t('report.no_errors'))}</p>"
    rows = (
        (
            str(row.count),
            escape(words.what(row)),
            f"<code>{escape(row.text)}</code>",
            escape(words.playbook(row)),
        )
        for row in report.top_errors
    )
    return _table(("count", "what", "latest", "playbook"), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are HTML already."""
    names = (head if head == "n" or head.startswith("P") else t(f"report.{head}") for head in heads)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n" for cells in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def _charts(report: Report) -> str:
    hours, tz = report.hours, report.period.tz
    if not hours:
        return ""
    ends = (hours[0].start, hours[-1].start + 3600)
    calls: _svg.Chart = {"calls": [hour.calls for hour in hours]}
    problems: _svg.Chart = {
        "errors": [hour.errors for hour in hours],
        "fallbacks": [hour.fallbacks for hour in hours],
    }
    slow: _svg.Chart = {stage.lower(): [hour.p95.get(stage) for hour in hours] for stage in STAGES}
    figures = []
    for key, draw, series in (
        ("calls_per_hour", _svg.bars, calls),
        ("problems_per_hour", _svg.bars, problems),
        ("p95_per_hour", _svg.lines, slow),
    ):
        title = t(f"report.{key}")
        caption = f"<figcaption>{escape(title)} {_legend(series)}</figcaption>"
        figures.append(f"<figure>\n{caption}\n{draw(title, series, ends, tz)}\n</figure>")
    return _section("per_hour", "\n".join(figures))


def _legend(names: Iterable[str]) -> str:
    shown = {name: name.upper() if name.upper() in STAGES else t(f"report.{name}") for name in names}
    if len(shown) == 1:
        return ""
    return " ".join(f'<span class="key {name}">{escape(text)}</span>' for name, text in shown.items())
