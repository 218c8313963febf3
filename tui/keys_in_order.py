"""Keys one after the other: what is typed behind ``/`` is for the line that it opens, not for the screen below."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste

LONGEST_S = 1.0
"""A key that takes longer than this holds up no other."""

Result = TypeVar("Result")


class KeysInOrder(App[Result]):
    """Passes a key on when the one before has done what it does.

    Textual passes it on while the one before is still on its way up through the widgets: of ``/silence``, typed fast
    enough, the second letter would open a dialog.
    """

    def __init__(self) -> None:
        """Begin with no key under way."""
        super().__init__()
        self._kept: deque[Event] = deque()
        self._keys_passed = 0
        self._patience: asyncio.TimerHandle | None = None
        """Is there while a key is under way."""

    async def on_event(self, event: Event) -> None:
        """Keep what is typed while a key is under way; everything else goes its way."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._patience:
            self._kept.append(event)
        else:
            await self._pass_on(event)

    async def _pass_on(self, event: Event) -> None:
        self._keys_passed += 1
        number = self._keys_passed
        self._patience = asyncio.get_running_loop().call_later(LONGEST_S, self.call_later, self._next_key, number)
        target = self.focused or self.screen
        await super().on_event(event)
        self._follow(target, lambda: self._follow(target, lambda: self._settle(number)))

    def _follow(self, node: DOMNode, then: Callable[[], object]) -> None:
        """Go up behind a key, and once more behind what a widget tells of it: each node has this next in its queue."""

        def up() -> None:
            if node.parent:
                self._follow(node.parent, then)
            else:
                then()

        if not node.call_later(up):
            then()  # it is gone, as a screen is that the key closed

    def _settle(self, number: int) -> None:
        """Let the app move the focus, which actions leave to it, and a new screen find what is typed into."""
        self.call_later(lambda: self.screen.call_later(self.call_later, self._next_key, number))

    async def _next_key(self, number: int) -> None:
        if number != self._keys_passed or not self._patience:
            return  # it took too long, and others went before
        self._patience.cancel()
        self._patience = None
        if self._kept:
            await self._pass_on(self._kept.popleft())
