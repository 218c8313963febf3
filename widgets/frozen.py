"""What covers the whole screen when no figure moves any more although it should."""

from rich.cells import cell_len

from tui.engine.text import t
from widgets import _format as fmt
from widgets._lines import Line, Role, Run, wrap
from widgets._lines_view import LinesView
from widgets._view import View


class FrozenCover(LinesView):
    """Says in the middle of the screen that the data is frozen, and since when."""

    DEFAULT_CSS = """
    FrozenCover { width: 1fr; height: 1fr; }
    """

    FADES = False

    _since = 0.0

    def show(self, since: float, now: float) -> None:
        """Say since when; both in seconds since the epoch."""
        self._since = since
        self.redraw(now)

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the words in the middle of whatever room there is."""
        text = t("monitor.frozen_since", time=fmt.clock_time(self._since, view.now), age=view.age(self._since))
        title = f" {view.glyphs.status[3]} {t('monitor.frozen_title')} "
        rows: list[tuple[str, Role]] = [(title, "badge-critical"), ("", "text")]
        rows += [(row, "strong") for row in wrap(text, max(1, width - 4))]
        above = max(0, (height - len(rows)) // 2)
        return [()] * above + [(Run(" " * max(0, (width - cell_len(row)) // 2)), Run(row, role)) for row, role in rows]
