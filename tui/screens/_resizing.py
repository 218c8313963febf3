"""The bases of all screens: they keep to the size that the terminal has now."""

from typing import TypeVar

from textual.events import Resize
from textual.screen import ModalScreen, Screen

Result = TypeVar("Result")


class SizedScreen(Screen[Result]):
    """Passes over a size that the terminal has no more.

    A screen that takes another size tells itself so once more. With two sizes under way it takes one and tells itself,
    takes the other and tells itself, and so on. While updates are held back, as when a footer is made anew, what it
    tells itself never ends: its queue is never empty, and nothing else runs any more, no key, no signal, no picture.
    """

    def on_resize(self, event: Resize) -> None:
        """Leave alone what is no longer true: the size of now is told as well."""
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()


class SizedDialog(ModalScreen[Result], SizedScreen[Result]):
    """The same over other screens."""
