"""What every screen with work of its own does when it is left."""

from textual.widget import Widget


class EndsItsWork(Widget):
    """Ends its work before its widgets go: what comes back afterwards has nowhere to be shown."""

    def on_prune(self) -> None:
        """Cancel the workers; Textual itself does so only once the widgets are gone."""
        self.workers.cancel_node(self)
