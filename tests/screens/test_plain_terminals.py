"""Terminals without Unicode or without colours miss nothing that matters."""

from collections.abc import Iterator

import pytest

from tests import samples
from tests.screens.fixed_monitor import app_over
from tests.screens.walk import PANELS, STATES, pages
from tui.engine.text import use_language
from widgets import use_glyphs


@pytest.fixture
def without_unicode() -> Iterator[None]:
    use_glyphs(unicode=False)
    use_language("es")
    yield
    use_glyphs(unicode=True)


@pytest.mark.usefixtures("without_unicode")
@pytest.mark.parametrize("panel", PANELS)
async def test_every_page_is_ascii_where_the_terminal_knows_nothing_else(panel: str) -> None:
    async for page in pages("on-fire", panel):
        assert [row for row in page.rows if not row.isascii()] == [], page.way


@pytest.mark.usefixtures("without_unicode")
async def test_hostile_names_are_ascii_too() -> None:
    app = app_over(samples.hostile())
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()

    assert all(segment.text.isascii() for strip in strips for segment in strip)


@pytest.mark.parametrize("state", STATES)
async def test_without_colours_states_are_told_by_sign_and_word(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_over(STATES[state]())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        segments = [segment for strip in app.screen._compositor.render_strips() for segment in strip]

    colours = {each for segment in segments if segment.style for each in (segment.style.color, segment.style.bgcolor)}
    text = "".join(segment.text for segment in segments)
    told = {"typical": ["● OK"], "on-fire": ["● OK", "▲ WARN", "✖ CRIT"]}
    assert [colour for colour in colours if colour and colour.triplet and len(set(colour.triplet)) > 1] == []
    assert all(each in text for each in told.get(state, ["◌ NO DATA"]))
