"""Every page that a key leads to from the dashboard: for tests that are about all of them."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from textual.pilot import Pilot

from tests import samples
from tests.screens.fixed_monitor import app_over
from tui.engine.model import Snapshot

SIZE = (120, 40)
LEFT_OUT = {"quit", "interrupt"}
"""What ends the program."""
STATES: dict[str, Callable[[], Snapshot]] = {
    "empty": samples.empty,
    "typical": samples.typical,
    "on-fire": samples.on_fire,
    "stale": samples.stale,
}
PANELS = ("", *map(str, range(1, 9)))
"""Their keys; the empty one is the dashboard itself."""


class Page(NamedTuple):
    """What the terminal shows somewhere."""

    way: str
    """The keys that lead there."""
    rows: list[str]


async def pages(state: str, panel: str, size: tuple[int, int] = SIZE) -> AsyncIterator[Page]:
    """Yield the dashboard with a panel chosen, then what each key leads to that is of use there alone."""
    app = app_over(STATES[state]())
    async with app.run_test(size=size) as pilot:
        before = set(app.screen.active_bindings) if panel else set()
        yield await _page(pilot, panel)
        keys = [
            key
            for key, each in app.screen.active_bindings.items()
            if key not in before and each.binding.id and each.binding.id not in LEFT_OUT
        ]
        for key in keys:
            yield await _page(pilot, key)
            while len(app.screen_stack) > 1:
                await app.pop_screen()
            await pilot.press("escape", *panel)


async def _page(pilot: Pilot[int], key: str) -> Page:
    await pilot.pause()
    if key:
        await pilot.press(key)
    await pilot.pause()
    strips = pilot.app.screen._compositor.render_strips()
    return Page(key, ["".join(segment.text for segment in strip) for strip in strips])
