"""What every screen with work of its own does when it is left."""

from textual.messages import Prune
from textual.widget import Widget


class EndsItsWork(Widget):
    """Ends its work before its widgets go: what comes back afterwards has nowhere to be shown."""

    async def on_prune(self, event: Prune) -> None:
        """Cancel the workers; Textual itself does so only once the widgets are gone."""
        del event
        self.workers.cancel_node(self)
