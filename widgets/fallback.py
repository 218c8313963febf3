"""Panel 2: how often each stage fell back from its primary provider."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from tui.engine.model import Limits, Playbook, Snapshot, Stage, StageFallback, Status
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._buckets import StagesPanel
from widgets._charts import filled_part, gauge, spark_lines, sparkline
from widgets._lines import Column, Line, Run, fit, joined, table, width_of
from widgets._view import View, role_of

_MOST_SPARK_ROWS = 4
_BESIDE = 66
_WORDS = 44


def fallback_lines(
    stages: tuple[StageFallback, ...], limits: Limits, width: int, height: int, view: View
) -> list[Line]:
    """Return one row per stage, or a block per stage with its standing and its last hour where there is room."""
    if not stages:
        return [(view.mark(Status.NO_DATA),)]
    ranked = sorted(stages, key=lambda stage: -view.current(stage.status).rank)
    each = height // len(stages)
    if each < 2:
        return _rows(tuple(ranked) if height < len(stages) else stages, width, view)
    block = _beside if width >= _BESIDE else _stacked
    return [row for stage in stages for row in block(stage, limits, width, each, view)]


def _rows(stages: tuple[StageFallback, ...], width: int, view: View) -> list[Line]:
    columns = [
        Column(),
        Column(),
        Column(right=True),
        Column(right=True, rank=1),
        Column(rank=2),
        Column(rank=3),
    ]
    rows = [
        [
            Run(stage.stage, "strong"),
            view.mark(stage.status),
            Run(fmt.percent(stage.pct), role_of(view.current(stage.status))),
            Run(_share(stage, short=width < 50), "label"),
            Run(t("panel_fallback.on") if stage.on_fallback else "", "warning"),
            Run(sparkline(stage.per_minute, min(30, max(10, width - 60)), glyphs=view.glyphs)[0], "series-1"),
        ]
        for stage in stages
    ]
    return table(columns, rows, width, header=False)


def _stacked(stage: StageFallback, limits: Limits, width: int, height: int, view: View) -> list[Line]:
    """Return ``height`` rows: figures, what is wrong if anything is, the standing, and under them the last hour."""
    rows = _words(stage, limits, width, height - 1, view) if height > 2 else _words(stage, limits, width, height, view)
    spark_rows = min(_MOST_SPARK_ROWS, height - len(rows) - (height > 4))
    if spark_rows > 0:
        rows += _series(stage, width, spark_rows, view)
    return rows + [()] * (height - len(rows))


def _beside(stage: StageFallback, limits: Limits, width: int, height: int, view: View) -> list[Line]:
    """Return ``height`` rows: the words at the left, the last hour at the right."""
    spark_width = min(60, width - _WORDS - 2)
    left_width = width - spark_width - 2
    rows = _words(stage, limits, left_width, height, view)
    spark_rows = min(_MOST_SPARK_ROWS, height - (height > 2))
    series = _series(stage, spark_width, spark_rows, view)
    pairs = zip_longest(rows, series, fillvalue=())
    return [(*fit(left, left_width), Run("  "), *right) for left, right in pairs] + [()] * (
        height - max(len(rows), len(series))
    )


def _series(stage: StageFallback, width: int, height: int, view: View) -> list[Line]:
    cursor = view.cursor_of(stage.stage)
    return spark_lines(stage.per_minute, width, height, top=_top(stage), glyphs=view.glyphs, cursor=cursor)


def _words(stage: StageFallback, limits: Limits, width: int, most: int, view: View) -> list[Line]:
    """Return at most ``most`` rows: figures, what is wrong if anything is, the standing."""
    rows = [_figures(stage, width, view), _detail(stage, width, view), _standing(stage, limits, min(width, 60), view)]
    return [row for row in rows if row][:most]


def _top(stage: StageFallback) -> float:
    """Return the top of the scale: three a minute at least, so that a single activation is no storm."""
    return max(3, *(count or 0 for count in stage.per_minute)) if stage.per_minute else 3


def _share(stage: StageFallback, *, short: bool = False) -> str:
    """Return what the share was computed from."""
    if short:
        return f"{stage.activations}/{stage.calls}"
    return t("panel_fallback.n", activations=stage.activations, calls=stage.calls)


def _figures(stage: StageFallback, width: int, view: View) -> Line:
    role = role_of(view.current(stage.status))
    return joined(
        [
            (Run(f"{stage.stage} ", "strong"), view.mark(stage.status)),
            (Run(fmt.percent(stage.pct), role),),
            (Run(_share(stage), "label"),),
            *([] if stage.affected is None else [(Run(t("panel_fallback.affected", count=stage.affected), "label"),)]),
            *([(Run(t("panel.ago", age=view.age(stage.last_at)), "label"),)] if stage.last_at is not None else []),
        ],
        width,
        "  ",
    )


def _detail(stage: StageFallback, width: int, view: View) -> Line:
    """Return the mark of a stage that runs on its substitute, with what is known about both, and a spike."""
    parts: list[Line] = []
    if stage.on_fallback:
        names = [safe_text(name, 20) for name in (stage.failing, stage.to) if name]
        parts.append((Run(f"{view.glyphs.of(Status.WARNING)} {t('panel_fallback.on')}", "warning"),))
        parts.append((Run(" → ".join(names)),))
    if stage.spike:
        parts.append((Run(t("panel_fallback.spike"), "warning"),))
    return joined([part for part in parts if width_of(part)], width, "  ")


def _standing(stage: StageFallback, limits: Limits, width: int, view: View) -> Line:
    """Return the share on a scale with both limits marked."""
    top = limits.crit_at * 1.5
    marks = f" {fmt.limit(limits.warn_at)}/{fmt.limit(limits.crit_at)} %"
    room = width - len(marks)
    row = gauge(stage.pct, room, top=top, marks=(limits.warn_at, limits.crit_at), glyphs=view.glyphs)
    filled = filled_part(stage.pct, room, top)
    return (Run(row[:filled], role_of(view.current(stage.status))), Run(row[filled:], "limit"), Run(marks, "label"))


class FallbackPanel(StagesPanel):
    """Activations per 100 calls of the same window, per stage (semantics R26-R28)."""

    NUMBER: ClassVar[int] = 2
    TITLE: ClassVar[str] = "panel_fallback.title"
    KPIS: ClassVar[frozenset[str]] = frozenset({"fallback", "fallback_spike", "all_failed"})

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the stages and their limits."""
        return snapshot.fallback, snapshot.thresholds

    def subtitle(self) -> str:
        """Return the window of the rates."""
        window = fmt.window(self.snapshot.thresholds.rate_window_s)
        return self.subtitle_or_bucket(t("panel.window", window=window))

    def stages(self) -> Sequence[Stage]:
        """Return the stages that are shown."""
        return [stage.stage for stage in self.snapshot.fallback]

    def worst(self) -> Stage | None:
        """Return the stage that fell back most within the window."""
        stages = self.snapshot.fallback
        return max(stages, key=lambda one: (one.status.rank, one.activations)).stage if stages else None

    def values(self) -> Sequence[float | None]:
        """Return the activations of each minute."""
        return next((one.per_minute for one in self.snapshot.fallback if one.stage == self.stage), ())

    def counts(self) -> Sequence[int | None]:
        """Return the same: they are counts."""
        return next((one.per_minute for one in self.snapshot.fallback if one.stage == self.stage), ())

    def words(self, value: float, n: int) -> str:  # noqa: ARG002 - it is a count
        """Return how many activations there were."""
        return t("bucket.fallback", stage=self.stage, n=n)

    def playbook(self) -> Playbook | None:
        """Return the playbook of the worst fallback finding, else of an error group that is one."""
        groups = (group.playbook for group in self.snapshot.recent if group.kind == "fallback" and group.playbook)
        return super().playbook() or next(groups, None)

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the panel."""
        view.picked = self.picked
        return fallback_lines(self.snapshot.fallback, self.snapshot.thresholds.fallback_pct, width, height, view)
