"""How the panels stand: which layout, or one panel with all the room."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding

from tui import screens
from tui.engine.errors import VoxtopError
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._alerting import AlertingScreen
from tui.screens._incident import Incident
from tui.screens._panels import NAMES, PANELS, name_of
from tui.screens.layouts import DEFAULT, Layout, Place, Plan, named
from tui.screens.viewed import View
from widgets import Panel

if TYPE_CHECKING:
    from tui.screens.command_line import Verb
    from tui.screens.wallboard import WallboardScreen


class ArrangingScreen(AlertingScreen):
    """Knows the keys for layouts; its panels stand in ``#panels``."""

    LAYOUT_KEYS: ClassVar[list[Binding]] = [
        Binding("p", "next_layout", id="next_layout"),
        Binding("M", "maximise", id="maximise"),
    ]

    PANEL_KEYS: ClassVar[list[Binding]] = [
        Binding(
            str(panel.NUMBER),
            f"focus_panel({panel.NUMBER})",
            panel.TITLE,
            tooltip="keys.focus_tip",
            show=False,
            id=f"panel_{panel.NUMBER}",
        )
        for panel in PANELS
    ]

    layouts: Callable[[], Sequence[Layout]]
    """All there are, as of now."""
    arrangement = DEFAULT
    """The name of the layout that the panels stand in."""
    _incident: Incident
    _plan: Plan | None = None
    _wall: "WallboardScreen | None" = None

    @property
    def behind_wall(self) -> bool:
        """Whether a wallboard stands before the panels, which then need not be drawn."""
        return self._wall is not None

    @property
    def chosen_layout(self) -> str:
        """The name of the layout in use: of the wallboard in front, else of the panels."""
        return self._wall.wall.name if self._wall else self.arrangement

    @property
    def maximised(self) -> Panel | None:
        """The panel that has all the room, if one has."""
        return next((panel for panel in self.query(Panel) if panel.has_class("-full")), None)

    def lay_panels(self) -> None:
        """Let the panels stand as layout and size want it; those that the layout leaves out are not there."""
        chosen = self.maximised
        if chosen is None:
            plan = named(self.arrangement, self.layouts()).plan(*self.app.size)
        else:
            plan = Plan(1, ("1fr",), {name_of(chosen): Place(1, 1)})
        if plan == self._plan:
            return
        self._plan = plan
        grid, order = self.query_one("#panels"), [*plan.places]
        for panel in grid.query_children(Panel):
            place = plan.places.get(name_of(panel))
            panel.display = place is not None
            if place:
                panel.styles.column_span, panel.styles.row_span = place
        grid.sort_children(key=lambda panel: order.index(name_of(panel)) if panel.display else len(order))
        grid.styles.grid_size_columns = plan.columns
        grid.styles.grid_rows = " ".join(plan.heights)
        grid.styles.min_height = plan.least_height

    @on(events.Resize)
    def rearrange(self) -> None:
        """Take the plan for the size that the terminal has now."""
        if self.app.return_code is None:  # else somebody left while the screen was opened, and there are no panels
            self.lay_panels()

    def begin_with(self, view: View) -> None:
        """Show the layout of a view, which is known, and the panel that has all the room, without a word."""
        if named(view.layout, self.layouts()).pages:
            self.call_after_refresh(self.action_use_layout, view.layout)
        else:
            self.arrangement = view.layout
        if view.panel in NAMES:
            self.action_open_panel(view.panel)
        elif view.panel:
            self._notes(t("view.no_panel", name=safe_text(view.panel, 80)), bad=True)
        self.lay_panels()

    def take_layouts(self) -> None:
        """Take up layouts that have changed; one that is gone gives way to the first."""
        known = {each.name: each for each in self.layouts()}
        if self._wall:
            self._wall.wall = known.get(self._wall.wall.name, self._wall.wall)
        if self.arrangement not in known or known[self.arrangement].pages:
            self.arrangement = DEFAULT
        self.lay_panels()

    def action_next_layout(self) -> None:
        """Go on to the next layout."""
        names = [each.name for each in self.layouts()]
        place = names.index(self.chosen_layout) if self.chosen_layout in names else -1
        self.action_use_layout(names[(place + 1) % len(names)])

    def action_use_layout(self, name: str) -> None:
        """Change to a layout; a maximised panel gives way to it."""
        try:
            layout = named(name, self.layouts())
        except VoxtopError as error:
            self._notes(safe_text(str(error)), bad=True)
            return
        self.leave_wall()
        if layout.pages:
            self._wall = screens.wallboard.WallboardScreen(
                self, layout, lambda: self._present, self._incident, self._clock
            )
            self.app.push_screen(self._wall)
            return
        self.arrangement = name
        self._fill_with(None)
        self._notes(t("layout.now", name=name))

    def leave_wall(self) -> None:
        """Show the panels again."""
        if self._wall:
            self._wall.dismiss()
            self._wall = None
            self._pull()

    def action_focus_panel(self, number: int) -> None:
        """Go to a panel by its number; one that is not in view gets all the room."""
        panel = self.query_one(PANELS[number - 1])
        if not panel.display:
            self._fill_with(panel)
        self.set_focus(panel)

    def verbs(self) -> "Iterable[Verb]":
        """Return what is done with the name of a layout or panel, beside what is done with sources."""
        run, verb = screens.command_line.Run, screens.command_line.Verb
        yield verb("layout", run(self, "use_layout"), lambda: [each.name for each in self.layouts()])
        yield verb("panel", run(self, "open_panel"), lambda: NAMES)
        yield from super().verbs()

    def action_open_panel(self, name: str) -> None:
        """Give a panel all the room."""
        panel = next(each for each in self.query(Panel) if name_of(each) == name)
        self._fill_with(panel)
        self.set_focus(panel)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to maximise where there is a panel to do it with."""
        if action == "maximise" and not isinstance(self.focused, Panel) and not self.maximised:
            return None
        return super().check_action(action, parameters)

    def action_maximise(self) -> None:
        """Give the focused panel all the room below the strip, or take it back."""
        focused = self.focused if isinstance(self.focused, Panel) else None
        self._fill_with(None if self.maximised else focused)

    def _fill_with(self, chosen: Panel | None) -> None:
        for panel in self.query(Panel):
            panel.set_class(panel is chosen, "-full")
        self.lay_panels()
