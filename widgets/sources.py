"""Panel 7: how each source is being read, and what to do where it is not."""

from typing import ClassVar

from textual.binding import Binding, BindingType

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
    sources: tuple[SourceStatus, ...], width: int, height: int, view: View, *, full: bool = False
) -> list[Line]:
    """Return a row per source, the worst first when not all fit, each followed by its reason where there is room.

    Args:
        sources: What is being read.
        width: Cells per row.
        height: Rows.
        view: The time, the signs.
        full: Reasons and remedies in full, whatever else is pushed out.
    """
    if not sources:
        return [(Run(t("panel_sources.none"), "label"),)]
    if full or height < len(sources):
        sources = tuple(sorted(sources, key=lambda source: _ORDER.index(source.state)))
    rows = _table(sources, width, view)
    notes = [_notes(source, width, view) for source in sources]
    spare = height - len(rows)
    shown = [len(note) for note in notes]
    if not full:
        for i in sorted(range(len(sources)), key=lambda i: _ORDER.index(sources[i].state)):
            shown[i] = min(shown[i], max(0, spare))
            spare -= shown[i]
    return [line for row, note, count in zip(rows, notes, shown, strict=True) for line in (row, *note[:count])]


def _table(sources: tuple[SourceStatus, ...], width: int, view: View) -> list[Line]:
    columns = [
        Column(),
        Column(least=20),
        Column(right=True, rank=1),
        Column(right=True, rank=2),
        Column(right=True, rank=5),
        Column(right=True, rank=3),
        Column(rank=4),
    ]
    return table(columns, [_row(source, view) for source in sources], width, header=False)


def _row(source: SourceStatus, view: View) -> list[Run]:
    word = f"{view.glyphs.of_source(source.state)} {t(f'status.{source.state.value}')}"
    understood = "" if source.understood is None else t("panel_sources.understood", pct=fmt.percent(source.understood))
    last = "" if source.last_line_at is None else t("panel_sources.last", age=view.age(source.last_line_at))
    return [
        Run(word, source_role(source.state) if view.live or source.state is not SourceState.LIVE else "no-data"),
        Run(_short(safe_text(source.name, 200))),
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
    """Return what was lost or left unread; nothing in the good case."""
    counts = [
        t(f"panel_sources.{name}", count=getattr(source, name))
        for name in ("dropped", "gaps", "truncated")
        if getattr(source, name)
    ]
    if source.lag_bytes:
        counts.append(t("panel_sources.lag", size=fmt.size(source.lag_bytes)))
    if source.binary:
        counts.append(t("panel_sources.binary"))
    return " · ".join(counts)


def _notes(source: SourceStatus, width: int, view: View) -> list[Line]:
    """Return the progress of reading history, the reason of the state and its remedy, indented."""
    lines: list[Line] = []
    if source.progress is not None:
        done = f" {fmt.number(source.progress * 100)} %"
        text = f"  {t('panel_sources.history')} "
        room = max(4, min(40, width - len(text) - len(done)))
        lines.append((Run(text, "label"), Run(bar(source.progress, room, view.glyphs), "series-1"), Run(done, "label")))
    for text, lead in ((source.reason, "  "), (source.remedy, "  → ")):
        if text:
            rows = wrap(safe_text(text, 600), max(1, width - len(lead)))
            role: Role = "hint" if text is source.remedy else "label"
            lines += [(Run(lead if i == 0 else " " * len(lead), role), Run(row, role)) for i, row in enumerate(rows)]
    return lines


class SourcesPanel(Panel):
    """State, rate and losses of every source; the reason in full while focused or maximised."""

    NUMBER: ClassVar[int] = 7
    TITLE: ClassVar[str] = "panel_sources.title"
    KPIS: ClassVar[frozenset[str]] = frozenset({"source"})
    FADES: ClassVar[bool] = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_rows(-1)", "panel.key_up", tooltip="panel.tip_up", id="sources.up", show=False),
        Binding("down,j", "scroll_rows(1)", "panel.key_down", tooltip="panel.tip_down", id="sources.down", show=False),
    ]

    _first = 0
    """The row at the top, while the focus shows more rows than there is room for."""

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the sources."""
        return (snapshot.sources,)

    def subtitle(self) -> str:
        """Return how many are live."""
        verdict = self.snapshot.verdict
        return t("panel_sources.live", live=verdict.sources_live, total=verdict.sources_total)

    def coverage(self) -> str:
        """Return nothing: each source says it for itself."""
        return ""

    def on_focus(self) -> None:
        """Show reasons in full, the worst source first."""
        self._first = 0
        self.forget()

    def on_blur(self) -> None:
        """Go back to as much as fits."""
        self.forget()

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the panel."""
        full = self.has_focus or self.has_class("-full")
        rows = sources_lines(self.snapshot.sources, width, height, view, full=full)
        self._first = max(0, min(self._first, len(rows) - height)) if full else 0
        return rows[self._first :]

    def action_scroll_rows(self, step: int) -> None:
        """Scroll through the reasons that do not fit."""
        self._first += step
        self.redraw(self._view.now, live=self._view.live)
