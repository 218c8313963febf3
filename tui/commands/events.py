"""``voxtop events SOURCE…``: every recognised event as one JSON object per line."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import click

from tui.commands._options import settings_options, settle, zone
from tui.engine.clock import SystemClock
from tui.engine.errors import SourceError
from tui.engine.model import LogEvent, SourceState
from tui.engine.parser import Parser, line_time
from tui.engine.sources import open_source
from tui.engine.sources._source import Source
from tui.engine.text import t
from tui.engine.when import parse_since

KEYS = ("stage", "provider", "ms", "trace", "id", "client", "duration_s", "to", "field", "code")
SILENT = ("process_ready", "key_present")
"""Kinds that only the store uses."""


@click.command("events", help=t("cli.events"))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--follow", "-f", is_flag=True, help=t("cli.follow"))
@click.option("--since", default="all", show_default=True, help=t("cli.since"), metavar="T")
@settings_options
def command(sources: tuple[str, ...], config: Path | None, follow: bool, since: str, **flags: object) -> int:
    """Print the events of each source and, if asked to, go on with what is written later."""
    settings = settle(config, **flags)
    tz = zone(settings)
    clock = SystemClock()
    start = parse_since(since, clock.now(), tz)
    opened = [
        open_source(spec, clock=clock, since=start, line_time=lambda raw: line_time(raw, tz)) for spec in sources
    ]
    asyncio.run(_print_all(opened, follow, lambda name: Parser(name, tz)))
    return 0
