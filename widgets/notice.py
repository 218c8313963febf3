"""One line that says whose figures are shown and what is being simulated, away when there is nothing to say."""

from tui.engine.model import Snapshot
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets._lines import Line, Run, crop
from widgets._lines_view import LinesView
from widgets._view import View


def notice_text(snapshot: Snapshot) -> str:
    """Return whose figures a snapshot has and what is being simulated; empty where nothing is to be said."""
    scope = f"{t('watching.only', name=safe_text(snapshot.scope, 80))} ({t('watching.only_how')})"
    return " · ".join(filter(None, (scope if snapshot.scope else "", safe_text(snapshot.notice, 400))))


class NoticeBar(LinesView):
    """Shows the notice of a snapshot; takes no room without one."""

    DEFAULT_CSS = """
    NoticeBar { height: 1; width: 1fr; background: $surface; display: none; }
    """

    _text = ""

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show the scope and the notice of a snapshot."""
        text = notice_text(snapshot)
        if text != self._text:
            self._text = text
            self.display = bool(text)
            self.redraw(now)

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - always one line
        """Return the line."""
        return [(Run(f" {view.glyphs.pointer} ", "hint"), Run(crop(self._text, max(0, width - 4))))]
