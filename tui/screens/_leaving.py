"""What every screen with work of its own does when it is left."""

from collections.abc import Callable, Coroutine

from textual.messages import Prune
from textual.widget import Widget
from textual.worker import Worker


class EndsItsWork(Widget):
    """Ends its work before its widgets go: what comes back afterwards has nowhere to be shown."""

    def keep_doing(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> Worker[None]:
        """Do something until the screen is left; nothing of it is left over where that was before it could begin."""
        return self.run_worker(work, group=group)

    async def on_prune(self, event: Prune) -> None:
        """Cancel the workers; Textual itself does so only once the widgets are gone."""
        del event
        self.workers.cancel_node(self)
