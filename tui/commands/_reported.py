"""Reads the sources of a report to their end and prints it."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from tui.commands._options import settle
from tui.commands._progress import shown_progress
from tui.commands._redaction import redaction
from tui.engine.clock import Clock, SystemClock
from tui.engine.errors import SourceError, UsageError
from tui.engine.metrics.totals import Asked
from tui.engine.model import SourceState, Thresholds
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.report import Report, Span
from tui.engine.reporting import Reporting, with_probes
from tui.engine.reports import format_of
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.engine.when import parse_since, parse_until

NO_DATA, UNREADABLE, INTERRUPTED = 3, 4, 130


class Wanted(NamedTuple):
    """What the command line says."""

    sources: tuple[str, ...]
    since: str
    until: str
    form: str | None
    """None is a table."""
    output: Path | None
    rotated: bool
    probes: bool
    clients: tuple[str, ...]
    """Kinds that do not count."""


def reported(wanted: Wanted, config: Path | None, *, redact: bool, flags: Mapping[str, object]) -> int:
    """Read everything and print one report; return the exit code."""
    settings = settle(config, **flags)
    tz, clock = settings.zone(), SystemClock()
    asked = Asked(
        _span(wanted.since, wanted.until, clock.now(), tz),
        frozenset(client.lower() for client in wanted.clients),
        settings.thresholds,
        PlaybookCatalogue.load(),
    )
    masked = redaction(wanted=redact)
    reporting = Reporting(
        wanted.sources,
        asked,
        clock,
        tz,
        rotated=wanted.rotated,
        clean=lambda text: masked(safe_text(text)),
        options=settings.source_options(),
    )
    whole = _read(reporting)
    report = reporting.report(partial=not whole)
    if wanted.probes:
        report = _with_probes(report, settings.thresholds, clock)
    _print(report, wanted.form, wanted.output)
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


def _print(report: Report, form: str | None, output: Path | None) -> None:
    text = format_of(form).render(report) if form is not None else _table(report, to_file=output is not None)
    if output is not None:
        _write(output, text)
    elif text:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()


def _table(report: Report, *, to_file: bool) -> str:
    """Return the report as a table, or nothing once it is printed, as this terminal can show it."""
    from tui.commands._report_table import print_table, table_text  # noqa: PLC0415 - Rich takes 80 ms to load

    if to_file:
        return table_text(report)
    print_table(report)
    return ""


def _write(path: Path, text: str) -> None:
    """Put a file in place at once: whoever reads it sees the old one or the whole new one.

    A device or a pipe, such as /dev/stdout, cannot be put in place: it is written to.
    """
    unfinished = None
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", errors="replace")
            return
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
