"""Pictures of the dashboard: what it shows at three sizes, empty, typical, on fire and stale."""

from collections.abc import Callable

import pytest

from tests import samples
from tests.screens.fixed_monitor import app_over
from tui.engine.model import Snapshot
from tui.engine.text import use_language

SIZES = {"column": (80, 24), "grid": (120, 40), "wide": (200, 50)}
STATES = {"empty": samples.empty, "typical": samples.typical, "on-fire": samples.on_fire, "stale": samples.stale}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_the_dashboard(snap_compare: Callable[..., bool], state: Callable[[], Snapshot], size: tuple[int, int]) -> None:
    assert snap_compare(app_over(state()), terminal_size=size)


@pytest.mark.parametrize("theme", ["light", "high-contrast"])
def test_the_dashboard_in_another_theme(snap_compare: Callable[..., bool], theme: str) -> None:
    assert snap_compare(app_over(samples.on_fire(), theme), terminal_size=SIZES["grid"])


def test_the_dashboard_in_spanish(snap_compare: Callable[..., bool]) -> None:
    use_language("es")
    assert snap_compare(app_over(samples.on_fire()), terminal_size=SIZES["grid"])


def test_the_card_when_the_terminal_is_too_small(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_over(samples.typical()), terminal_size=(39, 9))


def test_the_help_page(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_over(samples.typical()), terminal_size=SIZES["grid"], press=["question_mark"])


def test_the_playbook_of_the_worst_finding(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_over(samples.on_fire()), terminal_size=SIZES["grid"], press=["enter"])


def test_a_maximised_panel_keeps_the_strip(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_over(samples.on_fire()), terminal_size=SIZES["grid"], press=["6", "M"])


def test_hostile_names_and_texts(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(app_over(samples.hostile()), terminal_size=SIZES["grid"])
