"""Panel 7: how each source is being read, and what to do where it is not."""

from itertools import accumulate
from math import inf
from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.engine.model import Snapshot, SourceState, SourceStatus
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._charts import bar
from widgets._lines import Column, Line, Role, Run, table, wrap
from widgets._panel import Panel
from widgets._view import View, source_role

NAME_CELLS = 36

_ORDER = (
    SourceState.FAILED,
    SourceState.STALE,
    SourceState.WAITING,
    SourceState.CONNECTING,
    SourceState.QUIET,
    SourceState.LIVE,
    SourceState.ENDED,
)


def sources_lines(
    sources: tuple[SourceStatus, ...], width: int, height: int, view: View, *, full: bool = False, chosen: str = ""
) -> list[Line]:
    """Return a row per source, the worst first when not all fit, each followed by its reason where there is room.

    Args:
        sources: What is being read.
        width: Cells per row.
        height: Rows.
        view: The time, the signs.
        full: Reasons, remedies and facts in full, whatever else is pushed out.
        chosen: The source below which everything is said that its row may have no room for.
    """
    if not sources:
        return [(Run(t("panel_sources.none"), "label"),)]
    blocks = _blocks(in_order(sources, height, full=full), width, view, full=full, chosen=chosen)
    if full:
        return [line for block in blocks for line in block]
    if len(blocks) > height:
        more = (Run(t("panel_sources.more", count=len(blocks) - height + 1), "label"),)
        return [*(block[0] for block in blocks[: height - 1]), more]
    return _within(blocks, sources, height)


def in_order(sources: tuple[SourceStatus, ...], height: int, *, full: bool) -> tuple[SourceStatus, ...]:
    """Return the sources as they stand below each other: the worst first, unless a glance shows all."""
    if full or height < len(sources):
        return tuple(sorted(sources, key=lambda source: _ORDER.index(source.state)))
    return sources


def _within(blocks: list[list[Line]], sources: tuple[SourceStatus, ...], height: int) -> list[Line]:
    """Return every row, and of what stands below them as much as there is room for, of the worst source first."""
    spare = height - len(blocks)
    shown = [1] * len(blocks)
    for i in sorted(range(len(blocks)), key=lambda i: _ORDER.index(sources[i].state)):
        shown[i] += min(len(blocks[i]) - 1, spare)
        spare -= shown[i] - 1
    return [line for block, count in zip(blocks, shown, strict=True) for line in block[:count]]


def _blocks(
    sources: tuple[SourceStatus, ...], width: int, view: View, *, full: bool = True, chosen: str = ""
) -> list[list[Line]]:
    """Return for each source its row and what stands below it."""
    columns = [
        Column(),
        Column(least=20),
        Column(rank=5),
        Column(right=True, rank=1),
        Column(right=True, rank=2),
        Column(right=True, rank=7),
        Column(right=True, rank=4),
        Column(rank=3),
    ]
    rows = table(columns, [_row(source, view) for source in sources], width, header=False)
    return [
        [
            row,
            *(_everything(source, width) if source.name == chosen else ()),
            *_notes(source, width, view),
            *(_facts(source, width, view) if full else ()),
        ]
        for row, source in zip(rows, sources, strict=True)
    ]


def _row(source: SourceStatus, view: View) -> list[Run]:
    word = f"{view.glyphs.of_source(source.state)} {t(f'status.{source.state.value}')}"
    understood = "" if source.understood is None else t("panel_sources.understood", pct=fmt.percent(source.understood))
    last = "" if source.last_line_at is None else t("panel_sources.last", age=view.age(source.last_line_at))
    return [
        Run(word, source_role(source.state) if view.live or source.state is not SourceState.LIVE else "no-data"),
        Run(_short(safe_text(source.name, 200))),
        Run(safe_text(source.host, 24), "label"),
        Run(last, "label"),
        Run(fmt.rate(source.lines_per_s)),
        Run(t("panel_sources.lines", count=fmt.count(source.lines)), "label"),
        Run(understood, "text"),
        Run(_losses(source), "strong"),
    ]


def _short(name: str) -> str:
    """Keep the telling end of a long path."""
    return f"…{name[1 - NAME_CELLS :]}" if name.startswith("/") and len(name) > NAME_CELLS else name


