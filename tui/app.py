"""The composition root: wires settings, engine, themes and screens together."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tui.alert_desk import alert_desk
from tui.config import Settings, bundle_folder, config_path, playbook_folder
from tui.engine.clock import Clock, SystemClock
from tui.engine.fleet.address import FleetAddress, fleet_address
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Calling
from tui.engine.monitor import Monitor, ScopedMonitor, TimeMachine, Watchlist, follow
from tui.engine.parser import line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.redact import redact
from tui.engine.sources import open_source
from tui.engine.sources._source import Source
from tui.engine.state import Archive, RecordedTicks, Recording
from tui.engine.when import parse_since
from tui.live_config import InForce, LiveConfig, Reading
from tui.remembering import remember_sources
from tui.screens._watching import Watched
from tui.screens.playbook import Desk
from tui.screens.viewed import Viewing
from tui.terminal import shows_unicode
from tui.terminal_app import Companion, VoxtopApp
from widgets import use_glyphs


def monitor_app(
    settings: Settings,
    specs: Sequence[str],
    *,
    companion: Companion | None = None,
    notice: Callable[[], str] = str,
    stdin_fd: int | None = None,
    clean: Callable[[str], str] = redact,
    read_only: bool = False,
    config_file: Path | None = None,
    load: Callable[[], Settings] | None = None,
    look: Viewing | None = None,
    clock: Clock | None = None,
) -> VoxtopApp:
    """Return the program over these sources, wired and ready to run.

    Sources are remembered in ``config_file`` (None: the usual place); ``load`` reads it again when it changed.

    Raises:
        UsageError: a source or the start of reading is written wrongly.
    """
    clock = clock or SystemClock()
    opened = _opened(settings, clock, look, read_only=read_only)
    in_force, playbooks = InForce(settings), PlaybookCatalogue.load()
    reading = Reading(config_file or config_path(), load or (lambda: settings), partial(_check_sources, clock))
    live = partial(LiveConfig, in_force, reading, playbooks)
    if address := fleet_address(specs[0]) if len(specs) == 1 else None:
        return opened(_fleet(address, settings, clock, playbooks), keepers=[live().keep])
    recording = Recording(clock, settings.retention()) if settings.resume and not read_only else None
    new_store = partial(_new_store, in_force, playbooks, clean)
    told = partial(_joined, [notice, in_force.notice, *((recording.notice,) if recording else ())])
    store = new_store()
    monitor = Monitor((), store, clock, settings.zone(), told, journal=recording.journal if recording else None)
    following = partial(follow, monitor, opening=_opening(settings, clock, stdin_fd or 0), recording=recording)
    watchlist = _watchlist(monitor, specs, following, clock, settings)
    exporter = _exporter(settings, store, monitor, clock) if settings.listen and not read_only else None
    companions = [each for each in (companion, recording and recording.run, exporter) if each]
    archive = None if read_only or companion else Archive(clock, watchlist.identities, only_rollups=bool(recording))
    scoped = ScopedMonitor(monitor, watchlist, new_store, clock)
    machine = TimeMachine(scoped, new_store, in_force.rules, clock, settings.zone(), archive=archive)
    alerts = alert_desk(settings, playbooks, specs, monitor.snapshot, clock, private=read_only or bool(companion))
    return opened(
        machine,
        companions=companions,
        keepers=[live(machine, alerts).keep],
        alerts=alerts,
        remember=partial(remember_sources, config_file),
        at_end=recording.close if recording else None,
        at_input=monitor.courtesy.somebody_waits,
    )


def _new_store(in_force: InForce, playbooks: PlaybookCatalogue, clean: Callable[[str], str]) -> MetricsStore:
    return MetricsStore(in_force.settings.thresholds, playbooks, clean=clean)


def _watchlist(
    monitor: Monitor, specs: Sequence[str], follow: Callable[[str], str], clock: Clock, settings: Settings
) -> Watchlist:
    """Return what adds sources to a monitor, these among them."""
    found = Watchlist(monitor, follow, clock, options=settings.source_options())
    for spec in dict.fromkeys(specs):
        found.add(spec)
    return found


def _opened(settings: Settings, clock: Clock, look: Viewing | None, *, read_only: bool) -> Callable[..., VoxtopApp]:
    """Return ``VoxtopApp`` as the settings want it drawn and worked with."""
    use_glyphs(unicode=shows_unicode() and not settings.ascii)
    calling = Calling(bell=False) if read_only else settings.calling()
    desk = Desk(clock, RecordedTicks(clock), playbook_folder(), bundle_folder(settings), calling)
    shown = partial(VoxtopApp, theme=settings.theme, layout=settings.layout, look=look)
    return partial(shown, clock=clock, read_only=read_only, desk=desk)


def _opening(settings: Settings, clock: Clock, stdin_fd: int) -> Callable[..., Source]:
    """Return ``open_source`` as the settings want it.

    Raises:
        UsageError: the start of reading is written wrongly.
    """
    tz = settings.zone()
    return partial(
        open_source,
        clock=clock,
        since=parse_since(settings.since, clock.now(), tz),
        line_time=partial(line_time, tz=tz),
        stdin_fd=stdin_fd,
        options=settings.source_options(),
    )


def _check_sources(clock: Clock, settings: Settings) -> None:
    """Raise UsageError where a source is written wrongly; nothing is opened."""
    opening = _opening(settings, clock, 0)
    for spec in settings.sources:
        opening(spec)


def _joined(notices: Sequence[Callable[[], str]]) -> str:
    return " · ".join(told for notice in notices if (told := notice()))


def _fleet(address: FleetAddress, settings: Settings, clock: Clock, playbooks: PlaybookCatalogue) -> Watched:
    """Return what asks Prometheus instead of logs."""
    from tui.engine.fleet.monitor import FleetMonitor  # noqa: PLC0415 - an HTTP client only where one is wanted

    return FleetMonitor(address, settings.thresholds, clock, playbooks)


def _exporter(settings: Settings, store: MetricsStore, monitor: Monitor, clock: Clock) -> Companion:
    """Return what tells Prometheus the figures; what was read as history before is no news to it."""
    from tui.engine.exporters.http import bind, publish  # noqa: PLC0415 - a server is loaded only where one is wanted

    store.expose(clock.now())
    token = settings.listen_token()
    return partial(publish, bind(settings.listen), monitor, clock, token)
