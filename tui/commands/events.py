"""``voxtop events SOURCE…``: every recognised event as one JSON object per line."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path

import click

from tui.commands._options import settings_options, settle
from tui.engine.clock import SystemClock
from tui.engine.errors import SourceError
from tui.engine.model import LogEvent, SourceState
from tui.engine.parser import Parser, line_time
from tui.engine.sources import open_source
from tui.engine.sources._source import Source
from tui.engine.text import t
from tui.engine.when import parse_since

KEYS = ("stage", "provider", "ms", "trace", "id", "client", "duration_s", "to", "field", "code")
STORE_ONLY = ("process_ready", "key_present")
"""Kinds that only the figures need."""


@click.command("events", help=t("cli.events"))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--follow", "-f", is_flag=True, help=t("cli.follow"))
@click.option("--since", default="all", show_default=True, help=t("cli.since"), metavar="T")
@settings_options
def command(sources: tuple[str, ...], config: Path | None, follow: bool, since: str, **flags: object) -> int:
    """Print the events of each source and, if asked to, go on with what is written later."""
    settings = settle(config, **flags)
    tz = settings.zone()
    clock = SystemClock()
    start = parse_since(since, clock.now(), tz)
    opened = [
        open_source(spec, clock=clock, since=start, line_time=partial(line_time, tz=tz), follow=follow)
        for spec in sources
    ]
    asyncio.run(_print_all(opened, tz))
    for source in opened:
        status = source.status()
        if status.state is not SourceState.ENDED:
            raise SourceError(status.reason, status.remedy)
    return 0


async def _print_all(sources: Sequence[Source], tz: tzinfo | None) -> None:
    async with asyncio.TaskGroup() as group:
        for source in sources:
            group.create_task(_print_events(source, Parser(source.name, tz)))


async def _print_events(source: Source, parser: Parser) -> None:
    async for block in source.batches():
        _write(parser.feed(block) if block.lines else parser.flush())
    _write(parser.flush())


def _write(events: Sequence[LogEvent]) -> None:
    """Write whole lines and let go of them at once: the reader may be waiting for the first."""
    lines = [json.dumps(as_object(event), ensure_ascii=False) for event in events if event.kind not in STORE_ONLY]
    if lines:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


def as_object(event: LogEvent) -> dict[str, object]:
    """Return an event as the contract prints it; what the line does not carry is left out."""
    shown: dict[str, object] = {
        "source": event.source,
        "line": event.line,
        "time": _rfc3339(event.time),
        "event": event.kind,
    }
    shown |= {key: value for key in KEYS if (value := getattr(event, key)) is not None}
    if event.kind in ("error", "warning"):
        shown["text"] = event.text
    return shown


def _rfc3339(time: float | None) -> str | None:
    return None if time is None else datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
