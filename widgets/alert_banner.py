"""One red line for a critical alert that nobody has taken on yet, away when there is none."""

from tui.engine.model import AlertState, Snapshot
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets._lines import Line, Run, crop, fit
from widgets._lines_view import LinesView
from widgets._view import View


class AlertBanner(LinesView):
    """Shows the newest critical alert that is neither acknowledged nor muted; takes no room without one."""

    DEFAULT_CSS = """
    AlertBanner { height: 1; width: 1fr; display: none; }
    """

    _text = ""

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show what a snapshot says."""
        open_ones = [
            alert
            for alert in snapshot.alerts.alerts
            if alert.state is AlertState.FIRING
            and alert.severity == "critical"
            and not alert.acknowledged
            and not alert.muted_by
        ]
        newest = max(open_ones, key=lambda alert: alert.fired_at or 0.0, default=None)
        more = f" (+{len(open_ones) - 1})" if len(open_ones) > 1 else ""
        text = t("panel_alerts.banner", summary=safe_text(newest.summary, 200), more=more) if newest else ""
        if text != self._text:
            self._text = text
            self.display = bool(text)
            self.redraw(now)

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - always one line
        """Return the line."""
        text = f" {view.glyphs.status[3]} {self._text}"
        return [fit((Run(crop(text, width), "badge-critical"),), width)]
