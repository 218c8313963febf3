"""The monitor in a terminal: its screens, keys that work everywhere, and what runs beside it."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import click
from textual import events
from textual.actions import ActionParseResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode

import themes
from tui.alert_desk import AlertDesk
from tui.bare_app import BareApp
from tui.engine.clock import Clock
from tui.engine.errors import VoxtopError
from tui.engine.model import Calling
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import LANGUAGES, t, use_language
from tui.keymap import check_keys
from tui.own_layouts import Layouts, layout_folder
from tui.own_themes import OwnThemes
from tui.screens._bindings import CHANGES, PRESENT
from tui.screens._watching import Remember, Watched
from tui.screens.command_line import CommandLine, HasVerbs, Run, Verb, actions_of
from tui.screens.dashboard import DashboardScreen
from tui.screens.layouts import DEFAULT, named
from tui.screens.playbook import Desk
from tui.screens.viewed import View, Viewing, reopening
from tui.screens.wallboard import WallboardScreen
from tui.terminal import end_on_signals, given_back
from widgets import in_language

DASHBOARD_AT = 1
"""Its place in the stack of screens: above the empty one that Textual begins with."""

MOST_COPIED = 74_994
"""Bytes that every terminal takes which takes any (OSC 52, in base64 within 100 000)."""

TROUBLE_S = 20.0
"""What is wrong with the configuration of alerts stays on screen for so long."""

Companion = Callable[[], Coroutine[Any, Any, None]]
"""Starts what runs beside the monitor."""

Keeper = Callable[["VoxtopApp"], Coroutine[Any, Any, None]]
"""Keeps the program in step with something outside until cancelled."""


class VoxtopApp(BareApp[int]):
    """Runs the monitor in the background and the dashboard in front of it."""

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
        companions: Sequence[Companion] = (),
        *,
        alerts: AlertDesk | None = None,
        remember: Remember | None = None,
        own_themes: OwnThemes | None = None,
        layouts: Layouts | None = None,
        layout: str = DEFAULT,
        keepers: Sequence[Keeper] = (),
        read_only: bool = False,
        desk: Desk | None = None,
        at_end: Callable[[], None] | None = None,
        look: Viewing | None = None,
        at_input: Callable[[], None] | None = None,
    ) -> None:
        """Wire the parts.

        ``companions`` run beside the monitor and end with it: the writer of a simulated log, an exporter;
        ``keepers`` are given this program and keep it in step with what changes outside; ``alerts`` is where alerts
        are judged; ``remember`` writes sources into the configuration file; ``layout`` is the one to begin with;
        ``read_only`` refuses what changes anything; ``desk`` is what the screens are worked with; ``at_end`` is called
        when all of them have ended; ``look`` is how the program is looked at: its view goes before ``theme`` and
        ``layout``, as far as it can be had; ``at_input`` is called when a key is pressed or the mouse used.

        Raises:
            ConfigError: there is no such theme or layout.
        """
        super().__init__(theme, own_themes)
        self._at_end = at_end
        self._at_input = at_input
        self._look = look or Viewing()
        self._parting = ""
        self.use_keys(self._look.keys)
        self._bindings = in_language(self._merge_bindings())
        self._layouts = layouts or Layouts(layout_folder())
        self._read_only = read_only
        self._remember = remember
        self._desk = desk or Desk(clock)
        self._monitor = monitor
        self._clock = clock
        self._companions = (*companions, alerts.run) if alerts else companions
        self._alerts = alerts
        self._keepers = (self._own_themes.keep, *keepers)
        self._front = self._dashboard(self._first_view(named(layout, self._layouts.all).name))

    async def on_event(self, event: events.Event) -> None:
        """Tell that somebody is there before the event goes its way."""
        if self._at_input and isinstance(event, events.InputEvent):
            self._at_input()
        await super().on_event(event)

    def on_mount(self) -> None:
        """Open the dashboard."""
        end_on_signals(self.action_leave)
        self.run_worker(self._open(), group="open")

    async def _open(self) -> None:
        """Show the dashboard; everything else begins after its first picture: somebody waits for a sign of life."""
        await self.push_screen(self._front)
        self._front.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Read, keep in step with what changes outside, and tell what is wrong by now."""
        self.run_worker(self.run_beside(self._monitor.run), group="monitor")
        if self._alerts and self._alerts.trouble:
            self.notify(safe_text(self._alerts.trouble), severity="error", timeout=TROUBLE_S, markup=False)
        if self._look.problem:
            self.notify(self._look.problem, severity="warning", markup=False)
        self.run_worker(self._layouts.keep(self._take_layouts, self._complain), group="layouts")
        for keep in self._keepers:
            self.run_worker(keep(self), group="keeper")
        for companion in self._companions:
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
            check_keys(keys, self.BINDINGS)
        self.set_keymap({**keys})

    def action_leave(self, code: int = 0) -> None:
        """Remember the view and end with this exit code."""
        try:
            if self._look.keep:
                self._look.keep(replace(self._view(), at=""))
        except VoxtopError as error:
            self._parting = str(error)
        super().action_leave(code)

    async def action_quit(self) -> None:
        """End as every other way to leave does."""
        self.action_leave(0)

    def action_copy_command(self) -> None:
        """Copy what opens exactly this view again."""
        command = reopening(self._look, self._front.view(), self._monitor.specs)
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
            self._monitor,
            self._clock,
            self._desk,
            alerts=self._alerts,
            remember=self._remember,
            layouts=lambda: self._layouts.all,
            view=view,
        )

    async def redraw(self, calling: Calling) -> None:
        """Make the screens anew, in the language and the signs in use now; what lay over the dashboard is closed."""
        if not self._read_only:
            self._desk = replace(self._desk, calling=calling)
        while len(self.screen_stack) > DASHBOARD_AT + 1:
            await self.pop_screen()
        self._bindings = in_language(self._merge_bindings())
        self._front = self._dashboard(self._front.view())
        await self.switch_screen(self._front)

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
        if name in CHANGES and (self._read_only or isinstance(self.screen, WallboardScreen)):
            self.notify(t("screen.read_only"), markup=False)
            return False
        if self._monitor.moment is not None and name in PRESENT:
            self.notify(t("time.unchangeable"), markup=False)
            return False
        return await super().run_action(action, default_namespace, namespaces)

    def action_command_palette(self) -> None:
        """Open the command line over whatever is shown."""
        below = self.screen
        if isinstance(below, CommandLine):
            return
        bindings = ((each.node, each.binding) for each in below.active_bindings.values())
        actions = [*actions_of(bindings, self.get_key_display)]
        verbs = [*(below.verbs() if isinstance(below, HasVerbs) else ()), *self._verbs()]
        self.push_screen(CommandLine(actions, verbs), self._carry_out)

    def _verbs(self) -> Iterable[Verb]:
        yield Verb("theme", Run(self, "wear"), lambda: themes.short_names(self._own_themes.themes))
        yield Verb("lang", Run(self, "speak"), lambda: LANGUAGES)

    async def _carry_out(self, run: Run | None) -> None:
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
        """Run until the user, a signal or a defect ends it, and return the exit code."""
        try:
            with given_back():
                self.run(mouse=self._look.mouse)
        finally:
            if self._at_end:
                self._at_end()
            if self._parting:
                click.echo(f"voxtop: {safe_text(self._parting)}", err=True)
        return self.return_code or 0
