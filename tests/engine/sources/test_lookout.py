"""The thread that looks at quiet files: who waits for a change is woken by it, and by nothing else."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from tui.engine.clock import SystemClock
from tui.engine.parser import line_time
from tui.engine.sources import _lookout
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._inotify import tells
from tui.engine.sources._lookout import Lookout, Seen

PATIENCE_S = 30.0


def seen(path: Path) -> Seen:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@pytest.fixture(params=["told by the kernel", "looked for"], autouse=True)
def _told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lookout, "tells", lambda _device: request.param == "told by the kernel")


@pytest.mark.parametrize("change", ["grow", "replace", "remove", "empty", "rewrite"])
async def test_whoever_waits_for_a_file_is_woken_when_it_changes(tmp_path: Path, change: str) -> None:
    log, woken = tmp_path / "app.log", asyncio.Event()
    log.write_text("one\n")
    with Lookout().watching(str(log), seen(log), woken.set):
        if change == "grow":
            with log.open("a") as writer:
                writer.write("two\n")
        elif change == "replace":
            (tmp_path / "new").write_text("one\n")
            (tmp_path / "new").rename(log)
        elif change == "remove":
            log.unlink()
        elif change == "rewrite":
            log.write_text("two\n")
        else:
            os.truncate(log, 0)
        await asyncio.wait_for(woken.wait(), PATIENCE_S)


async def test_a_file_that_changed_wakes_only_its_own_reader_and_what_grew_before_the_watch_is_not_missed(
    tmp_path: Path,
) -> None:
    calm, busy, woken, lookout = tmp_path / "calm.log", tmp_path / "busy.log", asyncio.Event(), Lookout()
    for each in (calm, busy):
        each.write_text("one\n")
    before, told = seen(busy), []
    busy.write_text("one\ntwo\n")
    with (
        lookout.watching(str(calm), seen(calm), lambda: told.append("calm")),
        lookout.watching(str(busy), before, woken.set),
    ):
        await asyncio.wait_for(woken.wait(), PATIENCE_S)

    assert told == []


async def test_where_the_lookout_gets_no_answer_a_source_still_finds_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, asked, answer = tmp_path / "app.log", asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    log.write_text("one\n")

    def silent(_path: str) -> None:
        loop.call_soon_threadsafe(asked.set)
        answer.wait(PATIENCE_S)

    monkeypatch.setattr(_lookout, "tells", lambda _device: False)  # nor would a file system of another machine
    monkeypatch.setattr(_lookout, "_now", silent)
    monkeypatch.setattr("tui.engine.sources._file_source.LOOKOUT", Lookout())
    batches = FileSource(log, "app", SystemClock(), since=None, line_time=line_time).batches()
    read: list[bytes] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for block in batches:
                read += block.lines
                if asked.is_set() and len(read) == 1:
                    log.write_text("one\ntwo\n")
                if len(read) > 1:
                    break
    finally:
        answer.set()
        await batches.aclose()

    assert read == [b"one", b"two"]


async def test_a_link_that_leads_elsewhere_is_noticed_although_nobody_tells(tmp_path: Path) -> None:
    link, old, new, woken = tmp_path / "current.log", tmp_path / "1.log", tmp_path / "2.log", asyncio.Event()
    old.write_text("one\n")
    new.write_text("one\n")
    link.symlink_to(old)
    with Lookout().watching(str(link), seen(link), woken.set):
        link.unlink()
        link.symlink_to(new)
        await asyncio.wait_for(woken.wait(), PATIENCE_S)


async def test_a_change_is_told_at_once_where_the_kernel_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hours between two looks only the kernel can have told."""
    monkeypatch.setattr(_lookout, "tells", lambda _device: True)
    monkeypatch.setattr(_lookout, "LOOK_WHERE_TOLD_S", 3600.0)
    log, woken, lookout = tmp_path / "app.log", asyncio.Event(), Lookout()
    log.write_text("one\n")
    for line in ("two\n", "three\n"):
        woken.clear()
        with lookout.watching(str(log), seen(log), woken.set):
            with log.open("a") as writer:
                writer.write(line)
            await asyncio.wait_for(woken.wait(), PATIENCE_S)


def test_of_a_device_that_is_mounted_nowhere_nobody_tells() -> None:
    assert not tells(os.makedev(4000, 1))
