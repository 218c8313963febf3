"""The evidence of what changed: before and after by dimension, when it began, what came before it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from textual.geometry import Size

from tui.engine.blame_sentence import blame_sentence, precursor_text
from tui.engine.model import Blame, BlameRow, Precursor, Side
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._charts import sparkline
from widgets._glyphs import glyphs_in_use
from widgets._lines import Column, Line, Run, table, wrap
from widgets._lines_view import LinesView
from widgets._view import View

P95_FROM = 20
"""Samples from which on a P95 is one (semantics R81); below it is dimmed."""


class BlameEvidence(LinesView):
    """Shows each sentence with what it stands on, as high as it needs to be."""

    DEFAULT_CSS = """
    BlameEvidence { height: auto; width: 1fr; }
    """

    def __init__(self, blame: Sequence[Blame]) -> None:
        """``blame`` has at least one."""
        super().__init__()
        self._blame = blame
        self._view = View(0.0, live=True, glyphs=glyphs_in_use())

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual asks
        """Return the rows of the text at this width."""
        return len(self.draw(width, 0, self._view))

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - as high as it gets
        """Return everything, the worst finding first."""
        lines: list[Line] = []
        for blame in self._blame:
            lines += [() for _ in range(2 * bool(lines))]
            lines += _rows(blame_sentence(blame), width, "strong")
            lines += [(), *_course(blame, width, view), (), *_places(blame, width)]
            if blame.preceded:
                lines += [(), (Run(t("blame.before_it"), "strong"),)]
                lines += [row for each in blame.preceded for row in _precursor(each, blame.at, width)]
        return [*lines, (), *_rows(t("blame.explained"), width, "label")]


def _rows(text: str, width: int, role: str) -> list[Line]:
    return [(Run(row, role),) for row in wrap(text, max(8, width))]  # type: ignore[arg-type]


def _course(blame: Blame, width: int, view: View) -> list[Line]:
    """Return the share of misses per slice as bars, with the change marked below."""
    shares = [100 * each.over / each.n if each.n else None for each in blame.slices]
    room = max(8, width - 2)
    bars = sparkline(shares, min(room, len(shares)), 2, top=100, glyphs=view.glyphs)
    at = int((blame.at - blame.since) / blame.slice_s * len(bars[0]) / len(shares))
    title = t("blame.course", since=_time(blame.since), until=_time(blame.until), slice=f"{blame.slice_s:.0f}")
    mark = f"{' ' * at}^ {_time(blame.at)}" if at < room - 10 else f"{_time(blame.at)} ^".rjust(at + 1)
    return [(Run(title, "strong"),), *((Run(row, "series-1"),) for row in bars), (Run(mark, "hint"),)]


def _places(blame: Blame, width: int) -> list[Line]:
    """Return before and after by dimension, what carries most of the change first."""
    slow = blame.after.p95 is not None
    named = set(blame.culprit)
    titles = ("where", "n_before", "over", *(("p95",) if slow else ()), "n_after", "over", *(("p95",) if slow else ()))
    columns = [Column(t(f"blame.{title}"), right=place > 0) for place, title in enumerate(titles)]
    columns[0] = columns[0]._replace(least=12)
    columns.append(Column(t("blame.share_title"), right=True))
    whole = (Run(t("blame.all"), "strong"), *_side(blame.before, slow=slow), *_side(blame.after, slow=slow), Run(""))
    rows: list[Sequence[Run]] = [whole]
    for _, group in groupby(blame.rows, key=lambda row: row.dimension):
        rows += [_place(row, named=(row.dimension, row.value) in named, slow=slow) for row in group]
    return table(columns, rows, width)


def _place(row: BlameRow, *, named: bool, slow: bool) -> Sequence[Run]:
    value = safe_text(row.value, 60) or t("blame.unknown")
    name = Run(f"{t(f'blame.of_{row.dimension}')} {value}", "strong" if named else "text")
    sides = (*_side(row.before, slow=slow), *_side(row.after, slow=slow))
    return (name, *sides, Run(f"{fmt.number(row.share)} %", "strong" if named else "text"))


def _side(side: Side, *, slow: bool) -> tuple[Run, ...]:
    p95 = (Run(fmt.latency(side.p95), "text" if side.n >= P95_FROM else "dim"),) if slow else ()
    return Run(str(side.n)), Run(str(side.over)), *p95


def _precursor(each: Precursor, at: float, width: int) -> list[Line]:
    """Return what happened, when, and in whose words."""
    ago = t("blame.earlier", time=_time(each.at), ago=fmt.span(at - each.at))
    said = f"{ago}  {precursor_text(each)} · {safe_text(each.source, 60)}"
    return [*_rows(said, width, "text"), *_rows(f"  {safe_text(each.text, 400)}", width, "label")]


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S")
