"""Ticked steps in the state file: kept over restarts, shared between processes, apart for each incident."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from tui.engine.clock import ManualClock
from tui.engine.errors import StateError
from tui.engine.state import RecordedTicks, StateDatabase
from tui.engine.state._ticks import KEPT_S

DAY = 86400.0
NOW = 1_769_695_320.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def ticks(folder: Path) -> RecordedTicks:
    return RecordedTicks(ManualClock(NOW), folder)


async def test_ticks_outlive_whoever_made_them_and_are_seen_beside_a_recorder(
    folder: Path, ticks: RecordedTicks
) -> None:
    await ticks.tick("azure.auth", 0, NOW)
    with StateDatabase(folder):
        await RecordedTicks(ManualClock(NOW), folder).tick("azure.auth", 2, NOW + 5)
        await ticks.tick("groq.rate_limit", 1, NOW)

        assert await ticks.ticks("azure.auth", 0) == {0: NOW, 2: NOW + 5}
    assert await RecordedTicks(ManualClock(NOW), folder).ticks("azure.auth", 0) == {0: NOW, 2: NOW + 5}


async def test_a_new_incident_begins_without_ticks_and_leaves_those_of_the_last_one(ticks: RecordedTicks) -> None:
    await ticks.tick("azure.auth", 0, NOW - DAY)
    await ticks.tick("azure.auth", 1, NOW)

    assert await ticks.ticks("azure.auth", NOW - 60) == {1: NOW}
    await ticks.tick("azure.auth", 0, NOW + 1)
    await ticks.tick("azure.auth", 0, None)
    await ticks.tick("azure.auth", 1, None)
    assert await ticks.ticks("azure.auth", NOW - 60) == {}
    assert await ticks.ticks("azure.auth", 0) == {0: NOW - DAY}


async def test_ticks_are_forgotten_after_a_year(ticks: RecordedTicks) -> None:
    await ticks.tick("azure.auth", 0, NOW - KEPT_S - 1)
    await ticks.tick("azure.auth", 1, NOW)

    assert await ticks.ticks("azure.auth", 0) == {1: NOW}


def test_looking_makes_no_state_file(folder: Path, ticks: RecordedTicks) -> None:
    assert asyncio.run(_ticks_of(ticks)) == {}
    assert not folder.exists()


async def _ticks_of(ticks: RecordedTicks) -> Mapping[int, float]:
    return await ticks.ticks("azure.auth", 0)


async def test_a_file_that_others_may_read_is_not_used(folder: Path, ticks: RecordedTicks) -> None:
    await ticks.tick("azure.auth", 0, NOW)
    (folder / "state.db").chmod(0o644)

    with pytest.raises(StateError, match="chmod"):
        await ticks.ticks("azure.auth", 0)
