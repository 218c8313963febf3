"""The follower against random histories of everything that happens to a log file."""

from pathlib import Path

import pytest

from tests.engine.sources.access import BlindAccess, inline
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
