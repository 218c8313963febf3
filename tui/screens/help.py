"""The help page: every key of the screen below, what the states mean, how the figures are computed."""

from collections.abc import Iterable
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._resizing import SizedDialog
from widgets import in_language

FIGURES = ("ttfb", "fallback", "calls", "errors")


HELP = Binding("question_mark", "help", id="help", show=False)


class HelpScreen(SizedDialog[None]):
    """Lists the bindings that are active where it was opened."""

    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 90%; max-width: 100; height: 90%;
        background: $surface; border: round $primary; padding: 0 2;
    }
    HelpScreen Static { height: auto; margin-bottom: 1; }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("escape,q,question_mark", "dismiss", id="back"),
    ]

    def __init__(self, bindings: Iterable[Binding]) -> None:
        """Of ``bindings`` only those with an id are listed: the others scroll, or belong to Textual."""
        super().__init__()
        self._listed = [in_language(binding) for binding in bindings if binding.id and not binding.system]
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show keys, states and figures."""
        with VerticalScroll() as page:
            page.border_title = t("screen.help_title")
            page.border_subtitle = t("screen.help_close")
            yield Static(self._keys())
            yield Static(Text(t("screen.help_state_text")))
            for figure in FIGURES:
                yield Static(Text(t(f"screen.help_{figure}")))

    def _keys(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        keys: dict[str, list[str]] = {}
        for binding in self._listed:
            keys.setdefault(binding.id or "", []).append(self.app.get_key_display(binding))
        first = {each.id or "": each for each in reversed(self._listed)}
        for identity, pressed in keys.items():
            what = first[identity]
            table.add_row(Text(" ".join(pressed), style="bold"), Text(what.description), Text(what.tooltip))
        return table


def help_over(screen: Screen[Any]) -> HelpScreen:
    """Return the page about the keys of a screen."""
    return HelpScreen(active.binding for active in screen.active_bindings.values())
