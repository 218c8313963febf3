"""The base of everything drawn here: rows of runs, kept as strips and repainted only where they changed."""

import asyncio
from dataclasses import replace
from typing import ClassVar, get_args
from weakref import WeakSet

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.color import Color
from textual.content import Content
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui.engine.text import said
from widgets._glyphs import glyphs_in_use
from widgets._lines import Line, Role, Run, cells_of, fit, width_of
from widgets._looks import ANSI_LOOKS, LOOKS
from widgets._view import View

_FADING: frozenset[Role] = frozenset(
    role
    for role in get_args(Role)
    if role not in {"label", "no-data", "cursor", "picked"} and not role.startswith("badge")
)
"""Roles that turn grey while the data is not fresh."""

_PAINTED_SOON = WeakSet[Screen[object]]()
"""Screens that are painted as soon as whoever changes them is done."""


def in_language(binding: Binding) -> Binding:
    """Return a binding with its texts, which are keys of the catalogue in the class, in the language in use.

    Whoever shows it asks for that: classes are made before the language is known, and most are never shown.
    """
    return replace(binding, description=said(binding.description), tooltip=said(binding.tooltip))


class LinesView(Widget):
    """Shows rows made by ``draw``."""

    DEFAULT_CSS = """
    LinesView { background: $background; color: $foreground; }
    """

    ALLOW_SELECT = False

    FADES: ClassVar[bool] = True
    """Figures turn grey while the data is not fresh; off where what is shown is about freshness itself."""

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - what every Textual widget calls it
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._rows: list[Line] = []
        """Each as wide as the view."""
        self._strips: dict[int, Strip] = {}
        self._styles_of: dict[tuple[Role, bool], Style] = {}
        self._drawn: Size | None = None
        self._cursor: int | None = None
        self._view = View(0.0, live=False)

    @property
    def due(self) -> float:
        """The moment (seconds since the epoch) before which no age on show reads differently."""
        return self._view.due

    @property
    def rows(self) -> list[str]:
        """The text on show, one string per row."""
        return ["".join(segment.text for segment in self.render_line(y)) for y in range(self.size.height)]

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows that fill ``width`` × ``height`` cells; later ones are cut off."""
        raise NotImplementedError

    def cursor_row(self) -> int | None:
        """Return the row under the cursor, if there is a cursor."""
        return None

    def redraw(self, now: float, *, live: bool = True) -> None:
        """Draw again and repaint the rows that look different; the layout stays."""
        faded = self._view.live is not live
        self._view = View(now, live, glyphs_in_use())
        size = self.size  # Textual looks for the whole way to it, each time
        if not size or self._drawn != size or faded:
            self._drawn = None
            self.refresh()
            return
        before, cursor_before = self._rows, self._cursor
        self._lay_out(size)
        pairs = enumerate(zip(before, self._rows, strict=True))
        changed = {y: _changed(old, new, size.width) for y, (old, new) in pairs if old != new}
        if self._cursor != cursor_before:
            changed |= {y: (0, size.width) for y in (self._cursor, cursor_before) if y is not None}
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            self._repaint(*[Region(first, y, last - first, 1) for y, (first, last) in changed.items()])

    def ground(self) -> Color | None:
        """Return on what its rows are painted; None where more than a row decides how it looks."""
        styles = self.styles
        if self._drawn != self.size or styles.tint.a or styles.text_opacity != 1 or styles.has_rule("hatch"):
            return None
        return self.background_colors[1] if self.opacity == 1 else None

    def cells(self, y: int, first: int, last: int, ground: Color) -> tuple[int, Strip]:
        """Return where the runs of a row begin that reach into some of its cells, and these as painted on a ground."""
        wanted: list[Run] = []
        begin, at = first, 0
        for run in self._rows[y]:
            if at >= last:
                break
            start, at = at, at + cells_of(run.text)
            if at > first:
                begin = begin if wanted else start
                wanted.append(run)
        strip = self._strip(tuple(wanted), at - begin, on_cursor=y == self._cursor)
        for each in self.get_line_filters():
            strip = strip.apply_filter(each, ground)
        return begin, strip

    def _repaint(self, *rows: Region) -> None:
        """Have rows painted as soon as whoever changes them is done.

        ``refresh`` would wake this widget to tell the screen, and have its styles worked out again, and the screen
        would wake a timer that wakes once more after the picture: most of what it costs to paint a few letters.
        """
        self._set_dirty(*rows)
        screen = self.screen
        screen._dirty_widgets.add(self)  # noqa: SLF001 - what the screen does when it is told
        if screen not in _PAINTED_SOON:
            _PAINTED_SOON.add(screen)
            asyncio.get_running_loop().call_soon(_paint, screen)

    def say_below(self, text: str) -> None:
        """Write something else into the lower border, and have that painted alone; Textual paints the whole widget."""
        self._border_subtitle = Content(text)
        at, size = self.content_offset, self.outer_size
        if size:
            self._repaint(Region(-at.x, size.height - 1 - at.y, size.width, 1))

    def forget(self) -> None:
        """Draw everything again at the next paint: focus or an option changed."""
        self._drawn = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one row, drawn once until it changes."""
        size = self.size
        if self._drawn != size:
            self._strips.clear()
            self._lay_out(size)
        strip = self._strips.get(y)
        if strip is None:
            row = self._rows[y] if y < len(self._rows) else fit((), size.width)
            strip = self._strips[y] = self._strip(row, size.width, on_cursor=y == self._cursor)
        return strip

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = False) -> bool:
        """Take a size from a layout, which paints the whole view; nothing has to be laid out or painted once more."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed:
            self._repaint_regions.clear()
        return changed

    def notify_style_update(self) -> None:
        """Forget strips in the colours of before."""
        self._strips.clear()
        self._styles_of.clear()
        super().notify_style_update()

    def _lay_out(self, size: Size) -> None:
        self._drawn = size
        self._view.forget()
        drawn = self.draw(size.width, size.height, self._view)[: size.height] if size else []
        self._rows = [fit(row, size.width) for row in drawn]
        self._rows += [fit((), size.width)] * (size.height - len(drawn))
        self._cursor = self.cursor_row()

    def _strip(self, line: Line, width: int, *, on_cursor: bool) -> Strip:
        under = self.style_of("cursor", alone=True) if on_cursor else None
        plain, faded = self._view.glyphs.plain, self.FADES and not self._view.live
        segments = []
        for text, role in line:
            shown: Role = "dim" if faded and role in _FADING else role
            style = self.style_of(shown)
            segments.append(Segment(plain(text), style + under if under else style))
        return Strip(segments, width)

    def style_of(self, role: Role, *, alone: bool = False) -> Style:
        """Return how a role looks on this ground, or by itself.

        Not by component classes of Textual's, for which the style sheet needs a rule each: to read these and to find
        those of each role of each panel was an eighth of what a start took.
        """
        style = self._styles_of.get((role, alone))
        if style is None:
            look = (ANSI_LOOKS if self.app.native_ansi_color else LOOKS)[role]
            if alone:
                style = look.style(self.app.theme_variables)
            else:
                style = self.rich_style + look.style(self.app.theme_variables, self.background_colors[1])
            self._styles_of[role, alone] = style
        return style


def _paint(screen: Screen[object]) -> None:
    """Paint what is dirty, as Textual's timer does; where it cannot be just now, that timer will."""
    _PAINTED_SOON.discard(screen)
    if not screen.is_running:
        return
    try:
        screen._on_timer_update()  # noqa: SLF001 - nothing public paints now
    except Exception as error:  # noqa: BLE001 - as Textual's timer does: a defect ends the program
        screen.app._handle_exception(error)  # noqa: SLF001 - likewise
    if screen._dirty_widgets:  # noqa: SLF001 - what was not painted
        screen.check_idle()


def _changed(old: Line, new: Line, width: int) -> tuple[int, int]:
    """Return the first cell of a row that is in another run than before, and the one behind the last."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    return width_of(new[:head]), width - width_of(new[len(new) - tail :])


def _alike(before: Line, after: Line) -> int:
    """Return how many runs at the beginning are the same."""
    count = 0
    for old, new in zip(before, after, strict=False):
        if old != new:
            break
        count += 1
    return count
