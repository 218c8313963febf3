"""The report as Markdown: the guide's weekly table, recomputed, and what stands behind it."""

import re
from collections.abc import Iterable, Sequence

from tui.engine.report import Report
from tui.engine.reports import _words as words
from tui.engine.text import t

ENDING = ".md"

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~!])")


def render(report: Report) -> str:
    """Return the report as Markdown text."""
    parts = [
        f"## {t('report.title')}",
        _head(report),
        _table(
            ("metric", "target", "actual", "state"),
            (
                (
                    words.kpi_name(kpi),
                    plain(kpi.target),
                    plain(words.actual(kpi)),
                    words.state(kpi.status, words.EMOJI),
                )
                for kpi in report.kpis
            ),
        ),
    ]
    if report.providers:
        parts += [f"### {t('report.providers')}", _providers(report)]
    parts += [
        f"### {t('report.details')}",
        "\n".join(f"- **{label}**: {plain(text)}" for label, text in words.details(report)),
        f"### {t('report.top_errors')}",
        _top_errors(report),
    ]
    return "\n\n".join(parts) + "\n"


def _head(report: Report) -> str:
    lines = [f"**{note}**" for note in words.notes(report)]
    lines.append(f"{t('report.week')}: {report.period.iso_week or words.NOTHING}")
    lines.append(f"{t('report.period')}: {words.period(report)}")
    lines.append(f"{t('report.input')}: {plain(words.read_line(report))}")
    if report.input.unreadable:
        lines.append(f"{t('report.unreadable')}: {plain(', '.join(report.input.unreadable))}")
    return "\n\n".join(lines)


def _providers(report: Report) -> str:
    rows = (
        (
            row.stage,
            plain(row.provider),
            str(row.ttfb.n),
            *(words.number(value, "ms") for value in (row.ttfb.p50, row.ttfb.p95, row.ttfb.p99)),
            str(row.errors),
            words.state(row.ttfb.status, words.EMOJI),
        )
        for row in report.providers
    )
    return _table(("stage", "provider", "n", "P50", "P95", "P99", "errors", "state"), rows)


def _top_errors(report: Report) -> str:
    if not report.top_errors:
        return t("report.no_errors")
    rows = (
        (str(row.count), plain(words.what(row)), plain(row.text), plain(words.playbook(row)))
        for row in report.top_errors
    )
    return _table(("count", "what", "latest", "playbook"), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    names = [head if head == "n" or head.startswith("P") else t(f"report.{head}") for head in heads]
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def plain(text: str) -> str:
    """Return text in which nothing is markup; ``<5%`` stays as it is."""
    escaped = _MARKUP.sub(r"\\\1", text.replace("\n", " "))
    return re.sub(r"\\([<>])(?=\d)", r"\1", escaped)
