"""Panel 3: time to first byte per stage and provider, with the percentiles of the last hour as lines."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from tui.engine.model import Percentiles, Playbook, Snapshot, Stage, StageTtfb, Status, Thresholds, TurnFigure
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._buckets import StagesPanel
from widgets._glyphs import Glyphs
from widgets._lines import Column, Line, Role, Run, first_fit, fit, joined, table
from widgets._percentile_chart import LEAST_HEIGHT, LEAST_WIDTH, percentile_chart, with_cursor
from widgets._view import View, role_of

_TABLE_LEAST = 42
_TABLE_WIDTH = 56
_TABLE_MOST = 76
_APART = 3
_REDRAW_CHART_S = 1.0


def ttfb_table(
    stages: tuple[StageTtfb, ...],
    turn: TurnFigure,
    limits: Thresholds,
    width: int,
    height: int,
    *,
    view: View,
    chosen: Stage | None = None,
) -> list[Line]:
    """Return a row per stage, then providers and turn latency as height allows; a single line when it is tiny."""
    if not stages:
        return [(view.mark(Status.NO_DATA),)]
    if height < len(stages) + 1:
        ranked = sorted(stages, key=lambda s: (-view.current(s.figures.status).rank, s.figures.p95 is None))
        return [_one_line(stage, width, view) for stage in ranked]
    providers = height >= len(stages) + 1 + sum(len(stage.providers) for stage in stages)
    rows: list[list[Run]] = []
    for stage in stages:
        mark = view.mark(stage.figures.status)
        name = Run((view.glyphs.pointer if stage.stage == chosen else " ") + stage.stage, "strong")
        goal = t("panel_ttfb.total") if stage.total else stage.limits.warn_at
        rows.append([name, mark, *_figures(stage.figures, goal, limits, view)])
        if providers:
            for provider, figures in stage.providers:
                rows.append(
                    [
                        Run(f"   {safe_text(provider, 24)}", "label"),
                        view.sign(figures.status),
                        *_figures(figures, "", limits, view),
                    ]
                )
    if len(rows) + 1 < height and turn.figures.n:
        mark = view.mark(turn.figures.status)
        rows.append([Run(f" {t('panel_ttfb.turn')}"), mark, *_figures(turn.figures, turn.limits.warn_at, limits, view)])
    columns = [
        Column("", least=8),
        Column(""),
        Column("P50", right=True, rank=2),
        Column("P95", right=True),
        Column("P99", right=True, rank=3),
        Column(t("panel_ttfb.goal"), right=True, rank=4),
        Column("n", right=True, rank=1),
    ]
    return table(columns, rows, width)


def _one_line(stage: StageTtfb, width: int, view: View) -> Line:
    figures = stage.figures
    parts: list[Line] = [
        (Run(f"{stage.stage} ", "strong"), view.mark(figures.status)),
        (Run("P95 ", "label"), Run(fmt.latency(figures.p95), role_of(view.current(figures.status)))),
        (Run(f"n {figures.n}", "label"),),
        (Run(f"{t('panel_ttfb.goal')} {fmt.limit(stage.limits.warn_at)}", "label"),),
    ]
    tight: Line = (*parts[0], Run("  "), *parts[1][:1], Run(fmt.number(figures.p95), parts[1][1].role))
    return first_fit(
        width, joined(parts[:4], width, "  ") if width >= 30 else (*tight, Run(f" n{figures.n}", "label")), tight
    )


def _figures(figures: Percentiles, goal: float | str, limits: Thresholds, view: View) -> list[Run]:
    """Return P50, P95, P99, goal and n; a percentile with too few samples is dimmed and marked ``~``.

    One that is read from a histogram's buckets is an estimate, marked ``≈`` (semantics R21).
    """
    role = role_of(view.current(figures.status))
    few: Role = "dim"
    p95_few, p99_few = figures.n < limits.min_p95, figures.n < limits.min_p99
    return [
        Run(_marked(figures.p50, figures, view)),
        Run(_marked(figures.p95, figures, view, few=p95_few), few if p95_few and figures.p95 is not None else role),
        Run(_marked(figures.p99, figures, view, few=p99_few), few if p99_few else "text"),
        Run(goal if isinstance(goal, str) else fmt.limit(goal), "label"),
        Run(f"{figures.n}{'+' if figures.widened else ''}", "label"),
    ]


def _marked(value: float | None, figures: Percentiles, view: View, *, few: bool = False) -> str:
    """Return a percentile behind the mark of how far it can be trusted."""
    about = "~" if view.glyphs.ascii else "≈"
    mark = "~" if few else about if figures.estimated else ""
    return fmt.number(value) if value in {None, fmt.INFINITE} else mark + fmt.number(value)


class TtfbPanel(StagesPanel):
    """Percentiles by nearest rank in a sliding window, against the goal of each stage (semantics R13, R14)."""

    NUMBER: ClassVar[int] = 3
    TITLE: ClassVar[str] = "panel_ttfb.title"
    KPIS: ClassVar[frozenset[str]] = frozenset({"ttfb", "turn"})

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - what every Textual widget calls it
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._charts: dict[Stage, tuple[tuple[object, int, int, Glyphs], list[Line]]] = {}
        self._charted_at = 0.0
        self._owed = False

    def stages(self) -> Sequence[Stage]:
        """Return the stages that are shown."""
        return [stage.stage for stage in self.snapshot.ttfb]

    def worst(self) -> Stage | None:
        """Return the stage whose chart is on show until one is chosen."""
        stages = self.snapshot.ttfb
        return max(stages, key=_badness).stage if stages else None

    @property
    def _looked_at(self) -> StageTtfb | None:
        return next((one for one in self.snapshot.ttfb if one.stage == self.stage), None)

    def values(self) -> Sequence[float | None]:
        """Return P95 of each minute of the stage on show."""
        return [None if point is None else point[1] for point in self._looked_at.series] if self._looked_at else ()

    def counts(self) -> Sequence[int | None]:
        """Return how many samples each stands on."""
        looked_at = self._looked_at
        return (looked_at.per_minute or (None,) * len(looked_at.series)) if looked_at else ()

    def words(self, value: float, n: int) -> str:
        """Return P95 with its n."""
        return t("bucket.ttfb", stage=self.stage, value=fmt.latency(value), n=n)

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return stages, turn latency and limits."""
        return snapshot.ttfb, snapshot.turn, snapshot.thresholds

    @property
    def due(self) -> float:
        """The moment before which nothing on show reads differently and no chart waits."""
        return min(super().due, self._charted_at + _REDRAW_CHART_S) if self._owed else super().due

    def is_due(self, now: float) -> bool:
        """Tell whether a chart waits to be drawn again."""
        return self._owed and not 0 <= now - self._charted_at < _REDRAW_CHART_S

    def subtitle(self) -> str:
        """Return the unit and the window of the table."""
        window = fmt.window(self.snapshot.thresholds.ttfb_window_s)
        return self.subtitle_or_bucket(t("panel_ttfb.window", window=window))

    def playbook(self) -> Playbook | None:
        """Return the playbook of the stage on show, else of the worst finding."""
        mine = (f.playbook for f in self.snapshot.verdict.findings if f.kpi == "ttfb" and f.stage == self.stage)
        return next((book for book in mine if book), None) or super().playbook()

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the table with the chart beside it, under it, or not at all."""
        view.picked = self.picked
        snapshot = self.snapshot
        beside = width >= _TABLE_LEAST + _APART + LEAST_WIDTH and LEAST_HEIGHT <= height < self._table_height() + 9
        table_width = min(_TABLE_WIDTH, width - _APART - LEAST_WIDTH) if beside else min(_TABLE_MOST, width)
        rows = ttfb_table(
            snapshot.ttfb, snapshot.turn, snapshot.thresholds, table_width, height, view=view, chosen=self.stage
        )
        if not beside:
            return [*rows, *self._charts_for(width, height - len(rows), view)]
        chart = self._charts_for(width - table_width - _APART, height, view)
        pairs = zip_longest(rows, chart, fillvalue=())
        return [(*fit(left, table_width), Run(" " * _APART), *right) for left, right in pairs]

    def _table_height(self) -> int:
        stages = self.snapshot.ttfb
        return 1 + len(stages) + sum(len(stage.providers) for stage in stages) + bool(self.snapshot.turn.figures.n)

    def _charts_for(self, width: int, height: int, view: View) -> list[Line]:
        """Return the chart of the stage on show, or of all stages side by side when it is very wide."""
        stages = self.snapshot.ttfb
        each = (width - 2 * (len(stages) - 1)) // max(1, len(stages))
        if each >= 42:
            several = [self._with_cursor(stage, each, height, view) for stage in stages]
            return [_abreast(row, each) for row in zip_longest(*several, fillvalue=())]
        return self._with_cursor(self._looked_at, width, height, view) if self._looked_at else []

    def _with_cursor(self, stage: StageTtfb, width: int, height: int, view: View) -> list[Line]:
        chart, cursor = self._chart(stage, width, height, view), view.cursor_of(stage.stage)
        return chart if cursor is None else with_cursor(chart, cursor, len(stage.series), view.glyphs)

    def _chart(self, stage: StageTtfb, width: int, height: int, view: View) -> list[Line]:
        """Return a chart, drawn anew only for new data and at most once a second."""
        key = ((stage.series, stage.limits), width, height, view.glyphs)
        old_key, old = self._charts.get(stage.stage, ((None, 0, 0, None), []))
        if old_key == key:
            return old
        if old_key[1:] == key[1:] and 0 <= view.now - self._charted_at < _REDRAW_CHART_S:
            self._owed = True
            return old
        self._charted_at, self._owed = view.now, False
        chart = percentile_chart(stage, width, height, view.glyphs)
        self._charts[stage.stage] = (key, chart)
        return chart


def _abreast(parts: Sequence[Line], each: int) -> Line:
    """Put one row of each chart side by side."""
    line: Line = ()
    for part in parts:
        line = (*line, *([Run("  ")] if line else []), *fit(part, each))
    return line


def _badness(stage: StageTtfb) -> tuple[bool, int, float]:
    """Order stages: those with data first, then by state, then by how near P95 is to its goal."""
    p95 = stage.figures.p95
    return p95 is not None, stage.figures.status.rank, (p95 or 0) / stage.limits.warn_at
