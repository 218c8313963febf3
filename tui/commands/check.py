"""``voxtop check SOURCE…``: the KPIs of the last minutes for a monitoring system."""

import asyncio
from pathlib import Path

import click

from tui.commands import _plugin_output as output
from tui.commands._checks import checks, overall, with_limits
from tui.commands._options import settings_options, settle
from tui.commands._progress import shown_progress
from tui.commands._redaction import redact_option, redaction
from tui.engine.clock import SystemClock
from tui.engine.errors import UsageError
from tui.engine.metrics.totals import Asked
from tui.engine.model import Status
from tui.engine.report import Span
from tui.engine.reporting import Reporting
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.engine.when import parse_span

WHOLE = "all"
FUTURE_S = 300.0
"""A clock may be ahead by so much."""

EXIT_CODES = {Status.OK: 0, Status.WARNING: 1, Status.CRITICAL: 2, Status.NO_DATA: 3}
FORMATS = {"lines": output.lines, "nagios": output.nagios, "json": output.as_json}


@click.command("check", help=t("check.command"))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--last", default="5m", show_default=True, help=t("check.option_last"), metavar="SPAN")
@click.option("--threshold", "limits", multiple=True, help=t("check.option_threshold"), metavar="KPI=WARN:CRIT")
@click.option("--exclude-client", "clients", multiple=True, help=t("check.option_exclude"), metavar="NAME")
@click.option(
    "--format", "form", type=click.Choice([*FORMATS]), default="lines", show_default=True, help=t("check.option_format")
)
@redact_option
@settings_options
def command(
    *,
    sources: tuple[str, ...],
    config: Path | None,
    last: str,
    limits: tuple[str, ...],
    clients: tuple[str, ...],
    form: str,
    no_redact: bool,
    **flags: object,
) -> int:
    """Judge what the sources said lately and exit with the plugins' code for it."""
    settings = settle(config, **flags)
    window_s = _window(last)
    thresholds = with_limits(settings.thresholds, limits)
    clean = redaction(wanted=not no_redact)
    clock = SystemClock()
    asked = Asked(_span(window_s, clock.now()), frozenset(client.lower() for client in clients), thresholds)
    reporting = Reporting(sources, asked, clock, settings.zone(), options=settings.source_options())
    with shown_progress() as show:
        asyncio.run(reporting.read(show))
    report, unreadable = reporting.report(), reporting.unreadable()
    found = checks(report, thresholds, windowed=window_s is not None)
    status = overall(found, complete=not unreadable)
    span = "" if window_s is None else safe_text(last.strip())
    outcome = output.Outcome(status, found, report.input.sources, unreadable, span, window_s, clean)
    click.echo(FORMATS[form](outcome), nl=False)
    return EXIT_CODES[status]


def _span(window_s: float | None, now: float) -> Span:
    """Return the period to look at; what claims to be of later than soon is of some other time (semantics R67)."""
    return Span() if window_s is None else Span(now - window_s, now + FUTURE_S)


def _window(last: str) -> float | None:
    """Return the seconds of ``--last``, None for whole logs.

    Raises:
        UsageError: it is no span, or an empty one.
    """
    if last.strip().lower() == WHOLE:
        return None
    window_s = parse_span(last)
    if window_s <= 0:
        raise UsageError(t("check.no_window", value=safe_text(last)), t("check.window_remedy"))
    return window_s
