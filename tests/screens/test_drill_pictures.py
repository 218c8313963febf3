"""Pictures of the way from a panel to the lines, at the sizes and in the languages that matter."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.screens.incident import app_of, log, press
from tui.engine.text import use_language
from widgets import use_glyphs

SIZES = {"column": (80, 24), "grid": (120, 40)}
SCREENS = {"calls": ["5", "enter"], "call": ["5", "enter", "enter"], "lines": ["5", "enter", "enter", "enter"]}


def pressing(keys: list[str]) -> Callable[[Pilot[int]], object]:
    return lambda pilot: press(pilot, *keys)


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_way_in(snap_compare: Callable[..., bool], size: tuple[int, int], keys: list[str]) -> None:
    app, _ = app_of(log())
    assert snap_compare(app, terminal_size=size, run_before=pressing(keys))


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
def test_the_way_in_in_spanish(snap_compare: Callable[..., bool], keys: list[str]) -> None:
    use_language("es")
    app, _ = app_of(log())
    assert snap_compare(app, terminal_size=SIZES["column"], run_before=pressing(keys))


def test_a_call_on_a_wide_terminal(snap_compare: Callable[..., bool]) -> None:
    app, _ = app_of(log())
    assert snap_compare(app, terminal_size=(200, 50), run_before=pressing(SCREENS["call"]))


def test_a_call_in_plain_ascii(snap_compare: Callable[..., bool]) -> None:
    use_glyphs(unicode=False)
    try:
        app, _ = app_of(log())
        assert snap_compare(app, terminal_size=SIZES["column"], run_before=pressing(SCREENS["call"]))
    finally:
        use_glyphs(unicode=True)


@pytest.mark.parametrize("panel", ["2", "3"])
def test_the_cursor_over_the_minutes_of_a_panel(snap_compare: Callable[..., bool], panel: str) -> None:
    app, _ = app_of(log("slow-tts"))
    assert snap_compare(app, terminal_size=SIZES["grid"], run_before=pressing([panel, "left"]))
