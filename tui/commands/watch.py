"""``voxtop watch SOURCE…``: everything but the screen, for systemd or a container."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import click

from tui.commands._options import read_settings, settings_options, settle
from tui.commands._redaction import redaction
from tui.config import Settings
from tui.engine.clock import SystemClock
from tui.engine.errors import UsageError
from tui.engine.exporters.http import bind
from tui.engine.metrics.store import MetricsStore
from tui.engine.monitor import Monitor, Watchlist, follow
from tui.engine.parser import line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.redact import redact
from tui.engine.sources import open_source
from tui.engine.state import Recording, StateDatabase
from tui.engine.text import t
from tui.engine.when import parse_since
from tui.watching.log import EventLog, Form
from tui.watching.service import Parts, Watch

LISTEN = "127.0.0.1:9464"
ROLE = "watch"


@click.command("watch", help=t("watch.command"))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--listen", help=t("watch.option_listen"), metavar="[HOST:]PORT")
@click.option("--since", help=t("watch.option_since"), metavar="T")
@click.option("--health", "health_url", default="", help=t("watch.option_health"), metavar="URL")
@click.option(
    "--log-format",
    type=click.Choice(["logfmt", "json"]),
    default="logfmt",
    show_default=True,
    help=t("watch.option_log"),
)
@settings_options
def command(
    sources: tuple[str, ...],
    config: Path | None,
    health_url: str,
    log_format: Form,
    **flags: Any,  # noqa: ANN401 - settings
) -> int:
    """Watch until a signal ends it."""
    load = partial(read_settings, config, sources=sources, **flags)
    settings = settle(config, sources=sources, **flags)
    if not settings.sources:
        raise UsageError(t("watch.no_source"), t("watch.no_source_remedy"))
    redaction(wanted=True)
    return asyncio.run(_watch(settings, config, load, health_url, log_format))


async def _watch(settings: Settings, config: Path | None, load: Any, health_url: str, form: Form) -> int:  # noqa: ANN401
    """Watch, and begin anew behind the last line whenever the settings changed in what a watch is made of."""
    clock = SystemClock()
    with StateDatabase(clock=clock) as database, bind(settings.listen or LISTEN) as listening:
        if not database.claim(ROLE):
            raise UsageError(t("watch.runs_already", path=database.folder), t("watch.runs_already_remedy"))
        playbooks = PlaybookCatalogue.load()
        while True:
            store = MetricsStore(settings.thresholds, playbooks, clean=redact)
            recording = Recording(clock, settings.retention(), database=database)
            parts = Parts(
                settings=settings,
                specs=settings.sources,
                monitor=_monitor(settings, store, clock, recording),
                database=database,
                playbooks=playbooks,
                clock=clock,
                log=EventLog(clock, form),
                load=load,
                check=partial(_check_sources, clock),
                config=config,
                listening=listening.dup(),
                health_url=health_url,
                companions=(recording.run,),
            )
            if notice := recording.notice():
                parts.log.write("recording", "warning", reason=notice)
            store.expose(clock.now())
            watch = Watch(parts)
            try:
                code = await watch.run()
            finally:
                recording.close()
            if watch.successor is None:
                return code
            settings = watch.successor


def _check_sources(clock: SystemClock, settings: Settings) -> None:
    """Raise UsageError where a source is written wrongly; nothing is opened."""
    parse_since(settings.since, clock.now(), settings.zone())
    for spec in settings.sources:
        open_source(spec, clock=clock, since=None, line_time=lambda _: None, options=settings.source_options())
    if not settings.sources:
        raise UsageError(t("watch.no_source"), t("watch.no_source_remedy"))


def _monitor(settings: Settings, store: MetricsStore, clock: SystemClock, recording: Recording) -> Monitor:
    """Return a monitor whose sources go on where the last watch stopped."""
    tz = settings.zone()
    opening = partial(
        open_source,
        clock=clock,
        since=parse_since(settings.since, clock.now(), tz),
        line_time=partial(line_time, tz=tz),
        options=settings.source_options(),
    )
    monitor = Monitor((), store, clock, tz, journal=recording.journal)
    attach = partial(follow, monitor, opening=opening, recording=recording)
    watchlist = Watchlist(monitor, attach, clock, options=settings.source_options())
    for spec in dict.fromkeys(settings.sources):
        watchlist.add(spec)
    return monitor
