"""``voxtop report SOURCE…``: the KPIs of a whole period."""

import asyncio
import io
import os
import sys
import tempfile
from contextlib import suppress
from datetime import tzinfo
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from tui.commands._options import settings_options, settle
from tui.commands._progress import shown_progress
from tui.commands._redaction import redact_option, redaction
from tui.commands._report_table import print_table
from tui.engine.clock import Clock, SystemClock
from tui.engine.errors import SourceError, UsageError
from tui.engine.metrics.totals import Asked
from tui.engine.model import SourceState, Thresholds
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.report import Report, Span
from tui.engine.reporting import Reporting, with_probes
from tui.engine.reports import formats
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.engine.when import parse_since, parse_until

TABLE = "table"
TABLE_WIDTH = 100
"""Columns of a table that goes into a file or a pipe."""

NO_DATA, UNREADABLE, INTERRUPTED = 3, 4, 130


@click.command("report", help=t("report.command"))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--since", default="all", show_default=True, help=t("report.option_since"), metavar="T")
@click.option("--until", default="all", help=t("report.option_until"), metavar="T")
@click.option(
    "--format",
    "form",
    type=click.Choice([TABLE, *formats()]),
    default=TABLE,
    show_default=True,
    help=t("report.option_format"),
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=t("report.option_output"))
@click.option("--rotated", is_flag=True, help=t("report.option_rotated"))
@click.option("--probes", is_flag=True, help=t("report.option_probes"))
@click.option("--exclude-client", "clients", multiple=True, metavar="NAME", help=t("report.option_exclude"))
@redact_option
@settings_options
def command(
    *,
    sources: tuple[str, ...],
    config: Path | None,
    since: str,
    until: str,
    form: str,
    output: Path | None,
    rotated: bool,
    probes: bool,
    clients: tuple[str, ...],
    no_redact: bool,
    **flags: object,
) -> int:
    """Read the sources to their end and print one report."""
    settings = settle(config, **flags)
    tz, clock = settings.zone(), SystemClock()
    asked = Asked(
        _span(since, until, clock.now(), tz),
        frozenset(client.lower() for client in clients),
        settings.thresholds,
        PlaybookCatalogue.load(),
    )
    masked = redaction(wanted=not no_redact)
    reporting = Reporting(
        sources,
        asked,
        clock,
        tz,
        rotated=rotated,
        clean=lambda text: masked(safe_text(text)),
        options=settings.source_options(),
    )
    whole = _read(reporting)
    report = reporting.report(partial=not whole)
    if probes:
        report = _with_probes(report, settings.thresholds, clock)
    _print(report, form, output)
    return _exit_code(reporting, report)


def _span(since: str, until: str, now: float, tz: tzinfo | None) -> Span:
    span = Span(parse_since(since, now, tz), parse_until(until, now, tz))
    if span.start is not None and span.end is not None and span.end <= span.start:
        raise UsageError(t("report.backwards", since=since, until=until), t("report.backwards_remedy"))
    return span


def _with_probes(report: Report, thresholds: Thresholds, clock: Clock) -> Report:
    """Take uptime from the answers that a watch recorded in the period; without any it is not known (R73).

    Raises:
        StateError: the state file cannot be read.
    """
    from tui.engine.state import StateDatabase  # noqa: PLC0415 - only those who ask for it open the state file
    from tui.watching.probing import answered  # noqa: PLC0415 - likewise

    period, found = report.period, None
    if period.start is not None and period.end is not None:
        with StateDatabase(clock=clock) as database:
            found = database.read_now(partial(answered, since=period.start, until=period.end))
    if found is None:
        click.echo(t("report.no_probes"), err=True)
        return with_probes(report, thresholds, None)
    return with_probes(report, thresholds, found.share, found.asked)


def _read(reporting: Reporting) -> bool:
    """Read everything; False if the user had enough of it."""
    with suppress(KeyboardInterrupt), shown_progress() as show:
        asyncio.run(reporting.read(show))
        return True
    return False


def _print(report: Report, form: str, output: Path | None) -> None:
    if form == TABLE and output is None:
        print_table(report, Console(highlight=False, width=None if sys.stdout.isatty() else TABLE_WIDTH))
        return
    text = _table(report) if form == TABLE else formats()[form].render(report)
    if output is None:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
    else:
        _write(output, text)


def _table(report: Report) -> str:
    page = io.StringIO()
    print_table(report, Console(file=page, width=TABLE_WIDTH, highlight=False, color_system=None))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def _write(path: Path, text: str) -> None:
    """Put a file in place at once: whoever reads it sees the old one or the whole new one."""
    unfinished = None
    try:
        folder = path.resolve().parent
        descriptor, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", dir=folder)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            os.fchmod(file.fileno(), _mode(path))
        Path(unfinished).replace(path.resolve())
    except OSError as error:
        if unfinished is not None:
            Path(unfinished).unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise SourceError(
            t("report.not_written", path=safe_text(str(path)), reason=reason), t("report.not_written_remedy")
        ) from error


def _mode(path: Path) -> int:
    """Return the permissions of the file that is replaced, else those any new file gets."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _exit_code(reporting: Reporting, report: Report) -> int:
    """Name what could not be read and return the worst that happened."""
    unreadable = reporting.unreadable()
    for status in unreadable:
        absent = status.state is SourceState.WAITING
        remedy = t("report.absent_remedy") if absent else status.remedy
        click.echo(f"voxtop: {safe_text(f'{status.reason}; {remedy}')}", err=True)
    if report.partial:
        return INTERRUPTED
    if unreadable:
        return UNREADABLE
    return 0 if report.has_data else NO_DATA
