"""The follower against random histories of everything that happens to a log file."""

from pathlib import Path

import pytest

from tests.engine.sources.access import BlindAccess, FlakyAccess, inline
from tests.engine.sources.history import live_through
from tui.engine.sources._local import LocalAccess

HISTORIES = 3000


@pytest.mark.parametrize("part", range(6))
async def test_every_line_is_delivered_once_whatever_happens_to_the_file(tmp_path: Path, part: int) -> None:
    access = LocalAccess(inline)
    for seed in range(part * HISTORIES // 6, (part + 1) * HISTORIES // 6):
        await live_through(tmp_path / str(seed), seed, access)


async def test_every_line_is_delivered_once_through_threads(tmp_path: Path) -> None:
    for seed in range(100):
        await live_through(tmp_path / str(seed), seed, LocalAccess())


@pytest.mark.parametrize("timed", [False, True], ids=["without times", "with times of whole seconds"])
async def test_every_line_is_delivered_once_without_inodes(tmp_path: Path, *, timed: bool) -> None:
    for seed in range(1000):
        await live_through(tmp_path / str(seed), seed, BlindAccess(timed=timed))


@pytest.mark.parametrize(
    "access",
    [LocalAccess(inline), BlindAccess(), BlindAccess(timed=True)],
    ids=["with inodes", "without inodes", "without inodes, with times of whole seconds"],
)
async def test_every_line_is_delivered_once_however_often_files_rotate_between_two_polls(
    tmp_path: Path, access: LocalAccess
) -> None:
    for seed in range(400):
        await live_through(tmp_path / str(seed), seed, access, several=True)


@pytest.mark.parametrize("blind", [False, True], ids=["with inodes", "without inodes"])
async def test_every_line_is_delivered_once_over_a_way_that_is_lost_at_any_moment(
    tmp_path: Path, *, blind: bool
) -> None:
    failures = 0
    for seed in range(500):
        access = FlakyAccess(BlindAccess() if blind else LocalAccess(inline), seed, one_in=20)
        await live_through(tmp_path / str(seed), seed, access, several=seed % 2 == 1)
        failures += access.failures
    assert failures > 500
