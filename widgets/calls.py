"""Panel 4: calls in progress on a gauge with both limits marked, and where they came from."""

from collections.abc import Sequence
from typing import ClassVar

from tui.engine.model import CallsFigure, SilenceFigure, Snapshot
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._buckets import BucketPanel
from widgets._charts import filled_part, gauge, scale, spark_lines
from widgets._lines import Line, Run, joined, spread
from widgets._view import View, role_of

_HEARD = SilenceFigure()


def calls_lines(calls: CallsFigure, width: int, height: int, view: View, silence: SilenceFigure = _HEARD) -> list[Line]:
    """Return the figure, who hears silence, then gauge, traffic, clients and the last hour as height allows."""
    rows: list[Line] = [_headline(calls, width, view)]
    if silence.callers or silence.impact_s:
        rows.append(_silence(silence, width, view))
    if height >= 2:
        rows.append(_gauge(calls, width, view))
    if height >= 5:
        rows.append(_scale(calls, width))
    if height >= 3:
        rows.append(_traffic(calls, width))
    if height >= 4 and calls.by_client:
        rows.append(_clients(calls, width))
    spark_rows = min(4, height - len(rows))
    if spark_rows > 0 and calls.per_minute:
        rows += spark_lines(calls.per_minute, width, spark_rows, glyphs=view.glyphs, cursor=view.cursor_of())
    return rows


def _silence(silence: SilenceFigure, width: int, view: View) -> Line:
    """Return how many callers hear nothing now, for how long, and what silence cost within the window."""
    parts: list[Line] = []
    if silence.callers:
        least = f"{t('panel_calls.silence_least')} " if silence.at_least else ""
        role = role_of(view.current(silence.status))
        parts.append(
            (Run(f"{view.glyphs.of(silence.status)} {least}{silence.callers} {t('panel_calls.silence')}", role),)
        )
        parts.append((Run(t("panel_calls.silence_longest", age=view.age(silence.since)), role),))
    if silence.impact_s:
        parts.append((Run(t("panel_calls.silence_impact", seconds=silence.impact_s), "label"),))
    return joined(parts, width)


def _headline(calls: CallsFigure, width: int, view: View) -> Line:
    bound = f"{view.glyphs.over} " if calls.lower_bound and calls.active is not None else ""
    active = Run(
        f"{bound}{calls.active if calls.active is not None else fmt.NONE}", role_of(view.current(calls.status))
    )
    left: Line = (view.mark(calls.status), Run("  "), active, Run(f" {t('panel_calls.active')}"))
    peak = Run(t("panel_calls.peak", count=calls.peak), "label")
    return spread(left, (peak,), width)


def _top(calls: CallsFigure) -> float:
    return max(calls.limits.crit_at * 1.2, (calls.active or 0) * 1.05)


def _gauge(calls: CallsFigure, width: int, view: View) -> Line:
    marks = (calls.limits.warn_at, calls.limits.crit_at)
    row = gauge(calls.active, width, top=_top(calls), marks=marks, glyphs=view.glyphs)
    filled = filled_part(calls.active, width, _top(calls))
    return Run(row[:filled], role_of(view.current(calls.status))), Run(row[filled:], "limit")


def _scale(calls: CallsFigure, width: int) -> Line:
    marks = [(0.0, "0")] + [(mark, fmt.limit(mark)) for mark in (calls.limits.warn_at, calls.limits.crit_at)]
    return (Run(scale(width, top=_top(calls), marks=marks), "label"),)


def _traffic(calls: CallsFigure, width: int) -> Line:
    parts: list[Line] = [
        (Run(f"{t(f'panel_calls.{name}')} ", "label"), Run(str(getattr(calls, name)))) for name in ("opened", "closed")
    ]
    for name in ("lost", "short", "ghosts"):
        count = getattr(calls, name)
        parts.append((Run(f"{t(f'panel_calls.{name}')} ", "label"), Run(str(count), "strong" if count else "text")))
    return joined(parts, width, "  ")


def _clients(calls: CallsFigure, width: int) -> Line:
    parts: list[Line] = [(Run(f"{safe_text(name, 24)} ", "label"), Run(str(count))) for name, count in calls.by_client]
    return joined(parts, width)


class CallsPanel(BucketPanel):
    """Calls as a set of open ids against the limits of the whole system (semantics R44-R56)."""

    NUMBER: ClassVar[int] = 4
    TITLE: ClassVar[str] = "panel_calls.title"
    KPIS: ClassVar[frozenset[str]] = frozenset({"calls", "short_calls", "restarts", "silence"})

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the calls, and whose silence."""
        return snapshot.calls, snapshot.silence, snapshot.thresholds

    def subtitle(self) -> str:
        """Return the window of the counts, and whether calls could only be counted as sockets."""
        window = t("panel.window", window=fmt.window(self.snapshot.thresholds.rate_window_s))
        usual = f"{t('panel_calls.anonymous')} · {window}" if self.snapshot.calls.anonymous else window
        return self.subtitle_or_bucket(usual)

    def values(self) -> Sequence[float | None]:
        """Return the highest number of open calls of each minute."""
        return self.snapshot.calls.per_minute

    def counts(self) -> Sequence[int | None]:
        """Return the same: they are counts."""
        return self.snapshot.calls.per_minute

    def words(self, value: float, n: int) -> str:  # noqa: ARG002 - it is a count
        """Return how many calls were open."""
        return t("bucket.calls", n=n)

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the panel."""
        view.picked = self.picked
        return calls_lines(self.snapshot.calls, width, height, view, self.snapshot.silence)
