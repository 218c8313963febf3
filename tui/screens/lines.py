"""Raw lines around an event: scroll, search, go along the call, along errors and along warnings."""

import re
from collections.abc import Sequence
from math import inf
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from tui.engine.model import LogEvent, RawLine, Story
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens.drill import ALONG_KEYS, DrillScreen, Way
from widgets import FilterError, RawLinesView, RowFilter

AROUND_S = 3600.0
"""Errors and warnings of so long before and after a call can be gone along."""


Place = tuple[float, str, int]
"""When, in which source, on which line."""


class LinesScreen(DrillScreen):
    """The end of the way: what the log really says."""

    KEYS: ClassVar[list[Binding]] = [
        Binding("slash", "search", id="search"),
        Binding("n", "again(1)", id="next_match", show=False),
        Binding("N", "again(-1)", id="previous_match", show=False),
        Binding("r", "raw", id="raw"),
        Binding("y", "copy_line", id="copy_line"),
        *ALONG_KEYS,
    ]

    def __init__(self, way: Way, event: LogEvent, story: Story | None = None) -> None:
        """Begin at an event; ``story`` is the call that somebody follows, if it is one."""
        super().__init__(way)
        self._event = event
        self._story = story
        self._events: list[LogEvent] = [event]
        self._filter: RowFilter | None = None
        self._recorded: dict[int, LogEvent] = {}

    @property
    def _source(self) -> str:
        return self._event.source

    def body(self) -> ComposeResult:
        """Show the lines, and the search when it is asked for."""
        yield RawLinesView()
        yield Input(id="search", placeholder=t("lines.search"))

    async def on_mount(self) -> None:
        """Show the line that was chosen."""
        self._show()
        self._view.go_to_number(self._event.line)
        self._view.focus()
        await super().on_mount()

    @property
    def _view(self) -> RawLinesView:
        return self.query_one(RawLinesView)

    async def renew(self) -> None:
        """Take up new lines, and the events that can be gone along."""
        told = self._story
        since = -inf if told is None or told.first_at is None else told.first_at - AROUND_S
        until = inf if told is None or told.last_at is None else told.last_at + AROUND_S
        self._events = await self.events(since, until) or self._events
        self._show()

    def _show(self) -> None:
        """Show what is kept of the source; of what is not, the recorded events stand for the lines."""
        kept = self._monitor.lines_kept(self._source)
        here = self._event.line
        if kept is not None and kept[0] <= here <= kept[1]:
            self._recorded = {}
            self._view.show(self._read, range(kept[0], kept[1] + 1), self._own_lines(), "", self.now)
            return
        known = (*self._events, *self._own())
        self._recorded = {event.line: event for event in known if event.source == self._source}
        self._view.show(self._read, sorted(self._recorded), self._own_lines(), t("lines.not_kept"), self.now)

    def _own_lines(self) -> frozenset[int]:
        events = self._own()
        return frozenset(event.line for event in events if event.source == self._source)

    def _own(self) -> Sequence[LogEvent]:
        """Return the events of the call, in whichever source they are."""
        if self._story is None:
            return [self._event]
        call = self._story.key.call
        elsewhere = [event for event in self._events if call and event.id == call]
        own = {(event.source, event.line): event for event in (*self._story.events, *elsewhere)}
        return sorted(own.values(), key=lambda event: (event.time or 0.0, event.line))

    def _read(self, first: int, last: int) -> Sequence[RawLine]:
        if not self._recorded:
            return self._monitor.lines(self._source, first, last)
        return [recorded_line(event) for number, event in self._recorded.items() if first <= number <= last]

    def action_along(self, what: Literal["own", "error", "warning"], step: int) -> None:
        """Go to the next or previous event of the call, wherever it is, or error or warning of this source."""
        if what == "own":
            here, places = self._here(), {_place(event): event for event in self._own()}
        else:
            kinds = {"error": {"error"}, "warning": {"warning", "fallback"}}[what]
            mine = (event for event in self._events if event.kind in kinds and event.source == self._source)
            here, places = (0.0, "", self._view.number), {(0.0, "", event.line): event for event in mine}
        ahead = [place for place in places if (place > here if step > 0 else place < here)]
        if ahead:
            self._go(places[min(ahead) if step > 0 else max(ahead)])
        else:
            self.say(f"lines.no_{what}")

    def _here(self) -> Place:
        """Return where the cursor stands."""
        if self._view.number == self._event.line:
            return _place(self._event)
        line = self._view.selected
        time = line.time if line and line.time is not None else self._event.time
        return time or 0.0, self._source, self._view.number

    def _go(self, event: LogEvent) -> None:
        elsewhere = event.source != self._event.source
        self._event = event
        if elsewhere:
            self._show()
        self._view.go_to_number(event.line)

    def action_search(self) -> None:
        """Ask for what to look for."""
        box = self.query_one("#search", Input)
        box.add_class("-open")
        box.focus()

    @on(Input.Changed, "#search")
    def judge(self, message: Input.Changed) -> None:
        """Say at once what is wrong with a pattern; keep the last good one."""
        try:
            self._filter = RowFilter(message.value) if message.value.strip("!") else None
        except FilterError as error:
            message.input.border_title = safe_text(str(error), 200)
            return
        message.input.border_title = ""
        inverted = self._filter is None or self._filter.inverted
        self._view.pattern = None if inverted else re.compile(message.value, re.IGNORECASE)
        self._view.forget()

    @on(Input.Submitted, "#search")
    async def find_first(self) -> None:
        """Go to the first match from here on."""
        self.query_one("#search", Input).remove_class("-open")
        self._view.focus()
        await self._find(self._view.number, 1)

    async def action_again(self, step: int) -> None:
        """Go to the next or previous match."""
        await self._find(self._view.number + step, step)

    async def _find(self, start: int, step: int) -> None:
        wanted = self._filter
        if wanted is None:
            return
        try:
            number = await self._monitor.find_line(self._source, start, wanted.finder(), step)
        except FilterError as error:
            self.notify(safe_text(str(error), 200), severity="warning", markup=False)
            return
        if number is None:
            self.say("lines.no_match")
        else:
            self._view.go_to_number(number)

    def action_raw(self) -> None:
        """Show lines as the log has them, or only what they say."""
        self._view.raw = not self._view.raw
        self._view.forget()

    def action_copy_line(self) -> None:
        """Copy the line under the cursor, secrets masked."""
        if line := self._view.selected:
            self.copy(line.text)

    def action_back(self) -> None:
        """Close the search, else go back."""
        box = self.query_one("#search", Input)
        if box.has_class("-open"):
            box.remove_class("-open")
            self._view.focus()
        else:
            self.dismiss()


def _place(event: LogEvent) -> Place:
    return event.time or 0.0, event.source, event.line


def recorded_line(event: LogEvent) -> RawLine:
    """Return what was recorded of a line that is no longer kept."""
    ms = None if event.ms is None else f"{event.ms:g} ms"
    text = redact(event.text or " ".join(filter(None, (event.stage, event.provider, event.kind, ms, event.id))))
    return RawLine(event.source, event.line, text, text, event.level or _LEVELS.get(event.kind), event.time)


_LEVELS: dict[str, Literal["error", "warning"]] = {"error": "error", "warning": "warning", "fallback": "warning"}
