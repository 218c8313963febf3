"""The smallest Textual program, to compare with: ``python -m bench.bare``."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class BareApp(App[None]):
    """Shows one word and waits."""

    def compose(self) -> ComposeResult:
        """Show the word that the bench waits for."""
        yield Static("TTFB")


if __name__ == "__main__":
    BareApp().run()