def _losses(source: SourceStatus) -> str:
    """Return what was lost, left unread or is off; nothing in the good case."""
    counts = [
        t(f"panel_sources.{name}", count=getattr(source, name))
        for name in ("dropped", "gaps", "late", "clamped", "truncated")
        if getattr(source, name)
    ]
    if source.lag_bytes:
        behind = "" if not source.lag_s else f", {fmt.span(source.lag_s)}"
        counts.append(t("panel_sources.lag", size=fmt.size(source.lag_bytes) + behind))
    if source.skew_s:
        counts.append(t("panel_sources.skew", skew=f"{source.skew_s:+.0f} s"))
    if source.binary:
        counts.append(t("panel_sources.binary"))
    return " · ".join(counts)


def _notes(source: SourceStatus, width: int, view: View) -> list[Line]:
    """Return the progress of reading history, the reason of the state, its remedy and the next attempt, indented."""
    lines: list[Line] = []
    if source.progress is not None:
        done = f" {fmt.number(source.progress * 100)} %"
        text = f"  {t('panel_sources.history')} "
        room = max(4, min(40, width - len(text) - len(done)))
        lines.append((Run(text, "label"), Run(bar(source.progress, room, view.glyphs), "series-1"), Run(done, "label")))
    lines += _indented(source.reason, "  ", "label", width)
    lines += _indented(source.remedy, "  → ", "hint", width)
    return lines + _indented(_next_attempt(source, view), "  ", "label", width)


def _next_attempt(source: SourceStatus, view: View) -> str:
    if source.retry_at is None:
        return ""
    if source.retry_at == inf:
        return t("panel_sources.on_demand")
    return t("panel_sources.retry", left=view.left(source.retry_at))


def _everything(source: SourceStatus, width: int) -> list[Line]:
    """Return what the columns that went first for want of room would have said."""
    lines = t("panel_sources.lines", count=fmt.count(source.lines))
    understood = "" if source.understood is None else t("panel_sources.understood", pct=fmt.percent(source.understood))
    parts = (source.kind, source.host, lines, fmt.size(source.bytes), understood, _losses(source))
    return _indented(" · ".join(filter(None, parts)), "  ", "label", width)


def _facts(source: SourceStatus, width: int, view: View) -> list[Line]:
    """Return where lines may be missing, and what a clock that is off means."""
    lines: list[Line] = []
    if source.gaps and source.gap_at is not None:
        when = fmt.clock_time(source.gap_at, view.now)
        lines += _indented(t("panel_sources.gap", time=when, reason=source.gap_reason), "  ", "label", width)
    if source.skew_s:
        lines += _indented(_skew(source.skew_s), "  ", "label", width)
    return lines


def _skew(skew_s: float) -> str:
    """Say how far a clock is off; by whole hours it is more likely the zone of its times (semantics R67)."""
    whole_hours = abs(skew_s) > 1800 and abs(skew_s - 3600 * round(skew_s / 3600)) <= 5
    key = "zone" if whole_hours else "ahead" if skew_s > 0 else "behind"
    return t(f"panel_sources.{key}", span=fmt.span(abs(skew_s)))


def _indented(text: str, lead: str, role: Role, width: int) -> list[Line]:
    rows = wrap(safe_text(text, 600), max(1, width - len(lead))) if text else []
    return [(Run(lead if i == 0 else " " * len(lead), role), Run(row, role)) for i, row in enumerate(rows)]


