"""``voxtop events SOURCE…``: every recognised event as one JSON object per line."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

import click

from tui.commands._options import settings_options, settle
from tui.commands._redaction import redact_option, redaction
from tui.engine.bulk import COLUMNS_FROM, Reader, parse
from tui.engine.clock import SystemClock
from tui.engine.errors import SourceError
from tui.engine.event_lines import STORE_ONLY, EventLines
from tui.engine.merging import PATIENCE_S, WINDOW_S, Batches, Branch, Merging
from tui.engine.model import LineBlock, LogEvent, SourceState
from tui.engine.parser import line_time
from tui.engine.safe_text import safe_text
from tui.engine.sources import expanded, open_source
from tui.engine.sources._source import Source
from tui.engine.text import t
from tui.engine.when import parse_since

_NO_DATA = 3

REACHED = (SourceState.CONNECTING, SourceState.LIVE, SourceState.QUIET)


@click.command("events", help=t("cli.events"))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--follow", "-f", is_flag=True, help=t("cli.follow"))
@click.option("--since", default="all", show_default=True, help=t("cli.since"), metavar="T")
@redact_option
@settings_options
def command(
    sources: tuple[str, ...], config: Path | None, follow: bool, since: str, no_redact: bool, **flags: object
) -> int:
    """Print the events of each source and, if asked to, go on with what is written later."""
    settings = settle(config, **flags)
    redaction(wanted=not no_redact)
    lines = EventLines(masked=not no_redact)
    output = _Output(lines)
    tz = settings.zone()
    clock = SystemClock()
    start = parse_since(since, clock.now(), tz)
    opened = [
        open_source(
            spec,
            clock=clock,
            since=start,
            line_time=partial(line_time, tz=tz),
            follow=follow,
            options=settings.source_options(),
        )
        for spec in expanded(sources, settings.source_options())
    ]
    readers = [(source, Reader(source.name, tz, clock.now())) for source in opened]
    if len(readers) == 1 and not follow:
        asyncio.run(_print_whole(*readers[0], output))
    else:
        events_of = _as_they_come if follow else _whole
        branches = [Branch(events_of(source, reader), partial(_answers, source)) for source, reader in readers]
        asyncio.run(_print(Merging(branches, clock, WINDOW_S if follow else PATIENCE_S), output))
    statuses = [source.status() for source in opened]
    for status in statuses:
        if status.gaps:
            told = t("plain.gap", name=safe_text(status.name), reason=safe_text(status.gap_reason))
            click.echo(f"voxtop: {told}", err=True)
        if status.state is not SourceState.ENDED:
            click.echo(f"voxtop: {safe_text(str(SourceError(status.reason, status.remedy)))}", err=True)
    if any(status.state is not SourceState.ENDED for status in statuses):
        return SourceError.exit_code
    if output.is_empty:
        click.echo(f"voxtop: {t('cli.no_events')}", err=True)
    return _NO_DATA if output.is_empty else 0


class _Output:
    """Writes events to standard output."""

    def __init__(self, lines: EventLines) -> None:
        self.lines = lines
        self.is_empty = True
        """Nothing was written so far."""

    def write(self, events: Sequence[LogEvent]) -> None:
        """Write events, but for those that are for the counters only."""
        written = self.lines.lines(event for event in events if event.kind not in STORE_ONLY)
        self.flush("\n".join([*written, ""]).encode() if written else b"")

    def flush(self, text: bytes) -> None:
        """Write whole lines, in UTF-8 as JSON is whatever the terminal speaks, at once: the reader may be waiting."""
        if text:
            self.is_empty = False
            sys.stdout.buffer.write(text)
            sys.stdout.flush()


async def _print_whole(source: Source, reader: Reader, output: _Output) -> None:
    """Print the events of the only source in the order of its log; of a large one they come written."""
    written = parse(source, _lines_of(source), reader, columns_from=COLUMNS_FROM, lines=output.lines)
    async with aclosing(written) as parsed:
        async for each in parsed:
            output.write(each.events)
            output.flush(each.text)
    output.write(reader.finish().events)


async def _print(merging: Merging, output: _Output) -> None:
    """Print the events of all sources in the order of their times; say at the end how many came too late for it."""
    try:
        async with aclosing(merging.batches()) as merged:
            async for events in merged:
                output.write(events)
    finally:
        if merging.late:
            click.echo(f"voxtop: {t('merging.late', count=merging.late, seconds=f'{merging.window_s:g}')}", err=True)


def _answers(source: Source) -> bool:
    """Tell whether a source can be read, as far as it knows."""
    return source.status().state in REACHED


async def _whole(source: Source, reader: Reader) -> Batches:
    """Yield what a source holds; two processes share the work if that is much."""
    async with aclosing(parse(source, _lines_of(source), reader)) as parsed:
        async for each in parsed:
            if each.events:
                yield each.events
    yield reader.finish().events


async def _lines_of(source: Source) -> AsyncGenerator[LineBlock, None]:
    async for block in source.batches():
        if block.lines or block.life:
            yield block


async def _as_they_come(source: Source, reader: Reader) -> Batches:
    """Yield what a source holds and then what is written to it, an event as soon as its record is complete."""
    async for block in source.batches():
        if not (block.lines or block.life):
            yield reader.finish().events
        elif events := reader.read(block).events:
            yield events
