"""The engine as the settings want it: sources, figures, time machine, alerts, and what runs beside them.

It takes longer to load than the screen does, which therefore asks for it when its first picture stands.
"""

from collections.abc import Callable, Sequence
from functools import partial

from tui.alert_desk import alert_desk
from tui.config import Settings, bundle_folder, playbook_folder
from tui.engine.clock import Clock
from tui.engine.fleet.address import FleetAddress, fleet_address
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Calling
from tui.engine.monitor import Monitor, ScopedMonitor, TimeMachine, Watchlist, follow
from tui.engine.parser import line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.sources import open_source
from tui.engine.sources._source import Source
from tui.engine.state import Archive, RecordedTicks, Recording
from tui.engine.when import parse_since
from tui.live_config import InForce, LiveConfig, Reading
from tui.screens._watching import Watched
from tui.screens.desk import Desk
from tui.terminal_app import Companion, Engine
from tui.wishes import Wishes


def wired(settings: Settings, specs: Sequence[str], clock: Clock, wishes: Wishes) -> Engine:
    """Return the engine over these sources; the recording is open from here on.

    Raises:
        UsageError: a source or the start of reading is written wrongly.
        ConfigError: a rule for alerts is wrong, or the address to listen on cannot be had.
    """
    in_force, playbooks = InForce(settings), PlaybookCatalogue.load()
    read_only, alone = wishes.read_only, wishes.read_only or bool(wishes.companion)
    load = wishes.load or (lambda: settings)
    reading = Reading(wishes.config_file, load, partial(_check_sources, clock), wishes.config_stamp)
    live = partial(LiveConfig, in_force, reading, playbooks)
    desk = _desk(settings, clock, read_only=read_only)
    if address := fleet_address(specs[0]) if len(specs) == 1 else None:
        return Engine(_fleet(address, settings, clock, playbooks), keepers=[live().keep], desk=desk)
    recording = Recording(clock, settings.retention()) if settings.resume and not read_only else None
    new_store = partial(_new_store, in_force, playbooks, wishes.clean)
    told = partial(_joined, [wishes.notice, in_force.notice, *((recording.notice,) if recording else ())])
    store = new_store()
    monitor = Monitor((), store, clock, settings.zone(), told, journal=recording.journal if recording else None)
    opening = _opening(settings, clock, wishes.stdin_fd or 0)
    watchlist = _watchlist(
        monitor, specs, partial(follow, monitor, opening=opening, recording=recording), clock, settings
    )
    exporter = _exporter(settings, store, monitor, clock) if settings.listen and not read_only else None
    archive = None if alone else Archive(clock, watchlist.identities, only_rollups=bool(recording))
    scoped = ScopedMonitor(monitor, watchlist, new_store, clock)
    machine = TimeMachine(scoped, new_store, in_force.rules, clock, settings.zone(), archive=archive)
    alerts = alert_desk(settings, playbooks, specs, monitor.snapshot, clock, private=alone, tell=monitor.wake)
    return Engine(
        machine,
        companions=[each for each in (wishes.companion, recording and recording.run, exporter) if each],
        keepers=[live(machine, alerts).keep],
        alerts=alerts,
        desk=desk,
        at_end=recording.close if recording else None,
        at_input=monitor.courtesy.somebody_waits,
    )


def _desk(settings: Settings, clock: Clock, *, read_only: bool) -> Desk:
    calling = Calling(bell=False) if read_only else settings.calling()
    return Desk(clock, RecordedTicks(clock), playbook_folder(), bundle_folder(settings), calling)


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
