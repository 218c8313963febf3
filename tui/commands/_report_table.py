"""The report as tables for a terminal."""

import io
import sys
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tui.engine import written
from tui.engine.model import Status
from tui.engine.report import Hour, Report
from tui.engine.reports import _svg
from tui.engine.reports import _words as words
from tui.engine.text import t

SPARK_WIDTH = 60
TABLE_WIDTH = 100
"""Columns of a table that goes into a file or a pipe."""

_STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.CRITICAL: "bold red", Status.NO_DATA: "dim"}
_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN = {Status.OK: "*", Status.WARNING: "!", Status.CRITICAL: "X", Status.NO_DATA: "-"}
_PLAIN_BLOCKS = "_.:-=+*#"
_TO_ASCII = str.maketrans({"–": "-", "—": "-"})


def print_table(report: Report) -> None:
    """Print a report; without colours where the terminal has none, in ASCII where it can do no more."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else TABLE_WIDTH)
    ascii_only = "utf" not in console.encoding.lower()
    if not ascii_only:
        console.print(_report(report, ascii_only=False))
        return
    with console.capture() as page:
        console.print(_report(report, ascii_only=True))
    text = page.get().translate(_TO_ASCII).encode(console.encoding, "replace").decode(console.encoding)
    console.file.write(text)


def table_text(report: Report) -> str:
    """Return a report as a table for a file."""
    page = io.StringIO()
    console = Console(file=page, width=TABLE_WIDTH, highlight=False, color_system=None)
    console.print(_report(report, ascii_only=False))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def _report(report: Report, *, ascii_only: bool) -> Group:
    parts: list[RenderableType] = [Text(t("report.title"), style="bold"), *_head(report), Text()]
    parts += [_kpis(report, ascii_only=ascii_only), Text()]
    if report.hours:
        parts += [_sparks(report.hours, ascii_only=ascii_only), Text()]
    if report.providers:
        parts += [_providers(report, ascii_only=ascii_only), Text()]
    parts += [_facts(words.details(report)), Text()]
    if report.top_errors:
        parts.append(_top_errors(report))
    return Group(*parts)


def _head(report: Report) -> list[RenderableType]:
    notes: list[RenderableType] = [Text(note, style="bold yellow") for note in words.notes(report)]
    facts = [
        (t("report.week"), report.period.iso_week or words.NOTHING),
        (t("report.period"), words.period(report)),
        (t("report.input"), words.read_line(report)),
    ]
    if report.input.unreadable:
        facts.append((t("report.unreadable"), ", ".join(report.input.unreadable)))
    return [*notes, _facts(facts)]


def _facts(facts: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in facts:
        table.add_row(Text(label), Text(text))
    return table


def _table(title: str, heads: Sequence[str], numbers: Sequence[int] = ()) -> Table:
    table = Table(title=Text(t(f"report.{title}"), style="bold"), title_justify="left", header_style="dim")
    for index, head in enumerate(heads):
        name = head if head == "n" or head.startswith("P") else t(f"report.{head}")
        table.add_column(Text(name), justify="right" if index in numbers else "left", overflow="fold")
    return table


def _state(status: Status, *, ascii_only: bool) -> Text:
    return Text(words.state(status, _PLAIN if ascii_only else words.SYMBOLS), style=_STYLES[status])


def _kpis(report: Report, *, ascii_only: bool) -> Table:
    table = _table("kpis", ("metric", "target", "actual", "state", "n"), numbers=(1, 2, 4))
    for kpi in report.kpis:
        state = _state(kpi.status, ascii_only=ascii_only)
        n = str(kpi.n) if kpi.n else ""
        table.add_row(Text(words.kpi_name(kpi)), Text(kpi.target), Text(words.actual(kpi)), state, n)
    return table


def _providers(report: Report, *, ascii_only: bool) -> Table:
    table = _table("providers", ("stage", "provider", "n", "P50", "P95", "P99", "errors", "state"), range(2, 7))
    for row in report.providers:
        figures = (words.number(value, "ms") for value in (row.ttfb.p50, row.ttfb.p95, row.ttfb.p99))
        state = _state(row.ttfb.status, ascii_only=ascii_only)
        table.add_row(row.stage, Text(row.provider), str(row.ttfb.n), *figures, str(row.errors), state)
    return table


def _top_errors(report: Report) -> Table:
    table = _table("top_errors", ("count", "what", "latest", "playbook"), numbers=(0,))
    for row in report.top_errors:
        table.add_row(str(row.count), Text(words.what(row)), Text(row.text), Text(words.playbook(row)))
    return table


def _sparks(hours: Sequence[Hour], *, ascii_only: bool) -> Table:
    blocks = _PLAIN_BLOCKS if ascii_only else _BLOCKS
    facts = []
    for key in ("calls", "errors", "fallbacks"):
        values = _svg.gathered([getattr(hour, key) for hour in hours], SPARK_WIDTH)
        highest = max((value or 0.0 for value in values), default=0.0)
        text = f"{spark(values, blocks)}  {t('report.highest', value=written.count(highest))}"
        facts.append((f"{t(f'report.{key}')} / {t('report.hour').lower()}", text))
    return _facts(facts)


def spark(values: Sequence[float | None], blocks: str = _BLOCKS) -> str:
    """Return a line of blocks, lowest for zero and highest for the highest value; a gap is a space."""
    highest = max((value for value in values if value is not None), default=0.0)
    last = len(blocks) - 1
    return "".join(
        " " if value is None else blocks[0 if not highest else max(value > 0, round(last * value / highest))]
        for value in values
    )
