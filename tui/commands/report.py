"""``voxtop report SOURCE…``: the KPIs of a whole period."""

from pathlib import Path

import click

from tui.commands._options import settings_options
from tui.commands._redaction import redact_option
from tui.commands._reported import Wanted, reported
from tui.engine.reports import names
from tui.engine.text import t

TABLE = "table"


@click.command("report", help=t("report.command"))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--since", default="all", show_default=True, help=t("report.option_since"), metavar="T")
@click.option("--until", default="all", help=t("report.option_until"), metavar="T")
@click.option(
    "--format",
    "form",
    type=click.Choice([TABLE, *names()]),
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
    wanted = Wanted(sources, since, until, None if form == TABLE else form, output, rotated, probes, clients)
    return reported(wanted, config, redact=not no_redact, flags=flags)
