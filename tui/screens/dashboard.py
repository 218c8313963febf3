"""The main screen: verdict strip and panels over the newest snapshot."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, VerticalScroll
from textual.geometry import Size
from textual.widgets import Input

from tui import screens
from tui.engine.clock import Clock
from tui.engine.model import EMPTY_SNAPSHOT, Snapshot, Status
from tui.engine.text import t
from tui.engine.ticking import next_tick
from tui.screens._bindings import translated
from tui.screens._blaming import BlamingScreen
from tui.screens._bundling import BundlingScreen
from tui.screens._drilling import DrillingScreen
from tui.screens._incident import Incident
from tui.screens._panels import PANELS
from tui.screens._summons import Summons, call
from tui.screens._travelling import events_of
from tui.screens._viewing import ViewingScreen
from tui.screens._watching import Remember, Watched
from tui.screens.desk import Desk
from tui.screens.layouts import Layout
from tui.screens.viewed import View
from widgets import AlertBanner, BlameBar, KeyFooter, NoticeBar, RecentPanel, TooSmallCard, VerdictStrip

if TYPE_CHECKING:
    from tui.screens.alerts import AlertDesk
    from tui.screens.frozen import FrozenScreen

PULL_S = 0.1
"""The view is renewed at most this often."""

OVERDUE_S = 5.0
"""Age of the last snapshot from which on the figures on screen are not believed any more."""

LOOK_S = 1.0
"""Ages change at such moments."""

UNASKED_S = 3.0
"""After this time without news the monitor is asked whether it is still alive."""

ASLEEP_S = 10.0
"""What waits for news waits no longer, whatever it was told."""


class Panels(Container):
    """Holds the panels, which fill it."""

    BLANK = True  # has Textual draw none of its rows one by one: they lie behind the panels

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = False) -> bool:
        """Take a size; the panels were laid out for it, once more they need not be."""
        return super()._size_updated(size, virtual_size, container_size, layout)


class Room(VerticalScroll):
    """Keeps the focused panel in sight when what stands above takes rows, such as the sentence of what changed."""

    BLANK = True

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = False) -> bool:
        """Take a size; a bar for scrolling that comes or goes has all laid out once more, nothing else has."""
        return super()._size_updated(size, virtual_size, container_size, layout)

    def on_resize(self) -> None:
        """Scroll to the focused panel again."""
        focused = self.screen.focused
        if focused is not None and self in focused.ancestors:
            focused.scroll_visible(animate=False)


class DashboardScreen(DrillingScreen, ViewingScreen, BundlingScreen, BlamingScreen):
    """Strip, notice, panels 1–8 as the layout wants them, and footer."""

    CSS_PATH = "dashboard.tcss"
    AUTO_FOCUS = ""  # until a panel is chosen, Enter is about the worst of all
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared an instance variable by its base
        (0, "-tiny"),
        (40, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - likewise
        (0, "-flat"),
        (10, "-high"),
    ]
    KEYS: ClassVar[list[Binding]] = [
        *DrillingScreen.DRILL_KEYS,
        Binding("question_mark", "help", id="help"),
        Binding("colon", "app.command_palette", id="palette"),
        *ViewingScreen.LAYOUT_KEYS,
        Binding("space", "freeze", id="freeze"),
        Binding("slash", "filter", id="filter"),
        *BundlingScreen.TIME_KEYS,
        *BundlingScreen.BUNDLE_KEYS,
        *BlamingScreen.BLAME_KEYS,
        *ViewingScreen.SOURCE_KEYS,
        *ViewingScreen.ALERT_KEYS,
        *ViewingScreen.VIEW_KEYS,
        *ViewingScreen.PANEL_KEYS,
        Binding("escape", "back", id="back", show=False),
        Binding("q", "app.leave(0)", id="quit"),
    ]

    def __init__(
        self,
        monitor: Watched,
        clock: Clock,
        desk: Desk | None = None,
        *,
        alerts: "AlertDesk | None" = None,
        remember: Remember | None = None,
        layouts: Callable[[], Sequence[Layout]],
        view: View,
    ) -> None:
        """``desk`` is what playbooks are worked with, ``alerts`` is where alerts are judged, if they are.

        ``layouts`` are those to choose from, ``view`` is what to begin with.
        """
        super().__init__(monitor, remember, alerts, clock)
        self.layouts, self.first = layouts, view
        self._incident = Incident()
        self._summons = Summons(clock)
        self._desk = desk or Desk(clock)
        self._seen = EMPTY_SNAPSHOT
        self._frozen: Snapshot | None = None
        self._pulled = clock.monotonic()
        self._heads = VerdictStrip(), BlameBar(), NoticeBar(), AlertBanner()
        self._panels = [panel() for panel in PANELS]
        self._shown_at = self._due = 0.0
        """When all that was due was last shown, and when the first age on show changes (seconds since the epoch)."""
        self._ice: FrozenScreen | None = None
        self._bindings = translated(self.KEYS)
        self._bindings.bind("tab", "app.focus_next", show=False)
        self._bindings.bind("shift+tab", "app.focus_previous", show=False)

    def compose(self) -> ComposeResult:
        """Lay the panels out in the order of their number keys."""
        yield from self._heads
        with Room(id="room", can_focus=False), Panels(id="panels"):
            yield from self._panels
        yield KeyFooter()
        yield TooSmallCard()

    def on_mount(self) -> None:
        """Show what there is, which may be nothing yet."""
        if self.app.return_code is not None:
            return  # somebody left while it was opened: there is no panel to lay
        self.begin_with(self.first)
        self._pull()

    def begin(self, monitor: Watched, alerts: "AlertDesk | None", desk: Desk) -> None:
        """Show what a monitor has, from now on."""
        self._monitor, self._alerts, self._desk = monitor, alerts, desk
        self.choose_first()
        self._pull()
        self.keep_doing(self._keep_pulling, "pull")
        self.keep_doing(self._keep_suspecting, "suspect")

    async def _keep_pulling(self) -> None:
        """Pull when there is news, at most every ``PULL_S``."""
        while True:
            began = self._clock.monotonic()
            news = await self._monitor.news(ASLEEP_S)
            if self._alerts:
                await self._alerts.settled()
            self._pull(calm=not news)
            if (spent := self._clock.monotonic() - began) < PULL_S:
                await asyncio.sleep(PULL_S - spent)

    def _pull(self, *, calm: bool = False) -> None:
        """Show the newest snapshot; panels redraw only what changed.

        ``calm``: nobody said that anything is new, so that only other figures and other ages are.
        """
        now, before = self._now(), self._shown
        self._pulled = self._clock.monotonic()
        self._present = self._with_alerts(self._monitor.present())
        self._shown = self._present if self._monitor.moment is None else self._as_of_then()
        self._incident.see(self._present.verdict, self._clock.now())
        self._cover_frozen(self._shown, now)
        self.seek_when_read(self._present)
        if news := self._summons.news(self._present):
            self.run_worker(self._call(news), group="summons")
        if self._frozen is None:
            self._show(self._shown, now, aged=calm and self._shown is before and self._shown_at <= now)
        else:
            new = events_of(self._present) - events_of(self._frozen)
            self._heads[0].show(self._frozen, now, paused=new)

    async def _call(self, news: str) -> None:
        """Call whoever looks elsewhere."""
        driver = self.app._driver  # noqa: SLF001 - as Textual's own bell does; nothing public writes a sequence
        if driver is not None:
            complain = partial(self.notify, severity="warning", markup=False)
            await call(self._desk.calling, news, driver.write, complain)

    def _with_alerts(self, seen: Snapshot) -> Snapshot:
        """Return a snapshot with the alerts in it; the same object while neither changed."""
        board = self._board(seen)
        if seen is self._seen and board is self._present.alerts:
            return self._present
        self._seen = seen
        return replace(seen, alerts=board)

    async def _keep_suspecting(self) -> None:
        while True:
            await next_tick(LOOK_S, self._is_in_doubt)
            if self._alerts:
                await self._alerts.settled()
            if self._unasked_s > OVERDUE_S:
                self._suspect()
            else:
                self._pull(calm=True)

    @property
    def _unasked_s(self) -> float:
        return self._clock.monotonic() - self._pulled

    def _is_in_doubt(self) -> bool:
        """Tell whether an age is due while all else is as shown, or the figures were not shown in time or are too old.

        Now and then the monitor is asked anyway.
        """
        unasked, due = self._unasked_s, not self._shown_at <= self._now() < self._due
        if unasked > OVERDUE_S or not (due or unasked >= UNASKED_S):
            return unasked > OVERDUE_S
        if self._monitor.present() is not self._seen:
            return unasked >= UNASKED_S + LOOK_S  # whoever waits for news shows it
        self._pulled += unasked
        return due

    def _suspect(self) -> None:
        """Take all green back: no snapshot has come for too long, whatever the reason."""
        age, now, old = self._clock.monotonic() - self._pulled, self._now(), self._shown
        verdict = replace(old.verdict, status=Status.NO_DATA, freshness="stale")
        self._shown = replace(old, verdict=verdict, frozen_since=old.frozen_since or now - age)
        self._show(self._shown, now)
        self._cover_frozen(self._shown, now)

    def _cover_frozen(self, snapshot: Snapshot, now: float) -> None:
        """Lay the cover over everything while the data is frozen."""
        if snapshot.frozen_since is not None:
            if self._ice is None:
                self._ice = screens.frozen.FrozenScreen()
            if not self._ice.is_attached:
                self.app.push_screen(self._ice)
            self._ice.show(snapshot.frozen_since, now)
        elif self._ice and self._ice.is_current:
            self._ice.dismiss()
            self._ice = None

    def _show(self, snapshot: Snapshot, now: float, *, aged: bool = False) -> None:
        """Show a snapshot; ``aged``: it is the one on show, and only what is due by now may read differently."""
        if self.behind_wall:
            return
        past = self._past(self._present)
        strip, blame, notice, banner = self._heads
        strip.show(snapshot, now, past=past)
        if not aged:
            self.set_class(bool(past), "-past")
            for head in (blame, notice, banner):
                head.show(snapshot, now)
        for panel in self._panels:
            if not aged or panel.due <= now:
                panel.show(snapshot, now)
        self._shown_at, self._due = now, min(each.due for each in (strip, *self._panels))

    def action_freeze(self) -> None:
        """Hold the view or let it go on; reading never stops."""
        if self._monitor.moment is not None:
            self.notify(t("time.stands"), markup=False)
            return
        self._frozen = self._shown if self._frozen is None else None
        self.set_class(self._frozen is not None, "-frozen")
        self._pull()

    def _thaw(self) -> float | None:
        held, self._frozen = self._frozen, None
        self.remove_class("-frozen")
        return held.at if held else None

    def action_help(self) -> None:
        """Open the page of keys and figures."""
        self.app.push_screen(screens.help.HelpScreen(active.binding for active in self.active_bindings.values()))

    async def action_back(self) -> None:
        """Undo the last step in: filter, maximised panel, focus, scope; it never quits."""
        if self.query("#filter") or self.query_one(RecentPanel).filter_text:
            await self._close_filter()
        elif self.maximised:
            self._fill_with(None)
        elif self.focused is not None:
            self.set_focus(None)
        else:
            self._show_all()

    async def action_filter(self) -> None:
        """Ask for what the recent errors should match, with these in sight."""
        panel = self.query_one(RecentPanel)
        if not panel.display:
            self._fill_with(panel)
        boxes = self.query("#filter").results(Input)
        box = next(boxes, None) or Input(panel.filter_text, id="filter", placeholder=t("screen.filter_prompt"))
        if not box.is_attached:
            await self.mount(box, before="KeyFooter")
        box.focus()
        self.call_after_refresh(panel.scroll_visible, animate=False)

    @on(Input.Changed, "#filter")
    def apply_filter(self, message: Input.Changed) -> None:
        """Filter while the user types; a pattern that is not finished yet keeps the last good one."""
        problem = self.query_one(RecentPanel).set_filter(message.value)
        message.input.border_title = problem or ""

    @on(Input.Submitted, "#filter")
    async def keep_filter(self) -> None:
        """Go from the filter into the rows it left."""
        self.query_one(RecentPanel).focus()
        await self.query("#filter").remove()

    async def _close_filter(self) -> None:
        self.query_one(RecentPanel).set_filter("")
        await self.keep_filter()
