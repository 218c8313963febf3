"""The composition root: wires settings, engine, themes and screens together."""

import traceback
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import rich.text
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

import themes
from tui.alert_desk import AlertDesk, alert_desk
from tui.config import Settings, playbook_folder
from tui.engine.clock import Clock, SystemClock
from tui.engine.fleet.address import FleetAddress, fleet_address
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Calling
from tui.engine.monitor import Monitor, ScopedMonitor, Watchlist, follow
from tui.engine.parser import line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.sources import open_source
from tui.engine.sources._source import Source
from tui.engine.state import RecordedTicks, Recording
from tui.engine.text import t
from tui.engine.when import parse_since
from tui.own_themes import OwnThemes, theme_folder
from tui.remembering import remember_sources
from tui.screens._bindings import CHANGES
from tui.screens._watching import Remember, Watched
from tui.screens.dashboard import DashboardScreen
from tui.screens.playbook import Desk
from tui.terminal import end_on_signals, shows_unicode
from widgets import glyphs_in_use, use_glyphs

TROUBLE_S = 20.0
"""What is wrong with the configuration of alerts stays on screen for so long."""

Companion = Callable[[], Coroutine[Any, Any, None]]
"""Starts what runs beside the monitor."""


class VoxtopApp(App[int]):
    """Runs the monitor in the background and the dashboard in front of it."""

    TITLE = "voxtop"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "leave(130)", show=False, id="interrupt", priority=True)]

    def __init__(
        self,
        monitor: Watched,
        clock: Clock,
        theme: str,
        companions: Sequence[Companion] = (),
        *,
        alerts: AlertDesk | None = None,
        remember: Remember | None = None,
        own_themes: OwnThemes | None = None,
        read_only: bool = False,
        desk: Desk | None = None,
        at_end: Callable[[], None] | None = None,
    ) -> None:
        """Wire the parts.

        ``companions`` run beside the monitor and end with it: the writer of a simulated log, an exporter;
        ``alerts`` is where alerts are judged; ``remember`` writes sources into the configuration file; ``read_only``
        refuses what changes anything; ``desk`` is what the screens are worked with; ``at_end`` is called when all of
        them have ended.
        """
        super().__init__()
        self._at_end = at_end
        self._read_only = read_only
        self._remember = remember
        self._desk = desk or Desk(clock)
        self._monitor = monitor
        self._clock = clock
        self._companions = (*companions, alerts.run) if alerts else companions
        self._alerts = alerts
        self._own_themes = own_themes or OwnThemes(theme_folder())
        for each in (*themes.load(), *self._own_themes.themes):
            self.register_theme(each)
        self.theme = themes.full_name(theme, self._own_themes.themes)

    def on_mount(self) -> None:
        """Open the dashboard and begin to read."""
        end_on_signals(self.action_leave)
        self.push_screen(
            DashboardScreen(self._monitor, self._clock, self._desk, alerts=self._alerts, remember=self._remember)
        )
        # After the first picture: history may be long, and somebody is waiting for a sign of life.
        self.call_after_refresh(self.run_worker, self._monitor.run, group="monitor")
        if self._alerts and self._alerts.trouble:
            self.notify(safe_text(self._alerts.trouble), severity="error", timeout=TROUBLE_S, markup=False)
        self.run_worker(self._own_themes.keep(self), group="themes")
        for companion in self._companions:
            self.run_worker(companion(), group="companion")

    def action_leave(self, code: int = 0) -> None:
        """End with this exit code."""
        self.exit(code, return_code=code)

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action, unless it changes something and this monitor is for looking only."""
        name = (action if isinstance(action, str) else action[1]).partition("(")[0].rpartition(".")[2]
        if self._read_only and name in CHANGES:
            self.notify(t("screen.read_only"), markup=False)
            return False
        return await super().run_action(action, default_namespace, namespaces)

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as the terminal can show it: by its name where its sign is not in the encoding."""
        shown = super().get_key_display(binding)
        return shown if shown.isascii() or not glyphs_in_use().ascii else binding.key

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer every action of the screen and every theme in the command palette."""
        for node, binding, *_ in screen.active_bindings.values():
            if node is not self and binding.id and binding.description:
                run = partial(self.run_action, binding.action, node)
                yield SystemCommand(binding.description, binding.tooltip, run)
        for short, full in themes.short_names(self._own_themes.themes).items():
            yield SystemCommand(t("screen.use_theme", name=short), "", partial(setattr, self, "theme", full))

    def _fatal_error(self) -> None:
        """Tell of a defect without local variables: they hold log lines."""
        if self._exit_renderables:
            return  # the first defect explains the others
        lines = [safe_text(line) for line in traceback.format_exc().splitlines()]
        self._exit_renderables.append(rich.text.Text("\n".join([*lines, t("cli.crashed")])))
        self._close_messages_no_wait()

    def run_to_end(self) -> int:
        """Run until the user, a signal or a defect ends it, and return the exit code."""
        try:
            self.run()
        finally:
            if self._at_end:
                self._at_end()
        return self.return_code or 0


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
) -> VoxtopApp:
    """Return the program over these sources, wired and ready to run.

    ``config_file`` is where sources are remembered; None is the usual place.

    Raises:
        UsageError: a source or the start of reading is written wrongly.
    """
    clock = SystemClock()
    use_glyphs(unicode=shows_unicode() and not settings.ascii)
    calling = Calling(bell=False) if read_only else settings.calling()
    desk = Desk(clock, RecordedTicks(clock), playbook_folder(), calling)
    address = fleet_address(specs[0]) if len(specs) == 1 else None
    if address is not None:
        return VoxtopApp(_fleet(address, settings, clock), clock, settings.theme, read_only=read_only, desk=desk)
    opening = _opening(settings, clock, stdin_fd or 0)
    recording = Recording(clock, settings.retention()) if settings.resume and not read_only else None
    playbooks = PlaybookCatalogue.load()
    new_store = partial(MetricsStore, settings.thresholds, playbooks, clean=clean)
    store = new_store()
    told = partial(_joined, (notice, recording.notice) if recording else (notice,))
    monitor = Monitor((), store, clock, settings.zone(), told, journal=recording.journal if recording else None)
    watchlist = Watchlist(monitor, lambda spec: follow(monitor, spec, opening, recording), clock)
    for spec in dict.fromkeys(specs):
        watchlist.add(spec)
    companions = [each for each in (companion, recording.run if recording else None) if each]
    if settings.listen and not read_only:
        companions.append(_exporter(settings, store, monitor, clock))
    private = read_only or companion is not None
    return VoxtopApp(
        ScopedMonitor(monitor, watchlist, new_store, clock),
        clock,
        settings.theme,
        companions,
        alerts=alert_desk(settings, playbooks, specs, monitor.snapshot, clock, private=private),
        remember=partial(remember_sources, config_file),
        read_only=read_only,
        desk=desk,
        at_end=recording.close if recording else None,
    )


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


def _joined(notices: Sequence[Callable[[], str]]) -> str:
    return " · ".join(told for notice in notices if (told := notice()))


def _fleet(address: FleetAddress, settings: Settings, clock: Clock) -> Watched:
    """Return what asks Prometheus instead of logs."""
    from tui.engine.fleet.monitor import FleetMonitor  # noqa: PLC0415 - an HTTP client only where one is wanted

    return FleetMonitor(address, settings.thresholds, clock, PlaybookCatalogue.load())


def _exporter(settings: Settings, store: MetricsStore, monitor: Monitor, clock: Clock) -> Companion:
    """Return what tells Prometheus the figures; what was read as history before is no news to it."""
    from tui.engine.exporters.http import bind, publish  # noqa: PLC0415 - a server is loaded only where one is wanted

    store.expose(clock.now())
    token = settings.listen_token()
    return partial(publish, bind(settings.listen), monitor, clock, token)
