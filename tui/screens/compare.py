"""Two windows side by side: what is shown, against the same hour a week ago, yesterday, or before."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content

from tui.engine.comparing import LENGTHS, Comparing, window_before
from tui.engine.errors import StateError
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._leaving import EndsItsWork
from tui.screens._resizing import SizedDialog
from tui.screens.help import HELP, help_over
from widgets import ComparisonView, KeyFooter

HEAD_ROWS = 4
"""Above the figures: both windows, a gap, the titles."""

BASELINES = {"ago_week": 7 * 86_400.0, "ago_day": 86_400.0, "ago_before": 0.0}
"""How long before; the first of which anything is kept is shown."""


class CompareScreen(SizedDialog[None], EndsItsWork):
    """Compares the window that ends at the moment shown with one before."""

    CSS = """
    CompareScreen { align: center middle; }
    CompareScreen > VerticalScroll {
        width: 95%; max-width: 110; height: 90%; max-height: 32;
        background: $background; border: round $primary; border-title-color: $foreground; padding: 0 1;
    }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("w", "length", id="compare_length"),
        Binding("b", "baseline", id="compare_baseline"),
        Binding("escape,q,d", "dismiss", id="back"),
        HELP,
    ]

    def __init__(self, comparing: Comparing, end: float) -> None:
        """``end`` is the moment at which the newer window ends."""
        super().__init__()
        self._comparing = comparing
        self._end = end
        self._length = LENGTHS[1]
        self._baseline = ""
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the table."""
        with VerticalScroll():
            yield ComparisonView()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin with the first window before of which anything is kept."""
        self._compute()

    def action_help(self) -> None:
        """Open the page of keys and figures."""
        self.app.push_screen(help_over(self))

    def action_length(self) -> None:
        """Take longer or shorter windows."""
        self._length = LENGTHS[(LENGTHS.index(self._length) + 1) % len(LENGTHS)]
        self._compute()

    def action_baseline(self) -> None:
        """Compare with another window before."""
        names = [*BASELINES]
        self._baseline = names[(names.index(self._baseline) + 1) % len(names)] if self._baseline else names[0]
        self._compute()

    def _compute(self) -> None:
        self.query_one(ComparisonView).show(None, self._end)
        self.run_worker(self._computed(), group="compare", exclusive=True)

    async def _computed(self) -> None:
        now = (self._end - self._length, self._end)
        view = self.query_one(ComparisonView)
        try:
            if not self._baseline:
                self._length, self._baseline = await self._first_kept()
                now = (self._end - self._length, self._end)
            then = window_before(now, BASELINES[self._baseline])
            self.query_one(VerticalScroll).border_title = Content(
                f"{t('compare.title')} · {t(f'compare.{self._baseline}')}"
            )
            found = await asyncio.to_thread(self._comparing.compare(then, now))
        except StateError as error:
            self.notify(safe_text(str(error)), severity="error", markup=False)
            return
        view.styles.height = HEAD_ROWS + len(found.rows)
        view.show(found, self._end)

    async def _first_kept(self) -> tuple[float, str]:
        """Return the length and the name of the first window before of which anything is kept."""
        for length in (LENGTHS[1], LENGTHS[0]):
            for name, ago in BASELINES.items():
                then = window_before((self._end - length, self._end), ago)
                if await asyncio.to_thread(self._comparing.kept(then)):
                    return length, name
        return LENGTHS[1], "ago_week"
