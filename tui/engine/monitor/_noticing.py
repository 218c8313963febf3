"""What is looked at each second although nobody said anything: figures that time moves, and what explains them."""

from collections.abc import Awaitable, Callable, Sequence

from tui.engine.clock import Clock
from tui.engine.model import Snapshot
from tui.engine.monitor._blaming import AGAIN_S
from tui.engine.monitor._part import Part
from tui.engine.ticking import TICK_S, next_tick

Of = Part | None
"""Whose figures: some sources', or all."""


class Noticing:
    """Notices what time alone has changed, so that nobody else has to look as long as nothing has."""

    def __init__(
        self,
        clock: Clock,
        parts: Callable[[], Sequence[Of]],
        look: Callable[[Of], Snapshot],
        explain: Callable[[Of, Snapshot], Awaitable[bool]],
        tell: Callable[[], None],
    ) -> None:
        """``parts`` are whose figures there are; ``explain`` tells whether it explained anything; ``tell`` is news."""
        self._clock = clock
        self._parts, self._look, self._explain, self._tell = parts, look, explain, tell
        self._noticed: dict[Of, Snapshot] = {}
        self._explained, self._explained_at = self._noticed, 0.0
        """Which of them were explained last, and when."""

    async def tell_changes(self) -> None:
        """Tell what time alone has changed, within a second, until cancelled."""
        while True:
            await next_tick(TICK_S, self._has_changed)
            self._tell()

    async def explain(self) -> None:
        """Look each second whether something is wrong that was not explained yet, or not with what came since."""
        while True:
            await next_tick(TICK_S, self._is_to_explain)
            self._explained, self._explained_at = self._noticed, self._clock.monotonic()
            for part, snapshot in self._noticed.items():
                if await self._explain(part, snapshot):
                    self._tell()

    def _has_changed(self) -> bool:
        shown = {part: self._look(part) for part in self._parts()}
        if shown.keys() == self._noticed.keys() and all(self._noticed[part] is each for part, each in shown.items()):
            return False
        self._noticed = shown
        return True

    def _is_to_explain(self) -> bool:
        """Tell whether the figures are others, or enough time has passed to go by what came since."""
        return self._noticed is not self._explained or self._clock.monotonic() - self._explained_at >= AGAIN_S
