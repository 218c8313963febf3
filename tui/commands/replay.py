"""``voxtop replay FILE``: a finished log or an incident bundle through the same screens, as if it happened now."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from tui.alerting import rules_in_force
from tui.commands._options import as_words, screen_options, settle, take_view, view_options
from tui.commands._redaction import redact_option, redaction
from tui.config import Settings, bundle_folder, playbook_folder
from tui.engine.clock import ReplayClock
from tui.engine.errors import SourceError, UsageError
from tui.engine.metrics.store import MetricsStore
from tui.engine.monitor import Monitor, ScopedMonitor, TimeMachine, Watchlist
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.replaying import Track, tracks
from tui.engine.safe_text import safe_text
from tui.engine.sources._replay import ReplaySource, first_time
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t
from tui.engine.when import parse_since, parse_span
from tui.screens.viewed import View, Viewing
from tui.terminal import claim_terminal, shows_unicode


@click.command("replay", help=t("replay.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--speed", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True, help=t("replay.speed"))
@click.option("--from", "begin", metavar="T", help=t("replay.begin"))
@redact_option
@view_options
@screen_options
def command(file: Path, speed: float, begin: str | None, config: Path | None, no_redact: bool, **flags: object) -> int:
    """Play the file from its first time, or from the one asked for."""
    asked = take_view(flags)
    settings = settle(config, **flags)
    clean = redaction(wanted=not no_redact)
    with tracks(file, settings.zone()) as played:
        clock = ReplayClock(_start(file, played, begin, settings), speed)
        claim_terminal()
        words = as_words({"config": config, "speed": f"{speed:g}", "from": begin})
        return _play(
            played, clock, settings, clean, partial(_look, settings, asked, ("voxtop", "replay", str(file), *words))
        )


def _play(
    played: Sequence[Track],
    clock: ReplayClock,
    settings: Settings,
    clean: Callable[[str], str],
    look: Callable[[], Viewing],
) -> int:
    """Open the screen on what is played, and return the exit code."""
    from tui.alert_desk import alert_desk  # noqa: PLC0415 - the screen is loaded only once it is sure to open
    from tui.screens.desk import Desk  # noqa: PLC0415 - likewise
    from tui.terminal_app import VoxtopApp  # noqa: PLC0415 - likewise
    from widgets import use_glyphs  # noqa: PLC0415 - likewise

    use_glyphs(unicode=shows_unicode() and not settings.ascii)
    tz, playbooks = settings.zone(), PlaybookCatalogue.load()
    new_store = partial(MetricsStore, settings.thresholds, playbooks, clean=clean)

    def notice() -> str:
        moment = datetime.fromtimestamp(clock.now(), tz)
        return t("replay.notice", speed=f"{clock.speed:g}", time=f"{moment:%Y-%m-%d %H:%M:%S}")

    monitor = Monitor((), new_store(), clock, tz, notice)
    for track in played:
        monitor.attach(ReplaySource(track.path, track.name, clock, track.line_time), parser=track.parser)
    watched = ScopedMonitor(monitor, Watchlist(monitor, _refuse, clock), new_store, clock)
    machine = TimeMachine(watched, new_store, partial(rules_in_force, settings), clock, tz, leap=clock.leap)
    return VoxtopApp(
        machine,
        clock,
        settings.theme,
        alerts=alert_desk(settings, playbooks, (), monitor.snapshot, clock, private=True, tell=monitor.wake),
        layout=settings.layout,
        look=look(),
        desk=Desk(clock, folder=playbook_folder(), bundles=bundle_folder(settings)),
    ).run_to_end()


def _look(settings: Settings, asked: View, words: Sequence[str]) -> Viewing:
    """Return how it is looked at; ``words`` start the program again."""
    from tui.views import viewing  # noqa: PLC0415 - the screen is loaded only once it is sure to open

    return viewing(settings, (), asked, words, private=True)


def _refuse(spec: str) -> str:
    """Let nothing live into what is being played."""
    raise UsageError(t("replay.alone", value=safe_text(spec)), t("replay.alone_remedy"))


def _start(file: Path, played: Sequence[Track], begin: str | None, settings: Settings) -> float:
    """Return the moment to begin at; a span counts from the first time of what is played.

    Raises:
        SourceError: the file cannot be read.
        UsageError: no line of it carries a time, or the beginning is written wrongly.
    """
    try:
        firsts = [asyncio.run(first_time(track.path, track.line_time)) for track in played]
    except TroubleError as error:
        raise error.as_error() from error
    except OSError as error:
        raise SourceError(t("sources.unreadable", path=file, reason=error.strerror or error)) from error
    first = min((time for time in firsts if time is not None), default=None)
    if first is None:
        raise UsageError(t("replay.no_times", path=file), t("replay.no_times_remedy", path=file))
    if begin is None:
        return first
    try:
        return first + parse_span(begin)
    except UsageError:
        return parse_since(begin, first, settings.zone()) or first
