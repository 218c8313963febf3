"""The card shown instead of a dashboard that would not fit."""

from rich.cells import cell_len

from tui.engine.text import t
from widgets._lines import Line, Run, wrap
from widgets._lines_view import LinesView
from widgets._view import View


class TooSmallCard(LinesView):
    """Says how large the terminal must be, and how large it is."""

    DEFAULT_CSS = """
    TooSmallCard { width: 1fr; height: 1fr; }
    """

    LEAST_WIDTH = 40
    LEAST_HEIGHT = 10

    def draw(self, width: int, height: int, view: View) -> list[Line]:  # noqa: ARG002 - the same at any time
        """Return the sentence in the middle of whatever room there is."""
        text = t("panel.too_small", least=f"{self.LEAST_WIDTH}×{self.LEAST_HEIGHT}", width=width, height=height)
        rows = wrap(text, max(1, width))
        above = max(0, (height - len(rows)) // 2)
        return [()] * above + [(Run(" " * max(0, (width - cell_len(row)) // 2)), Run(row)) for row in rows]
