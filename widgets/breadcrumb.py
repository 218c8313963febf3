"""One line that says where you are: verdict, panel, bucket, call, lines."""

from collections.abc import Sequence

from tui.engine.safe_text import safe_text
from widgets._lines import Line, Run, crop, width_of
from widgets._lines_view import LinesView
from widgets._view import View

LONGEST = 40
"""Cells of one step."""


def trail(steps: Sequence[str], width: int, view: View) -> Line:
    """Return the steps, the last one strong; where there is no room the first ones are left out."""
    shown = [crop(safe_text(step, 200), LONGEST) for step in steps]
    for left_out in range(len(shown)):
        line = _joined(shown[left_out:], view, cut=left_out > 0)
        if width_of(line) <= width:
            return line
    return (Run(crop(shown[-1], width), "strong"),) if shown else ()


def _joined(steps: Sequence[str], view: View, *, cut: bool) -> Line:
    between = Run(f" {view.glyphs.pointer} ", "limit")
    line: Line = (Run(" "), *([Run("…", "label"), between] if cut else []))
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        line = (*line, Run(step, "strong" if last else "label"), *([] if last else [between]))
    return line


class Breadcrumb(LinesView):
    """The way here; Esc goes back along it."""

    FADES = False

    DEFAULT_CSS = """
    Breadcrumb { height: 1; width: 1fr; }
    """

    _steps: Sequence[str] = ()

    def show(self, steps: Sequence[str]) -> None:
        """Show the way, from the verdict to here; outside text is made safe."""
        if tuple(steps) != tuple(self._steps) or self._drawn is None:
            self._steps = tuple(steps)
            self.redraw(self._view.now)

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - always one line
        """Return the line."""
        return [trail(self._steps, width, view)]
