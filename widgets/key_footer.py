"""The line of keys: at most eight, those of what has the focus first, and only whole ones."""

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tui.engine.text import said
from widgets._lines_view import in_language
from widgets._panel import Panel


class KeyFooter(Footer):
    """Shows what can be done here; everything else is on the help page and in the command line."""

    MOST: ClassVar[int] = 8

    DEFAULT_CSS = """
    KeyFooter { scrollbar-size: 0 0; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    def compose(self) -> ComposeResult:
        """Show the keys that fit."""
        if not self._bindings_ready:
            return
        left = self.app.size.width
        for binding, tooltip in self.chosen():
            key = self.app.get_key_display(binding)
            left -= cell_len(key) + cell_len(binding.description) + 3
            if left < 0:
                return
            yield FooterKey(binding.key, key, binding.description, binding.action, tooltip=tooltip).data_bind(
                compact=Footer.compact
            )

    def chosen(self) -> list[tuple[Binding, str]]:
        """Return the bindings to show with what their tooltip says; of one action only the first key."""
        focused = self.screen.focused
        near = focused.SCREEN_KEYS if isinstance(focused, Panel) else ()
        found: dict[str, tuple[int, Binding, str]] = {}
        for node, binding, enabled, tooltip in self.screen.active_bindings.values():
            rank = 0 if node is focused else 1 if binding.id in near else 2
            if enabled and (binding.show or rank == 1):
                found.setdefault(binding.action, (rank, in_language(binding), said(tooltip)))
        nearest = sorted(found.values(), key=lambda each: each[0])
        return [(binding, tooltip) for _, binding, tooltip in nearest[: self.MOST]]

    def on_resize(self) -> None:
        """Show more where there is more room."""
        self.refresh(recompose=True)
