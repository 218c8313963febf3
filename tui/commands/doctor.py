"""``voxtop doctor [SOURCE…]``: can it be read, how much of it is understood, and what would help."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from tui.commands._diagnosis import Diagnosis, Examination, Trial
from tui.commands._diagnosis_json import dialects_object, source_object, trial_object
from tui.commands._diagnosis_text import Hide, dialect_page, source_page, trial_page
from tui.commands._options import read_settings, settings_options
from tui.commands._redaction import redact_option, redaction
from tui.commands._terminal_diagnosis import TerminalFacts, examine, terminal_object, terminal_page
from tui.commands._user_dialects import dialect_folder
from tui.engine.clock import Clock, SystemClock
from tui.engine.dialects._dialect import use_dialects
from tui.engine.dialects._user_file import Loaded, load_dialects, read_dialect
from tui.engine.parser import line_time
from tui.engine.sources import expanded, open_source
from tui.engine.sources._source import Source
from tui.engine.text import t
from tui.output import json_text

SCHEMA = "voxtop.doctor/1"
PROGRESS_AFTER_S = 1.0
PROGRESS_EVERY_S = 0.2


@click.command("doctor", help=t("doctor.help"))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--try", "trial", type=click.Path(path_type=Path, dir_okay=False), metavar="DIALECT.toml", help=t("doctor.try")
)
@click.option("--terminal", is_flag=True, help=t("terminal.option"))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=t("doctor.format"))
@redact_option
@settings_options
def command(  # noqa: PLR0917 - click passes by name
    sources: tuple[str, ...],
    trial: Path | None,
    terminal: bool,
    form: str,
    no_redact: bool,
    config: Path | None,
    **flags: object,
) -> int:
    """Examine each source to its end and tell what was found."""
    settings = read_settings(config, sources=sources, **flags)
    hide = redaction(wanted=not no_redact)
    loaded = load_dialects(dialect_folder())
    use_dialects(loaded.dialects)
    tried = Trial(read_dialect(trial, ())) if trial else None
    clock, tz = SystemClock(), settings.zone()
    opened = [
        open_source(
            spec,
            clock=clock,
            since=None,
            line_time=partial(line_time, tz=tz),
            follow=False,
            options=settings.source_options(),
        )
        for spec in expanded(settings.sources, settings.source_options())
    ]
    found = asyncio.run(_examine(opened, clock, tz, loaded, tried))
    facts = examine(clock) if terminal or not opened else None
    answer = _Answer(found, loaded, tried, clock.now(), hide, tz, facts, only_terminal=terminal and not opened)
    _say(json_text(answer.as_object()) if form == "json" else "\n".join(answer.page()))
    return answer.exit_code()


async def _examine(
    sources: Sequence[Source], clock: Clock, tz: tzinfo | None, loaded: Loaded, tried: Trial | None
) -> list[Diagnosis]:
    """Examine one source after the other; on a terminal the wait is explained."""
    waiting = asyncio.create_task(_show_progress(sources)) if sys.stderr.isatty() else None
    try:
        return [await Examination(source, clock, tz, loaded.dialects, tried).run() for source in sources]
    finally:
        if waiting:
            waiting.cancel()
            click.echo("\r\x1b[K", nl=False, err=True)


async def _show_progress(sources: Sequence[Source]) -> None:
    await asyncio.sleep(PROGRESS_AFTER_S)
    while True:
        lines = sum(source.status().lines for source in sources)
        click.echo("\r\x1b[K" + t("doctor.reading", lines=lines), nl=False, err=True)
        await asyncio.sleep(PROGRESS_EVERY_S)


class _Answer(NamedTuple):
    """All that was found out, to be told in one way or the other."""

    found: Sequence[Diagnosis]
    loaded: Loaded
    tried: Trial | None
    now: float
    hide: Hide
    tz: tzinfo | None
    terminal: TerminalFacts | None
    only_terminal: bool
    """Nothing else was asked for."""

    def exit_code(self) -> int:
        if not all(each.readable for each in self.found):
            return 4
        return 0 if self.only_terminal or any(each.lines for each in self.found) else 3

    def page(self) -> Iterator[str]:
        if self.terminal:
            yield from terminal_page(self.terminal)
        yield from dialect_page(self.loaded.dialects, self.loaded.problems, self.hide)
        for each in self.found:
            yield from source_page(each, self.now, self.hide, self.tz)
        if not self.found and not self.only_terminal:
            yield t("doctor.no_source")
        if self.tried:
            yield from trial_page(self.tried, self.hide)

    def as_object(self) -> dict[str, object]:
        told = {"schema": SCHEMA, **dialects_object(self.loaded, self.hide)}
        told |= {"sources": [source_object(each, self.now, self.tz, self.hide) for each in self.found]}
        told |= {"terminal": terminal_object(self.terminal)} if self.terminal else {}
        return told | ({"try": trial_object(self.tried, self.hide)} if self.tried else {})


def _say(text: str) -> None:
    """Print on any terminal: what its encoding lacks is spelled out."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding))
