"""How the panels stand: which layout, or one panel with all the room."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding

from tui.engine.text import t
from tui.screens._alerting import AlertingScreen
from tui.screens._panels import PANELS, name_of
from tui.screens.layouts import Layout, Place, Plan, named
from widgets import Panel


class ArrangingScreen(AlertingScreen):
    """Knows the keys for layouts; its panels stand in ``#panels``."""

    LAYOUT_KEYS: ClassVar[list[Binding]] = [
        Binding("p", "next_layout", id="next_layout", show=False),
        Binding("M", "maximise", id="maximise"),
    ]

    layouts: Callable[[], Sequence[Layout]]
    """All there are, as of now."""
    arrangement: str
    """The name of the layout in use."""
    _plan: Plan | None = None

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
        self.lay_panels()

    def take_layouts(self) -> None:
        """Take up layouts that have changed; one that is gone gives way to the first."""
        if self.arrangement not in {each.name for each in self.layouts()}:
            self.arrangement = self.layouts()[0].name
        self.lay_panels()

    def action_next_layout(self) -> None:
        """Go on to the next layout."""
        names = [each.name for each in self.layouts()]
        self.action_use_layout(names[(names.index(self.arrangement) + 1) % len(names)])

    def action_use_layout(self, name: str) -> None:
        """Change to a layout; a maximised panel gives way to it."""
        self.arrangement = named(name, self.layouts()).name
        self._fill_with(None)
        self.notify(t("layout.now", name=name), timeout=2, markup=False)

    def action_focus_panel(self, number: int) -> None:
        """Go to a panel by its number; one that is not in view gets all the room."""
        panel = self.query_one(PANELS[number - 1])
        if not panel.display:
            self._fill_with(panel)
        self.set_focus(panel)

    def action_maximise(self) -> None:
        """Give the focused panel all the room below the strip, or take it back."""
        focused = self.focused if isinstance(self.focused, Panel) else None
        self._fill_with(None if self.maximised else focused)

    def _fill_with(self, chosen: Panel | None) -> None:
        for panel in self.query(Panel):
            panel.set_class(panel is chosen, "-full")
        self.lay_panels()
