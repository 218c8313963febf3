"""From the sentence to its evidence and back: by its key, from the bar, and from the playbook card."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests import samples
from tests.screens.fixed_monitor import app_over
from tests.widgets.showing import screen_text
from tests.widgets.test_blame import FULL
from tui.engine.model import Snapshot
from tui.engine.text import use_language
from tui.screens.blame import BlameScreen
from tui.screens.calls import CallsScreen
from tui.screens.dashboard import DashboardScreen
from tui.screens.playbook import PlaybookScreen

SIZES = {"column": (80, 24), "grid": (120, 40), "wide": (200, 50)}


def explained() -> Snapshot:
    return replace(samples.on_fire(), blame=(FULL,))


@pytest.mark.parametrize("keys", [("b",), ("tab", "enter")], ids=["key", "bar"])
async def test_the_evidence_opens_and_goes_back(keys: tuple[str, ...]) -> None:
    async with app_over(explained()).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        assert isinstance(pilot.app.screen, BlameScreen)
        assert "▸ what changed" in screen_text(pilot)
        await pilot.press("j", "k", "escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, BlameScreen)


async def test_without_anything_to_tell_the_key_says_why() -> None:
    async with app_over(samples.on_fire()).run_test(size=(120, 40)) as pilot:
        await pilot.press("b")
        await pilot.pause()
        assert "too little is known" in " ".join(each.message for each in pilot.app._notifications)


async def test_the_card_of_the_figure_says_it_too_and_opens_the_evidence() -> None:
    async with app_over(explained()).run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "P")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PlaybookScreen)
        assert "88 % Azure on voice-prod-02" in screen_text(pilot)
        await pilot.press("b")
        await pilot.pause()
        assert isinstance(pilot.app.screen, BlameScreen)


async def test_the_evidence_leads_on_to_the_calls_since_it_began() -> None:
    async with app_over(explained()).run_test(size=(80, 24)) as pilot:
        await pilot.press("b", "c")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CallsScreen)
        assert "what changed ▸ calls" in screen_text(pilot)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DashboardScreen)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_sentence_under_the_strip(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    assert snap_compare(app_over(explained()), terminal_size=size)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_evidence(snap_compare: Callable[..., bool], size: tuple[int, int], language: str) -> None:
    use_language(language)

    assert snap_compare(app_over(explained()), terminal_size=size, press=["b"])
