"""What the screens below the dashboard share: the strip, the way here, stories kept fresh, Esc back."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tui.engine.clock import Clock
from tui.engine.errors import StateError
from tui.engine.model import LogEvent, Snapshot, Story
from tui.engine.safe_text import safe_text
from tui.engine.stories import LOOK_BACK_S, tell
from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._leaving import EndsItsWork
from tui.screens._resizing import SizedScreen
from tui.screens._watching import Watched
from tui.screens.help import HelpScreen
from widgets import Breadcrumb, KeyFooter, TooSmallCard, VerdictStrip

RENEW_S = 0.5
REST = 20
"""Stories are told again no sooner than so many times as long as the last telling took."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a screen looks from: what it looks at, by which clock, and how somebody came here."""

    monitor: Watched
    clock: Clock
    steps: tuple[str, ...] = field(default=())
    past: Callable[[], str] = str
    """Returns what to say of the moment that is looked from if it is not now; safe text."""

    def on(self, step: str) -> "Way":
        """Return the way one step further."""
        return replace(self, steps=(*self.steps, step))


class DrillScreen(SizedScreen[None], EndsItsWork):
    """Two lines of verdict, one of the way here, and what a subclass shows below."""

    CSS_PATH = "drill.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-wide")]  # noqa: RUF012 - declared an instance variable by its base
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (16, "-high")]  # noqa: RUF012 - likewise

    BASE_KEYS: ClassVar[list[Binding]] = [
        Binding("question_mark", "help", id="help"),
        Binding("colon", "app.command_palette", id="palette", show=False),
        Binding("escape,q", "back", id="back"),
    ]
    KEYS: ClassVar[list[Binding]] = []

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way
        self._monitor = way.monitor
        self._bindings = translated([*self.KEYS, *self.BASE_KEYS])
        self._told: Snapshot | None = None
        self._rested_at = -inf
        self._loading = False

    def body(self) -> ComposeResult:
        """Lay out what lies below the way here."""
        raise NotImplementedError

    async def renew(self) -> None:
        """Take up what has happened since the last time."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay out strip, way, body and footer."""
        yield VerdictStrip()
        yield Breadcrumb()
        yield from self.body()
        yield KeyFooter()
        yield TooSmallCard()

    async def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(Breadcrumb).show(self._way.steps)
        self.set_interval(RENEW_S, self._look)
        await self._look()

    async def _look(self) -> None:
        """Show the verdict of this moment; renew what is below it when something has happened."""
        snapshot = self._monitor.snapshot()
        self.query_one(VerdictStrip).show(snapshot, self.now, past=self._way.past())
        if snapshot is self._told or self._loading or self._way.clock.monotonic() < self._rested_at:
            return
        self._told, self._loading = snapshot, True
        self.run_worker(self._renew(), group="renew")

    async def _renew(self) -> None:
        began = self._way.clock.monotonic()
        try:
            await self.renew()
        except StateError as error:
            self.notify(safe_text(str(error)), severity="warning", markup=False)
        finally:
            ended = self._way.clock.monotonic()
            self._rested_at, self._loading = ended + REST * (ended - began), False

    @property
    def now(self) -> float:
        """The moment that is looked from: now, or the one of the past that is shown."""
        return self._way.clock.now() if self._monitor.moment is None else self._monitor.moment

    async def stories(self, since: float) -> tuple[Story, ...]:
        """Return the stories of everything from a moment on.

        Raises:
            StateError: the state file cannot be read.
        """
        events = self._monitor.events(since - LOOK_BACK_S, inf)
        limits, now = self._monitor.snapshot().thresholds, self.now
        return await asyncio.to_thread(lambda: tell(events, now, limits))

    async def events(self, since: float, until: float) -> list[LogEvent]:
        """Return what is known of a span.

        Raises:
            StateError: the state file cannot be read.
        """
        return await asyncio.to_thread(list, self._monitor.events(since, until))

    def action_back(self) -> None:
        """Go one step back along the way; it never quits."""
        self.dismiss()

    def action_help(self) -> None:
        """Open the page of keys and figures."""
        self.app.push_screen(HelpScreen(active.binding for active in self.active_bindings.values()))

    def copy(self, text: str) -> None:
        """Put a text on the clipboard through the terminal (OSC 52)."""
        self.app.copy_to_clipboard(text)
        self.notify(t("screen.copied"), markup=False)

    def say(self, key: str) -> None:
        """Say a sentence of the catalogue for a moment."""
        self.notify(t(key), timeout=3, markup=False)


def next_place(places: Sequence[int], at: int, step: int) -> int | None:
    """Return the next of some places in a direction, if there is one."""
    ahead = [place for place in places if (place > at if step > 0 else place < at)]
    return (min(ahead) if step > 0 else max(ahead)) if ahead else None


ALONG = partial(Binding, show=False)

ALONG_KEYS = [
    ALONG("o", "along('own', 1)", id="next_own"),
    ALONG("O", "along('own', -1)", id="previous_own"),
    ALONG("e", "along('error', 1)", id="next_error"),
    ALONG("E", "along('error', -1)", id="previous_error"),
    ALONG("w", "along('warning', 1)", id="next_warning"),
    ALONG("W", "along('warning', -1)", id="previous_warning"),
]
"""Along a call, along errors, along warnings."""
