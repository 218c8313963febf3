"""The monitor in a terminal: its screens, keys that work everywhere, and what runs beside it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import click
from textual import events
from textual.actions import ActionParseResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

import themes
from tui import screens
from tui.bare_app import BareApp
from tui.engine.clock import Clock
from tui.engine.errors import VoxtopError
from tui.engine.model import Calling
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import LANGUAGES, t, use_language
from tui.engine.text import use_keys as name_keys
from tui.memory import collect_rings
from tui.own_layouts import Layouts, layout_folder
from tui.own_themes import OwnThemes
from tui.screens._bindings import CHANGES, PRESENT
from tui.screens._watching import Remember, Watched
from tui.screens.dashboard import DashboardScreen
from tui.screens.desk import Desk
from tui.screens.layouts import DEFAULT, named
from tui.screens.viewed import View, Viewing, reopening
from tui.terminal import end_on_signals, given_back

if TYPE_CHECKING:
    from tui.alert_desk import AlertDesk
    from tui.screens.command_line import Run, Verb

MOST_COPIED = 74_994
"""Bytes that every terminal takes which takes any (OSC 52, in base64 within 100 000)."""

TROUBLE_S = 20.0
"""What is wrong with the configuration of alerts stays on screen for so long."""

WRITTEN_S = 0.002
"""For so long loading waits until another thread has written the first picture: loading leaves it no time for that."""

Companion = Callable[[], Coroutine[Any, Any, None]]
"""Starts what runs beside the monitor."""

Keeper = Callable[["VoxtopApp"], Coroutine[Any, Any, None]]
"""Keeps the program in step with something outside until cancelled."""


class Engine(NamedTuple):
    """What a screen shows, and what runs beside it."""

    monitor: Watched
    companions: Sequence[Companion] = ()
    """They run beside the monitor and end with it: the writer of a simulated log, an exporter."""
    keepers: Sequence[Keeper] = ()
    """They are given the program and keep it in step with what changes outside."""
    alerts: "AlertDesk | None" = None
    """Where alerts are judged."""
    desk: Desk | None = None
    """What the screens are worked with."""
    at_end: Callable[[], None] | None = None
    """Called when all of them have ended."""
    at_input: Callable[[], None] | None = None
    """Called when a key is pressed or the mouse used."""


class VoxtopApp(BareApp[int]):
    """Runs the monitor in the background and the dashboard in front of it."""

    CSS_PATH = Path(__file__).parent / "screens" / "dashboard.tcss"
    """Known before its screen opens: one that brings its own has all read again. Absolute, so that heirs find it."""
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *BareApp.BINDINGS,
        Binding(
            "ctrl+p",
            "command_palette",
            "keys.palette",
            tooltip="keys.palette_tip",
            show=False,
            priority=True,
            id="palette_anywhere",
        ),
        Binding(
            "Y",
            "copy_command",
            "keys.copy_command",
            tooltip="keys.copy_command_tip",
            show=False,
            id="copy_command",
        ),
    ]

    def __init__(
        self,
        monitor: Watched,
        clock: Clock,
        theme: str,
        *,
        engine: Callable[[], Engine] | None = None,
        alerts: "AlertDesk | None" = None,
        remember: Remember | None = None,
        own_themes: OwnThemes | None = None,
        layouts: Layouts | None = None,
        layout: str = DEFAULT,
        read_only: bool = False,
        desk: Desk | None = None,
        look: Viewing | None = None,
    ) -> None:
        """Wire the parts.

        ``monitor`` and ``alerts``, where these are judged, are shown from the start; with ``engine`` it is what that
        returns once the first picture stands. ``remember`` writes sources into the configuration file; ``layout`` is
        the one to begin with; ``read_only`` refuses what changes anything; ``desk`` is what the screens are worked
        with; ``look`` is how the program is looked at: its view goes before ``theme`` and ``layout``, as far as it can
        be had.

        Raises:
            ConfigError: there is no such theme or layout.
        """
        super().__init__(theme, own_themes)
        self._look = look or Viewing()
        self._parting = ""
        self.use_keys(self._look.keys)
        self._layouts = layouts or Layouts(layout_folder())
        self._read_only = read_only
        self._remember = remember
        self._desk = desk or Desk(clock)
        self._clock = clock
        self._engine = Engine(monitor, alerts=alerts)
        self._load_engine = engine
        self._waiting: list[events.Event] | None = [] if engine else None
        """Keys from before the engine was there; None once it is."""
        self._refused: VoxtopError | None = None
        self._front = self._dashboard(self._first_view(named(layout, self._layouts.all).name))

    async def on_event(self, event: events.Event) -> None:
        """Tell that somebody is there before the event goes its way."""
        if isinstance(event, events.InputEvent):
            if not self.screen_stack:
                return  # all screens are closed: the program ends
            if self._waiting is not None:
                self._waiting.append(event)
                return
            if self._engine.at_input:
                self._engine.at_input()
        await super().on_event(event)

    def get_default_screen(self) -> Screen[None]:
        """Return the dashboard: Textual would begin with an empty screen, and lay that out first."""
        self._front._push_result_callback(self, None)  # noqa: SLF001 - as of any other, without which none follows it
        return self._front

    def on_mount(self) -> None:
        """Begin after the first picture: somebody waits for a sign of life."""
        end_on_signals(self.action_leave)
        self._front.call_after_refresh(self.call_next, self._begin)

    async def _begin(self) -> None:
        """Load the engine, go on with the keys that wait for it, and start all that runs beside the screen."""
        if self._load_engine:
            await asyncio.sleep(WRITTEN_S)
            try:
                self._engine = self._load_engine()
            except VoxtopError as error:
                self._refused = error
                self.exit()
                return
        self._desk = self._engine.desk or self._desk
        collect_rings()
        self._front.begin(self._engine.monitor, self._engine.alerts, self._desk)
        waiting, self._waiting = self._waiting or (), None
        for event in waiting:
            await self.on_event(event)
        self._run_beside_screen()

    def _run_beside_screen(self) -> None:
        """Read, keep in step with what changes outside, and tell what is wrong by now."""
        engine = self._engine
        self.run_worker(self.run_beside(engine.monitor.run), group="monitor")
        if engine.alerts and engine.alerts.trouble:
            self.notify(safe_text(engine.alerts.trouble), severity="error", timeout=TROUBLE_S, markup=False)
        if self._look.problem:
            self.notify(self._look.problem, severity="warning", markup=False)
        self.run_worker(self._layouts.keep(self._take_layouts, self._complain), group="layouts")
        for keep in (self._own_themes.keep, *engine.keepers):
            self.run_worker(keep(self), group="keeper")
        for companion in (*engine.companions, *([engine.alerts.run] if engine.alerts else ())):
            self.run_worker(self.run_beside(companion), group="companion")

    def _take_layouts(self) -> None:
        self._front.take_layouts()

    def _complain(self, error: VoxtopError) -> None:
        self.notify(safe_text(str(error)), severity="warning", markup=False)

    def _first_view(self, layout: str) -> View:
        """Return the view to begin with; what it wants and is not there any more is as the settings say."""
        view = self._look.view
        if view.theme in themes.short_names(self._own_themes.themes):
            self.use_theme(view.theme)
        known = view.layout in {each.name for each in self._layouts.all}
        return replace(view, layout=view.layout if known else layout)

    def _view(self) -> View:
        """Return what is looked at now."""
        return replace(self._front.view(), theme=self.theme.removeprefix(themes.PREFIX))

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Give actions the keys of the user's own, by the id of the action.

        Raises:
            ConfigError: one of them cannot be.
        """
        if keys:
            from tui.keymap import check_keys  # noqa: PLC0415 - it loads every screen to know their keys

            check_keys(keys, self.BINDINGS)
        self.set_keymap({**keys})
        first = {identity: next(iter(Binding.make_bindings([(wanted, "", "")]))) for identity, wanted in keys.items()}
        name_keys({identity: self.get_key_display(binding) for identity, binding in first.items()})

    def action_leave(self, code: int = 0) -> None:
        """Remember the view and end with this exit code."""
        try:
            if self._look.keep and self._waiting is None:
                self._look.keep(replace(self._view(), at=""))
        except VoxtopError as error:
            self._parting = str(error)
        super().action_leave(code)

    async def action_quit(self) -> None:
        """End as every other way to leave does."""
        self.action_leave(0)

    def action_copy_command(self) -> None:
        """Copy what opens exactly this view again."""
        command = reopening(self._look, self._front.view(), self._engine.monitor.specs)
        self.copy_to_clipboard(masked := redact(command))
        self.notify(t("view.copied" if masked == command else "view.copied_masked", text=masked), markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy as much as terminals take, and say so where that is not all."""
        taken = text.encode()[:MOST_COPIED].decode(errors="ignore")
        super().copy_to_clipboard(taken)
        if taken != text:
            self.notify(t("view.cut", count=len(taken)), severity="warning", markup=False)

    def _dashboard(self, view: View) -> DashboardScreen:
        return DashboardScreen(
            self._engine.monitor,
            self._clock,
            self._desk,
            alerts=self._engine.alerts,
            remember=self._remember,
            layouts=lambda: self._layouts.all,
            view=view,
        )

    async def redraw(self, calling: Calling) -> None:
        """Make the screens anew, in the language and the signs in use now; what lay over the dashboard is closed."""
        if not self._read_only:
            self._desk = replace(self._desk, calling=calling)
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self._front = self._dashboard(self._front.view())
        await self.switch_screen(self._front)
        if machine := self._engine.monitor.travels:
            machine.retell()
        self._front.begin(self._engine.monitor, self._engine.alerts, self._desk)

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action, unless it changes something and this monitor or its wallboard is for looking only.

        The past cannot be changed either.
        """
        name = (action if isinstance(action, str) else action[1]).partition("(")[0].rpartition(".")[2]
        if name in CHANGES and (self._read_only or isinstance(self.screen, screens.wallboard.WallboardScreen)):
            self.notify(t("screen.read_only"), markup=False)
            return False
        if self._engine.monitor.moment is not None and name in PRESENT:
            self.notify(t("time.unchangeable"), markup=False)
            return False
        return await super().run_action(action, default_namespace, namespaces)

    def action_command_palette(self) -> None:
        """Open the command line over whatever is shown."""
        below = self.screen
        if isinstance(below, screens.command_line.CommandLine):
            return
        bindings = ((each.node, each.binding) for each in below.active_bindings.values())
        actions = [*screens.command_line.actions_of(bindings, self.get_key_display)]
        verbs = [*(below.verbs() if isinstance(below, screens.command_line.HasVerbs) else ()), *self._verbs()]
        self.push_screen(screens.command_line.CommandLine(actions, verbs), self._carry_out)

    def _verbs(self) -> "Iterable[Verb]":
        run, verb = screens.command_line.Run, screens.command_line.Verb
        yield verb("theme", run(self, "wear"), lambda: themes.short_names(self._own_themes.themes))
        yield verb("lang", run(self, "speak"), lambda: LANGUAGES)

    async def _carry_out(self, run: "Run | None") -> None:
        if run is not None:
            # With words an action goes without a parser: they may contain anything.
            await self.run_action(("", run.action, run.words) if run.words else run.action, run.node)

    def action_wear(self, theme: str) -> None:
        """Use the colours of a theme."""
        try:
            self.use_theme(theme)
        except VoxtopError as error:
            self._complain(error)

    async def action_speak(self, language: str) -> None:
        """Say everything in another language from now on."""
        use_language(language)
        await self.redraw(self._desk.calling)

    def run_to_end(self) -> int:
        """Run until the user, a signal or a defect ends it, and return the exit code.

        Raises:
            VoxtopError: the engine cannot be had.
        """
        try:
            with given_back():
                self.run(mouse=self._look.mouse)
        finally:
            if self._engine.at_end:
                self._engine.at_end()
            if self._parting:
                click.echo(f"voxtop: {safe_text(self._parting)}", err=True)
        if self._refused:
            raise self._refused
        return self.return_code or 0
