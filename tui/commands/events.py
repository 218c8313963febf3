"""``voxtop events SOURCE…``: every recognised event as one JSON object per line."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path

import click

from tui.commands._options import settings_options, settle
from tui.commands._redaction import redact_option, redaction
from tui.engine.bulk import Reader, parse
from tui.engine.clock import SystemClock
from tui.engine.errors import SourceError
from tui.engine.merging import PATIENCE_S, WINDOW_S, Batches, Branch, Merging
from tui.engine.model import LineBlock, LogEvent, SourceState
from tui.engine.parser import line_time
from tui.engine.sources import expanded, open_source
from tui.engine.sources._source import Source
from tui.engine.text import t
from tui.engine.when import parse_since

KEYS = ("stage", "provider", "ms", "trace", "id", "client", "duration_s", "to", "field", "code", "part")
REACHED = (SourceState.CONNECTING, SourceState.LIVE, SourceState.QUIET)
STORE_ONLY = ("process_ready", "key_present")
"""Kinds that only the figures need."""
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What JSON lets through and a terminal obeys or hides; escaped it is the same text to whoever parses it."""

Hide = Callable[[str], str]
"""Makes a text fit for others' eyes."""

REMEMBERED = 4096
"""Texts whose masked form is kept: names of sources and providers come again and again."""

PLAIN = ("time", "event", "stage")
"""Values that are never the log's own words."""


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
    hide = lru_cache(REMEMBERED)(redaction(wanted=not no_redact))
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
    events_of = _as_they_come if follow else _whole
    branches = [
        Branch(events_of(source, Reader(source.name, tz, clock.now())), partial(_answers, source)) for source in opened
    ]
    asyncio.run(_print(Merging(branches, clock, WINDOW_S if follow else PATIENCE_S), hide))
    for source in opened:
        status = source.status()
        if status.state is not SourceState.ENDED:
            raise SourceError(status.reason, status.remedy)
    return 0


async def _print(merging: Merging, hide: Hide) -> None:
    """Print the events of all sources in the order of their times; say at the end how many came too late for it."""
    try:
        async with aclosing(merging.batches()) as merged:
            async for events in merged:
                _write(events, hide)
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


def _write(events: Sequence[LogEvent], hide: Hide) -> None:
    """Write whole lines and let go of them at once: the reader may be waiting for the first."""
    shown = (as_object(event) for event in events if event.kind not in STORE_ONLY)
    lines = [
        json.dumps(
            {key: value if key in PLAIN or not isinstance(value, str) else hide(value) for key, value in each.items()},
            ensure_ascii=False,
        )
        for each in shown
    ]
    if lines:
        sys.stdout.write(_UNSEEN.sub(_escaped, "\n".join(lines)) + "\n")
        sys.stdout.flush()


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def as_object(event: LogEvent) -> dict[str, object]:
    """Return an event as the contract prints it; what the line does not carry is left out."""
    shown: dict[str, object] = {
        "source": event.source,
        "line": event.line,
        "time": rfc3339(event.time),
        "event": event.kind,
    }
    shown |= {key: value for key in KEYS if (value := getattr(event, key)) is not None}
    if event.kind in ("error", "warning"):
        shown["text"] = event.text
    return shown


def rfc3339(time: float | None) -> str | None:
    """Return a moment in seconds since the epoch as RFC 3339 in UTC."""
    return None if time is None else datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
