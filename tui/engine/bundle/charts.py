"""The charts of a bundle: pictures that stand alone, minute by minute."""

from datetime import tzinfo

from tui.engine.model import Snapshot
from tui.engine.reports._svg import bars, lines
from tui.engine.text import t

_STYLE = (
    "<style>svg{background:#fff;font:11px sans-serif}.axis{stroke:#999}.errors{fill:#c2283a}.calls{fill:#3468a4}"
    "polyline{fill:none;stroke-width:1.5}.p50{stroke:#3468a4}.p95{stroke:#b5740b}.p99{stroke:#c2283a}"
    "circle.p50{fill:#3468a4}circle.p95{fill:#b5740b}circle.p99{fill:#c2283a}</style>"
)
_HOUR_S = 3600.0


def charts(snapshot: Snapshot, at: float, tz: tzinfo | None) -> dict[str, tuple[str, str]]:
    """Return the last hour before a moment as SVG: by file name, its title and the picture."""
    ends = (at - _HOUR_S, at)
    errors, calls = t("bundle.chart_errors"), t("bundle.chart_calls")
    found = {
        "errors.svg": (errors, bars(errors, {"errors": snapshot.errors.per_minute}, ends, tz)),
        "calls.svg": (calls, bars(calls, {"calls": snapshot.calls.per_minute}, ends, tz)),
    }
    for row in snapshot.ttfb:
        title = t("bundle.chart_ttfb", stage=row.stage)
        series = {
            name: [None if point is None else point[index] for point in row.series]
            for index, name in enumerate(("p50", "p95", "p99"))
        }
        found[f"ttfb-{row.stage.lower()}.svg"] = (title, lines(title, series, ends, tz))
    return {name: (title, _alone(svg)) for name, (title, svg) in found.items()}


def _alone(svg: str) -> str:
    head, rest = svg.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{_STYLE}{rest}'
