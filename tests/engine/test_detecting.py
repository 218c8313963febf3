"""Which files the first screen offers."""

import os
from pathlib import Path

import pytest

from tui.engine import detecting
from tui.engine.clock import SystemClock
from tui.engine.detecting import Candidate, candidates

VOICE = "📊 [TTS Azure] trace=a TTFB=342ms\n"


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


async def found(folder: Path) -> list[Candidate]:
    return await candidates(SystemClock(), [f"{folder}/*.log"])


async def test_logs_that_are_understood_stand_first(tmp_path: Path) -> None:
    (tmp_path / "other.log").write_text("nothing of ours\n", encoding="utf-8")
    (tmp_path / "voice.log").write_text(VOICE * 3, encoding="utf-8")

    assert [(Path(each.spec).name, each.events) for each in await found(tmp_path)] == [
        ("voice.log", 3),
        ("other.log", 0),
    ]


async def test_only_the_end_of_a_large_log_is_read(tmp_path: Path) -> None:
    (tmp_path / "large.log").write_text(VOICE + "x" * 80 * 1024 + "\n" + VOICE * 2, encoding="utf-8")

    assert [each.events for each in await found(tmp_path)] == [2]


async def test_old_and_empty_files_folders_and_pipes_are_left_out(tmp_path: Path) -> None:
    old = tmp_path / "old.log"
    old.write_text(VOICE, encoding="utf-8")
    os.utime(old, (1, 1))
    (tmp_path / "empty.log").touch()
    (tmp_path / "folder.log").mkdir()
    os.mkfifo(tmp_path / "pipe.log")

    assert await found(tmp_path) == []


async def test_a_folder_full_of_names_is_not_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detecting, "LOOKED_AT", 10)
    for number in range(30):
        (tmp_path / f"{number}.log").write_text(VOICE, encoding="utf-8")

    assert len(await found(tmp_path)) == 10


async def test_few_of_those_that_mean_nothing_are_offered(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.log").write_text("something\n", encoding="utf-8")

    assert len(await found(tmp_path)) == detecting.UNKNOWN_MOST
