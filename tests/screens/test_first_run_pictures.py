"""What the screen that asks what to watch looks like."""

from collections.abc import Callable

import pytest

from tests.samples import NOW
from tui.bare_app import BareApp
from tui.engine.clock import ManualClock
from tui.engine.detecting import Candidate
from tui.engine.text import use_language
from tui.screens.first_run import Chosen, FirstRunScreen

SIZES = {"column": (80, 24), "grid": (120, 40), "wide": (200, 50)}
FOUND = (
    Candidate("/var/log/andrea/app.log", written=NOW - 3, events=1240),
    Candidate("docker:andrea_prod", about="ghcr.example/andrea:1.4 [bold]\x1b[31m"),
    Candidate("journald:andrea.service"),
)


class Asking(BareApp[Chosen]):
    """Asks, of a machine on which this was found."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, found: tuple[Candidate, ...], theme: str = "dark") -> None:
        super().__init__(theme)
        self._found = found

    async def _look(self) -> tuple[Candidate, ...]:
        return self._found

    def on_mount(self) -> None:
        self.push_screen(FirstRunScreen(self._look, str, ManualClock(NOW)))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("found", [FOUND, ()], ids=["found", "nothing"])
def test_the_first_screen(
    snap_compare: Callable[..., bool], size: tuple[int, int], found: tuple[Candidate, ...]
) -> None:
    assert snap_compare(Asking(found), terminal_size=size)


@pytest.mark.parametrize("theme", ["light", "high-contrast"])
def test_the_first_screen_in_another_theme(snap_compare: Callable[..., bool], theme: str) -> None:
    assert snap_compare(Asking(FOUND, theme), terminal_size=SIZES["grid"], press=["down", "down", "space"])


def test_the_first_screen_in_spanish(snap_compare: Callable[..., bool]) -> None:
    use_language("es")
    assert snap_compare(Asking(FOUND), terminal_size=SIZES["column"])
