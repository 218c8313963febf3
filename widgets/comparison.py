"""Two windows side by side: each figure with what it stands on, and by how much it changed."""

from tui.engine.model import Amount, Compared, ComparedSpan, Comparison, Status
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._lines import Column, Line, Role, Run, crop, table
from widgets._lines_view import LinesView
from widgets._view import View, role_of

UNITS = {"ms": fmt.latency, "%": fmt.percent, "/min": fmt.decimal}


class ComparisonView(LinesView):
    """Draws a comparison, or that it is being computed."""

    DEFAULT_CSS = """
    ComparisonView { width: 1fr; height: 4; }
    """

    FADES = False

    _comparison: Comparison | None = None

    def show(self, comparison: Comparison | None, now: float) -> None:
        """Show two windows; None while they are computed."""
        self._comparison = comparison
        self.redraw(now)

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - rows beyond are cut off
        """Return both windows and the figures below them."""
        found = self._comparison
        if found is None:
            return [(Run(t("compare.computing"), "label"),)]
        heads: list[Line] = [
            (Run(f"{t(f'compare.{name}'):<8}", "label"), Run(crop(_span(side, view), max(0, width - 8))))
            for name, side in (("now", found.now), ("then", found.then))
        ]
        titles = ("compare.figure", "compare.now", "", "compare.then", "", "compare.change", "")
        right = (False, True, True, True, True, True, True)
        ranks = (0, 0, 2, 0, 2, 0, 1)
        columns = [
            Column(t(title) if title else "", right=at, rank=rank, least=12 if index == 0 else 0)
            for index, (title, at, rank) in enumerate(zip(titles, right, ranks, strict=True))
        ]
        columns[2], columns[4] = (one._replace(title="n") for one in (columns[2], columns[4]))
        return [*heads, (), *table(columns, [_row(row, view) for row in found.rows], width)]


def _span(side: ComparedSpan, view: View) -> str:
    span = t("compare.span", start=fmt.clock_time(side.start, view.now), end=fmt.clock_time(side.end, view.now))
    if side.kept == "nothing":
        return f"{span}  {view.glyphs.of(Status.NO_DATA)} {t('status.no_data')}: {t('compare.nothing')}"
    if side.kept == "rollups":
        return f"{span}  {t('compare.from_rollups')}"
    return span if side.since is None else f"{span}  {t('compare.from', time=fmt.clock_time(side.since, view.now))}"


def _row(row: Compared, view: View) -> list[Run]:
    name = t(f"compare.{row.name}", provider=safe_text(row.provider, 30))
    return [
        Run(name, "strong"),
        *_amount(row.now, row.unit, view),
        *_amount(row.then, row.unit, view),
        *_change(row),
    ]


def _amount(amount: Amount, unit: str, view: View) -> list[Run]:
    if amount.value is None:
        return [Run(f"{view.glyphs.of(Status.NO_DATA)} {fmt.NONE}", "no-data"), Run("", "label")]
    judged = amount.status is not Status.NO_DATA
    sign = f"{view.glyphs.of(amount.status)} " if judged else ""
    role: Role = role_of(amount.status) if judged else "text"
    return [Run(f"{sign}{_value(amount.value, unit)}", role), Run(fmt.count(amount.n), "label")]


def _change(row: Compared) -> list[Run]:
    """Return by how much it changed; a larger figure is not worse in itself, so no colour says so."""
    change, pct = row.change, row.change_pct
    if change is None:
        return [Run(fmt.NONE, "no-data"), Run("", "label")]
    sign = "+" if change > 0 else "-" if change < 0 else "±"
    share = "" if pct is None else f"{'+' if pct > 0 else ''}{fmt.number(pct)} %"
    return [Run(f"{sign}{_value(abs(change), row.unit)}", "text"), Run(share, "label")]


def _value(value: float, unit: str) -> str:
    shown = UNITS.get(unit, fmt.number)
    return shown(value)
