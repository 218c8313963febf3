"""A playbook to read and tick off: what it is, why we think so, what to do, commands to copy."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message

from tui.engine.clock import Clock, SystemClock
from tui.engine.model import Playbook, Status
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets._format import clock_time
from widgets._glyphs import glyphs_in_use
from widgets._language import localised
from widgets._lines import Line, Role, Run, wrap
from widgets._lines_view import LinesView
from widgets._view import View

_SEVERITIES: dict[str, Status] = {"info": Status.NO_DATA, "warning": Status.WARNING, "critical": Status.CRITICAL}


class _Body(LinesView, can_focus=False):
    """The text of the card, as high as it needs to be."""

    DEFAULT_CSS = """
    _Body { height: auto; width: 1fr; }
    """

    def __init__(self, playbook: Playbook | None, evidence: Sequence[str], commands: Sequence[str]) -> None:
        super().__init__()
        self._playbook = playbook
        self._evidence = [safe_text(line, 1000) for line in evidence]
        self._steps = [safe_text(step, 1000) for step in localised(playbook.steps)] if playbook else []
        self.commands = [safe_text(command, 1000) for command in commands]
        self.ticked: dict[int, float] = {}
        """Steps from 0, each with the time at which it was done."""
        self.now = 0.0
        self.at = 0
        self.items: list[tuple[int, int]] = []
        """First row and height of each step and command."""
        self._view = View(0.0, live=True, glyphs=glyphs_in_use())

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self._steps)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual asks
        """Return the rows of the text at this width."""
        return len(self.draw(width, 0, View(0.0, glyphs=self._view.glyphs)))

    def cursor_row(self) -> int | None:
        """Return the first row of the step or command in hand."""
        return self.items[self.at][0] if self.items else None

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - as high as it gets
        """Return the whole card."""
        if self._playbook is None:
            return [*self._paragraph(t("card.unknown"), width), *self._evidence_rows(width), *self._draft_rows(width)]
        mark = view.mark(_SEVERITIES[self._playbook.severity])
        lines: list[Line] = []
        if self._playbook.severity != "info":
            lines += [(mark,), ()]
        lines += self._section("card.what") + self._paragraph(safe_text(localised(self._playbook.cause)), width)
        lines += self._evidence_rows(width)
        self.items = []
        if self._steps:
            lines += [(), *self._section("card.steps")]
        for number, step in enumerate(self._steps):
            done = number in self.ticked
            lead = f" {view.glyphs.tick if done else view.glyphs.no_tick} {number + 1}. "
            text = f"{step} · {clock_time(self.ticked[number], self.now)}" if done else step
            self._add_item(lines, lead, text, width, "dim" if done else "text")
        if self.commands:
            lines += [(), *self._section("card.commands")]
        for command in self.commands:
            self._add_item(lines, " $ ", command, width, "strong")
        if self._playbook.link:
            lines += [(), (Run(safe_text(self._playbook.link, 500), "label"),)]
        return lines

    def _add_item(self, lines: list[Line], lead: str, text: str, width: int, role: Role) -> None:
        rows = wrap(text, max(8, width - len(lead)))
        self.items.append((len(lines), len(rows)))
        lines += [(Run(lead if i == 0 else " " * len(lead), "label"), Run(row, role)) for i, row in enumerate(rows)]

    def _evidence_rows(self, width: int) -> list[Line]:
        if not self._evidence:
            return []
        rows = [row for line in self._evidence for row in self._paragraph(line, width, "label")]
        return [(), *self._section("card.why"), *rows]

    def _draft_rows(self, width: int) -> list[Line]:
        return [(), *self._paragraph(t("card.draft_how", what=t("card.tip_draft")), width, "hint")]

    @staticmethod
    def _section(key: str) -> list[Line]:
        return [(Run(t(key), "strong"),)]

    @staticmethod
    def _paragraph(text: str, width: int, role: Role = "text") -> list[Line]:
        return [(Run(f" {row}", role),) for row in wrap(text, max(8, width - 1))]


class PlaybookCard(VerticalScroll, can_focus=True):
    """Scrolls, ticks steps off and offers commands for copying; it never runs anything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "panel.key_up", tooltip="panel.tip_up", id="card.up", show=False),
        Binding("down,j", "move(1)", "panel.key_down", tooltip="panel.tip_down", id="card.down", show=False),
        Binding("space", "tick", "card.key_tick", tooltip="card.tip_tick", id="card.tick"),
        Binding("y", "copy", "card.key_copy", tooltip="card.tip_copy", id="card.copy"),
        Binding("d", "draft", "card.key_draft", tooltip="card.tip_draft", id="card.draft"),
        Binding("backspace", "clear_ticks", "card.key_clear", tooltip="card.tip_clear", id="card.clear"),
    ]

    DEFAULT_CSS = """
    PlaybookCard {
        border: round $border;
        border-title-color: $foreground;
        border-title-style: bold;
        border-subtitle-color: $foreground-muted;
        background: $background;
        padding: 0 1;
        width: 1fr;
        height: 1fr;
        &.-ascii { border: ascii $border; }
    }
    """

    class Copied(Message):
        """A command is to be put on the clipboard."""

        def __init__(self, card: "PlaybookCard", text: str) -> None:
            super().__init__()
            self.card = card
            """Where."""
            self.text = text
            """The command in hand, or all of them, one per line."""

        @property
        def control(self) -> "PlaybookCard":
            """The card that sent it."""
            return self.card

    class Ticked(Message):
        """A step was ticked off, or on again."""

        def __init__(self, card: "PlaybookCard", step: int, at: float | None) -> None:
            super().__init__()
            self.card = card
            """Where."""
            self.step = step
            """From 0."""
            self.at = at
            """When; ``None`` takes it back."""

        @property
        def control(self) -> "PlaybookCard":
            """The card that sent it."""
            return self.card

    class DraftWanted(Message):
        """A playbook is to be begun for what the card shows."""

    def __init__(
        self,
        playbook: Playbook | None,
        evidence: Sequence[str] = (),
        *,
        commands: Sequence[str] | None = None,
        clock: Clock | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - what every Textual widget calls it
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        """Take what to show.

        Args:
            playbook: ``None`` says that none is known, and shows the evidence.
            evidence: Lines of the log or figures that led here, in plain text from anywhere.
            commands: The playbook's commands, filled in; by default as they are written.
            clock: Gives the time of a tick; by default the machine's.
            name: As in any widget.
            id: As in any widget.
            classes: As in any widget.
            disabled: As in any widget.
        """
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.set_class(glyphs_in_use().ascii, "-ascii")
        self._clock = clock or SystemClock()
        self._known = playbook is not None
        written = playbook.commands if playbook else ()
        self._body = _Body(playbook, evidence, written if commands is None else commands)
        title = safe_text(localised(playbook.title), 120) if playbook else t("card.no_title")
        self.border_title = Content(glyphs_in_use().plain(title))

    def compose(self) -> ComposeResult:
        """Hold the text."""
        yield self._body

    @property
    def rows(self) -> list[str]:
        """The whole text of the card, one string per row."""
        return self._body.rows

    @property
    def ticked(self) -> frozenset[int]:
        """The steps ticked off, counted from 1."""
        return frozenset(number + 1 for number in self._body.ticked)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is something for: ticks and commands of a playbook, or a draft where none is."""
        del parameters
        if action == "draft":
            return not self._known
        return self._known or action not in {"tick", "tick_step", "copy", "clear_ticks"}

    def show_ticks(self, ticks: Mapping[int, float]) -> None:
        """Show which steps were done before, and when."""
        self._body.ticked = {step: at for step, at in ticks.items() if 0 <= step < self._body.count}
        self._renew()

    def on_mount(self) -> None:
        """Write how far the steps are."""
        self._write_progress()

    async def on_key(self, event: events.Key) -> None:
        """Tick a step off by its number."""
        if event.key.isdigit() and 0 < int(event.key) <= self._body.count:
            event.stop()
            await self.run_action(f"tick_step({int(event.key) - 1})")

    def action_move(self, step: int) -> None:
        """Take the next or previous step or command in hand, and bring it into sight."""
        items = self._body.items
        if not items:
            self.scroll_relative(y=step, animate=False)
            return
        self._body.at = max(0, min(len(items) - 1, self._body.at + step))
        self._body.redraw(0.0)
        row, rows = items[self._body.at]
        if self._body.at == 0:
            self.scroll_home(animate=False)
        else:
            self.scroll_to_region(Region(0, row, 1, rows), animate=False)

    def action_tick(self) -> None:
        """Tick the step in hand off, or on again."""
        if self._body.at < self._body.count:
            self.action_tick_step(self._body.at)

    def action_tick_step(self, step: int) -> None:
        """Tick a step off, or on again."""
        self._body.at = step
        at = None if step in self._body.ticked else self._clock.now()
        self._body.ticked.pop(step, None)
        if at is not None:
            self._body.ticked[step] = at
        self.post_message(self.Ticked(self, step, at))
        self._renew()

    def action_clear_ticks(self) -> None:
        """Begin anew."""
        for step in sorted(self._body.ticked):
            self.post_message(self.Ticked(self, step, None))
        self._body.ticked.clear()
        self._renew()

    def action_draft(self) -> None:
        """Ask for a playbook to be begun."""
        self.post_message(self.DraftWanted())

    def action_copy(self) -> None:
        """Offer the command in hand, or all commands, for copying."""
        commands, at = self._body.commands, self._body.at - self._body.count
        if commands:
            self.post_message(self.Copied(self, commands[at] if at >= 0 else "\n".join(commands)))

    def _renew(self) -> None:
        self._body.now = self._clock.now()
        self._body.refresh(layout=True)
        self._body.redraw(0.0)
        self._write_progress()

    def _write_progress(self) -> None:
        if self._body.count:
            self.border_subtitle = Content(t("card.done", done=len(self._body.ticked), all=self._body.count))
