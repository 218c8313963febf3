"""The calls of a span of time, those that need attention first."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from tui.engine.model import HARMS, STAGES, Bucket, CallRow, Stage, StageTime, Thresholds
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._harm import harm
from widgets._lines import Column, Line, Run, joined, table, wrap
from widgets._rows import CHOOSE, RowsView
from widgets._view import View
from widgets._waterfall import figure

NAME_MOST = 36


def columns() -> list[Column]:
    """Return how a row of calls is laid out; what is least needed goes first where room is short."""
    return [
        Column(t("calls.harm")),
        Column(t("calls.call"), least=16),
        Column(t("calls.client"), rank=6),
        Column(t("calls.at"), right=True, rank=3),
        Column(t("calls.turns"), right=True, rank=5),
        Column("STT", right=True, rank=2),
        Column("LLM", right=True, rank=2),
        Column("TTS", right=True, rank=1),
        Column(t("call.turn"), right=True, rank=1),
        Column(t("calls.lasted"), right=True, rank=4),
        Column(t("calls.source"), rank=7),
    ]


def call_cells(row: CallRow, limits: Thresholds, view: View) -> list[Run]:
    """Return the cells of one call."""
    story = row.story
    return [
        harm(row.impact, story, limits, view),
        Run(title(row), "strong" if story.tied else "label"),
        Run(safe_text(story.client or "", 12), "label"),
        Run("" if story.last_at is None else fmt.moment(story.last_at), "label"),
        Run(str(row.turns or ""), "label"),
        *(_wait(one, stage, limits) for one, stage in zip(row.slowest, STAGES, strict=True)),
        figure(row.turn_ms, limits.turn_ms) if row.turn_ms is not None else Run(""),
        Run(_lasted(row), "label"),
        Run(safe_text(story.source, 24), "label"),
    ]


def title(row: CallRow) -> str:
    """Return what a row is called; safe text."""
    return safe_text(row.story.name, NAME_MOST) if row.story.tied else t("calls.untied")


def _wait(one: StageTime | None, stage: Stage, limits: Thresholds) -> Run:
    return figure(one.ms, limits.ttfb_ms(stage)) if one else Run("")


def _lasted(row: CallRow) -> str:
    if row.story.ending == "open":
        return t("calls.open")
    return "" if row.story.duration_s is None else fmt.span(row.story.duration_s)


def summary(rows: Sequence[CallRow], bucket: Bucket, width: int) -> Line:
    """Return how many calls there are, what they add up to, and how many were hurt in which way."""
    tied = sum(row.story.tied for row in rows)
    parts: list[Line] = [(Run(t("calls.count", count=tied), "strong"),)]
    if bucket.n is not None:
        parts.append((Run(f"n {sum(row.n for row in rows)}", "label"),))
    hurt = Counter(row.impact.harm for row in rows if row.story.tied)
    parts += [(Run(t(f"calls.{kind}", count=hurt[kind]), "label"),) for kind in reversed(HARMS[1:]) if hurt[kind]]
    return (Run(" "), *joined(parts, width - 1))


class CallsTable(RowsView):
    """A row per call, worst first; the last row is what the log ties to no call."""

    BINDINGS: ClassVar[list[BindingType]] = [CHOOSE]

    rows_shown: Sequence[CallRow] = ()
    _bucket = Bucket(0, 0.0, 0.0)
    _limits = Thresholds()
    _why_empty = ""
    _lines: tuple[object, int, list[Line]] = (None, 0, [])

    @property
    def selected(self) -> CallRow | None:
        """The call under the cursor."""
        return self.rows_shown[self.at] if self.at < len(self.rows_shown) else None

    def show(self, rows: Sequence[CallRow], bucket: Bucket, limits: Thresholds, *, now: float, why_empty: str) -> None:
        """Show the calls of a bucket; the cursor stays on its call, and at the top on the worst."""
        key = self.selected.story.key if self.selected and self.at else None
        self.rows_shown, self._bucket, self._limits, self._why_empty = rows, bucket, limits, why_empty
        self.at = next((place for place, row in enumerate(rows) if row.story.key == key), 0) if key else self.at
        self.redraw(now)

    def count(self) -> int:
        """Return how many calls there are."""
        return len(self.rows_shown)

    def head(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - as its base has it
        """Return the sum, and the titles of the columns or why there is nothing below them."""
        if not self.rows_shown:
            told = self._why_empty or t("calls.loading")
            return [(), *((Run(f" {row}", "label"),) for row in wrap(told, max(1, width - 2)))]
        return [summary(self.rows_shown, self._bucket, width), self._table(width, view)[0]]

    def body(self, first: int, last: int, width: int, view: View) -> list[Line]:
        """Return the rows in sight."""
        return self._table(width, view)[1 + first : 1 + last]

    def _table(self, width: int, view: View) -> list[Line]:
        """Return titles and all rows, laid out once for each set of calls, so that columns stand still."""
        if self._lines[0] is not self.rows_shown or self._lines[1] != width:
            cells = [[*call_cells(row, self._limits, view)] for row in self.rows_shown]
            self._lines = (self.rows_shown, width, table(columns(), cells, width))
        return self._lines[2]
