"""One call: who, when, how it stands; its turns as bars on one scale, with errors and fallbacks between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from tui.engine.model import Impact, Mark, Story, Thresholds, Turn
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._glyphs import Glyphs
from widgets._harm import cause, harm
from widgets._lines import Line, Role, Run, crop, fit, joined, wrap
from widgets._rows import CHOOSE, RowsView
from widgets._view import View
from widgets._waterfall import bars, legend, longest, ruler, waits

TIME_CELLS = 14
FIGURES = ("STT", "LLM", "TTS")
FIGURE_CELLS = 6
BARS_LEAST = 12

_MARKS: dict[str, tuple[int, Role]] = {
    "error": (3, "critical"),
    "warning": (2, "warning"),
    "fallback": (2, "warning"),
    "config_warning": (3, "critical"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A turn or a mark, where it stands in time."""

    at: float | None
    line: int
    turn: Turn | None = None
    mark: Mark | None = None


def items_of(story: Story) -> tuple[Item, ...]:
    """Return what happened on a call in order; an error or fallback within a turn comes behind its beginning."""
    items = [Item(turn.at, turn.line, turn=turn) for turn in story.turns]
    items += [Item(mark.at, mark.line, mark=mark) for mark in story.marks]
    return tuple(sorted(items, key=lambda item: (item.at or 0.0, item.line)))


def worst_of(items: Sequence[Item], impact: Impact) -> int:
    """Return the place of what hurt most: the mark itself, or the turn with the slowest byte or the silence."""
    if impact.mark is not None:
        return next((i for i, item in enumerate(items) if item.mark == impact.mark), 0)
    if impact.stage is not None:
        return next((i for i, item in enumerate(items) if item.turn and impact.stage in item.turn.stages), 0)
    turns = [(item.turn.silence_s, item.turn.ms or 0.0, -i) for i, item in enumerate(items) if item.turn]
    return -max(turns)[2] if turns else 0


def facts(story: Story, impact: Impact, limits: Thresholds, width: int, view: View) -> list[Line]:
    """Return what is known of the call as a whole."""
    parts: list[Line] = [(harm(impact, story, limits, view),)]
    if story.opened_at is not None:
        parts.append((Run(t("call.opened", time=fmt.moment(story.opened_at)), "label"),))
    parts.append((Run(_ending(story), "label"),))
    if story.client:
        parts.append((Run(safe_text(story.client, 20), "label"),))
    parts.append((Run(safe_text(story.source, 60), "label"),))
    lines: list[Line] = [(Run(" "), *joined(parts, width - 1))]
    if story.waiting_since is not None:
        since = t("call.waiting", age=view.age(story.waiting_since))
        lines.append((Run(f" {view.glyphs.status[3]} {since}", "critical"),))
    return lines + [(Run(f" {row}", "label"),) for row in wrap(_how_tied(story), max(1, width - 2)) if row]


def _ending(story: Story) -> str:
    if not story.key.call:
        return t("call.turns", count=len(story.turns))
    if story.ending == "closed":
        lasted = fmt.NONE if story.duration_s is None else fmt.span(story.duration_s)
        return t("call.closed", span=lasted)
    return t(f"call.ending_{story.ending}")


def _how_tied(story: Story) -> str:
    """Say what holds the lines together where the log does not name their call."""
    if story.key.call:
        return ""
    if not story.key.trace:
        return t("call.untied")
    return t("call.by_trace", others=story.others) if story.others else t("call.by_trace_alone")


class CallView(RowsView):
    """Turns and marks of one call in order, with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [CHOOSE]

    items: Sequence[Item] = ()
    _story: Story | None = None
    _impact = Impact()
    _limits = Thresholds()
    _top = 100.0

    @property
    def selected(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.at] if self.at < len(self.items) else None

    def show(self, story: Story, impact: Impact, limits: Thresholds, now: float) -> None:
        """Show a call as it stands now; the first time the cursor is on what hurt most, then it stays."""
        chosen, first = self.selected, self._story is None
        if story is not self._story:
            self._story, self._impact, self._limits = story, impact, limits
            self.items, self._top = items_of(story), longest(story.turns)
            place = worst_of(self.items, impact) if first else _place_of(chosen, self.items)
            self.at = self.at if place is None else place
        self.redraw(now)

    def count(self) -> int:
        """Return how many turns and marks there are."""
        return len(self.items)

    def head(self, width: int, height: int, view: View) -> list[Line]:
        """Return the facts, the legend and the scale."""
        if self._story is None:
            return [(Run(f" {t('call.loading')}", "label"),)]
        lines = facts(self._story, self._impact, self._limits, width, view)
        if not self.items:
            return [*lines, (), (Run(f" {t('call.empty')}", "label"),)]
        room = _bars_width(width)
        if not self._story.turns:
            return [*lines, ()] if height > 8 else lines
        titles = Run("".join(f"{name:>{FIGURE_CELLS}}" for name in (*FIGURES, t("call.turn"))), "label")
        scale = (Run(" " * TIME_CELLS), Run(ruler(room, self._top), "label"), titles)
        return [*lines, (Run(" "), *legend(view)), scale] if height > 10 else [*lines, scale]

    def body(self, first: int, last: int, width: int, view: View) -> list[Line]:
        """Return the rows in sight."""
        return [self._item(item, width, view) for item in self.items[first:last]]

    def _item(self, item: Item, width: int, view: View) -> Line:
        time = Run(f" {fmt.moment_ms(item.at) if item.at is not None else fmt.NONE:<{TIME_CELLS - 1}}", "label")
        if item.turn is None:
            return (time, *_mark(item.mark, width - TIME_CELLS, view.glyphs)) if item.mark else (time,)
        turn = item.turn
        figures = [Run(f"{run.text:>{FIGURE_CELLS}}", run.role) for run in waits(turn, self._limits)]
        room = _bars_width(width)
        if turn.silence_s:
            said = t("call.silent", span=fmt.span(turn.silence_s))
            text = crop(f"{view.glyphs.status[3]} {said}", room)
            drawn = bars(turn, max(0, room - len(text) - 1), self._top, view) if turn.stages else ()
            return (time, *fit((*drawn, Run(" " if drawn else ""), Run(text, "critical")), room), *figures)
        return (time, *bars(turn, room, self._top, view), *figures)


def _bars_width(width: int) -> int:
    return max(BARS_LEAST, width - TIME_CELLS - FIGURE_CELLS * 4)


def _mark(mark: Mark, width: int, glyphs: Glyphs) -> Line:
    """Return a mark in words; one that the panels do not count is dimmed and says so."""
    if mark.kind not in _MARKS:
        return (Run(crop(f"{glyphs.idle} {t(f'call.{mark.kind}')} {mark.stage or ''}".rstrip(), width), "label"),)
    rank, role = _MARKS[mark.kind]
    head = f"{glyphs.status[rank]} {t(f'call.mark_{mark.kind}')} {cause(mark)}".rstrip()
    rest = f"  {safe_text(mark.text, 300)}" if mark.text else ""
    echo = "" if mark.counts or mark.kind == "config_warning" else f" ({t('call.echo')})"
    return Run(crop(head, width), role if not echo else "label"), Run(echo, "dim"), Run(rest, "label")


def _place_of(chosen: Item | None, items: Sequence[Item]) -> int | None:
    if chosen is None:
        return None
    same = (i for i, item in enumerate(items) if item.line == chosen.line and bool(item.mark) is bool(chosen.mark))
    return next(same, None)
