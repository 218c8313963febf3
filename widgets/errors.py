"""Panel 5: errors per minute and per hundred calls, two figures that are never mixed."""

from collections.abc import Sequence
from typing import ClassVar

from tui.engine.model import ErrorsFigure, Limits, Snapshot, Thresholds
from tui.engine.text import t
from widgets import _format as fmt
from widgets._buckets import BucketPanel
from widgets._charts import spark_lines
from widgets._lines import Line, Run, first_fit, joined, spread, width_of
from widgets._view import View, role_of


def errors_lines(errors: ErrorsFigure, limits: Thresholds, width: int, height: int, view: View) -> list[Line]:
    """Return both figures, the worse one first when only one fits, then counts and the last hour."""
    figures = [_rate(errors, limits, width, view), _share(errors, limits, width, view)]
    if height < 2 and errors.pct_status.rank > errors.rate_status.rank:
        figures.reverse()
    rows = figures
    if height >= 3:
        rows.append(_counts(errors, width))
    spark_rows = min(5, height - len(rows))
    if spark_rows > 0 and errors.per_minute:
        limits_drawn = (errors.rate_limits.warn_at,) if spark_rows > 1 else ()
        series, cursor = errors.per_minute, view.cursor_of()
        rows += spark_lines(series, width, spark_rows, limits=limits_drawn, glyphs=view.glyphs, cursor=cursor)
    return rows


def _rate(errors: ErrorsFigure, limits: Thresholds, width: int, view: View) -> Line:
    figure = Run(fmt.number(errors.rate, 1), role_of(view.current(errors.rate_status)))
    left: Line = (view.mark(errors.rate_status), Run("  "), figure, Run(f" {t('panel_errors.per_minute')}"))
    return _with_goal(left, errors.rate_limits, limits.errors_window_s, width)


def _share(errors: ErrorsFigure, limits: Thresholds, width: int, view: View) -> Line:
    figure = Run(fmt.percent(errors.pct), role_of(view.current(errors.pct_status)))
    left: Line = (view.mark(errors.pct_status), Run("  "), figure, Run(f" {t('panel_errors.of_calls')}"))
    return _with_goal(left, errors.pct_limits, limits.rate_window_s, width)


def _with_goal(left: Line, limits: Limits, window_s: float, width: int) -> Line:
    """Put the goal and the window at the right edge, in fewer words where there is less room."""
    window, goal = fmt.window(window_s), fmt.limit(limits.warn_at)
    texts = (f"{t('panel_errors.goal', limit=goal)} · {window}", f"< {goal} · {window}", window)
    room = width - width_of(left) - 2
    return spread(left, first_fit(room, *[(Run(text, "label"),) for text in texts]), width)


def _counts(errors: ErrorsFigure, width: int) -> Line:
    counts = (
        ("count", errors.count),
        ("calls", errors.calls),
        ("affected", errors.affected),
        ("warnings", errors.warnings),
    )
    parts: list[Line] = [
        (Run(f"{t(f'panel_errors.{name}')} ", "label"), Run(str(count))) for name, count in counts if count is not None
    ]
    return joined(parts, width, "  ")


class ErrorsPanel(BucketPanel):
    """Errors per minute over complete minutes, and as a share of the calls (semantics R7, R42)."""

    NUMBER: ClassVar[int] = 5
    TITLE: ClassVar[str] = "panel_errors.title"
    KPIS: ClassVar[frozenset[str]] = frozenset({"errors", "errors_per_minute"})

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the errors and their windows."""
        return snapshot.errors, snapshot.thresholds

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the panel."""
        view.picked = self.picked
        return errors_lines(self.snapshot.errors, self.snapshot.thresholds, width, height, view)

    def subtitle(self) -> str:
        """Return the selected minute while there is one."""
        return self.subtitle_or_bucket("")

    def values(self) -> Sequence[float | None]:
        """Return the errors of each minute."""
        return self.snapshot.errors.per_minute

    def counts(self) -> Sequence[int | None]:
        """Return the same: they are counts."""
        return self.snapshot.errors.per_minute

    def words(self, value: float, n: int) -> str:  # noqa: ARG002 - it is a count
        """Return how many there were."""
        return t("bucket.errors", n=n)