class SourcesPanel(Panel):
    """State, rate and losses of every source; while focused or maximised everything, with a cursor."""

    NUMBER: ClassVar[int] = 7
    TITLE: ClassVar[str] = "panel_sources.title"
    SCREEN_KEYS: ClassVar[tuple[str, ...]] = ("calls", "add_source")
    KPIS: ClassVar[frozenset[str]] = frozenset({"source"})
    FADES: ClassVar[bool] = False

    ENTER: ClassVar[str] = "ask_about('scope')"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask_about('scope')", "watching.key_scope", tooltip="watching.tip_scope", id="sources.scope"),
        Binding("h", "ask_about('host')", "watching.key_host", tooltip="watching.tip_host", id="sources.host"),
        Binding("R", "ask_about('retry')", "watching.key_retry", tooltip="watching.tip_retry", id="sources.retry"),
        Binding(
            "d,delete",
            "ask_source('remove')",
            "watching.key_remove",
            tooltip="watching.tip_remove",
            id="sources.remove",
        ),
        Binding("up,k", "move(-1)", "panel.key_up", tooltip="panel.tip_up", id="sources.up", show=False),
        Binding("down,j", "move(1)", "panel.key_down", tooltip="panel.tip_down", id="sources.down", show=False),
        Binding("home,g", "move(-100000)", "panel.key_first", id="sources.first", show=False),
        Binding("end,G", "move(100000)", "panel.key_last", id="sources.last", show=False),
    ]

    class Asked(Message):
        """Something was asked about the source under the cursor."""

        def __init__(self, what: Literal["scope", "host", "retry", "remove"], source: SourceStatus) -> None:
            super().__init__()
            self.what = what
            self.source = source

    _name = ""
    """The source that the cursor stays on, wherever its state moves it."""
    _first = 0
    """The row at the top."""
    _at = 0
    """The row of the cursor."""

    @property
    def selected(self) -> SourceStatus | None:
        """The source under the cursor: the worst one until another was chosen."""
        sources = self._sources
        return next((source for source in sources if source.name == self._name), sources[0] if sources else None)

    @property
    def _sources(self) -> tuple[SourceStatus, ...]:
        return in_order(self.snapshot.sources, 0, full=True)

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the sources."""
        return (snapshot.sources, snapshot.scope)

    def subtitle(self) -> str:
        """Return how many are live."""
        verdict = self.snapshot.verdict
        return t("panel_sources.live", live=verdict.sources_live, total=verdict.sources_total)

    def coverage(self) -> str:
        """Return nothing: each source says it for itself."""
        return ""

    def move(self, step: int) -> bool:
        """Move the cursor."""
        self.action_move(step)
        return True

    def cursor_row(self) -> int | None:
        """Return the row under the cursor while the panel has the focus."""
        return self._at - self._first if self.has_focus and self.snapshot.sources else None

    def on_focus(self) -> None:
        """Show everything, from the top."""
        self._first = 0
        self.forget()

    def on_blur(self) -> None:
        """Go back to as much as fits."""
        self.forget()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the source whose rows were clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and self.has_focus:
            tops = self._tops(self.size.width)
            above = [i for i, top in enumerate(tops) if top <= self._first + offset.y]
            self._name = self._sources[above[-1]].name if above else ""
            self.redraw(self._view.now, live=self._view.live)

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the panel, those of the cursor's source in sight."""
        full = self.has_focus or self.has_class("-full")
        chosen = self.selected.name if full and self.selected else ""
        rows = sources_lines(self.snapshot.sources, width, height, view, full=full, chosen=chosen)
        if not full or not self.snapshot.sources:
            self._first = self._at = 0
            return rows
        tops = [*self._tops(width), len(rows)]
        place = next((i for i, source in enumerate(self._sources) if source.name == self._name), 0)
        self._at = tops[place]
        last = min(tops[place + 1], self._at + height) - 1
        self._first = max(0, min(self._first, self._at), last - height + 1)
        return rows[self._first :]

    def _tops(self, width: int) -> list[int]:
        """Return the row at which each source begins."""
        chosen = self.selected.name if self.selected else ""
        sizes = [len(block) for block in _blocks(self._sources, width, View(self._view.now), chosen=chosen)]
        return list(accumulate(sizes, initial=0))[:-1]

    def action_move(self, step: int) -> None:
        """Move the cursor and stop at either end."""
        sources, chosen = self._sources, self.selected
        if chosen is not None:
            self._name = sources[max(0, min(len(sources) - 1, sources.index(chosen) + step))].name
            self.redraw(self._view.now, live=self._view.live)

    def action_ask_about(self, what: Literal["scope", "host", "retry"]) -> None:
        """Ask for what only looks."""
        if self.selected is not None:
            self.post_message(self.Asked(what, self.selected))

    def action_ask_source(self, what: Literal["remove"]) -> None:
        """Ask for what changes what is watched."""
        if self.selected is not None:
            self.post_message(self.Asked(what, self.selected))
