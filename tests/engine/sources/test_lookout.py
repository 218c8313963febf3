"""Quiet files, of which the kernel tells or at which a thread looks: who waits for a change is woken by that alone."""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from tui.engine.clock import SystemClock
from tui.engine.parser import line_time
from tui.engine.sources import _file_source, _inotify, _local, _lookout, _told
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._inotify import lies_here, tells
from tui.engine.sources._local import LocalAccess, in_thread
from tui.engine.sources._lookout import Lookout
from tui.engine.sources._seen import Seen

PATIENCE_S = 30.0


def seen(path: Path) -> Seen:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@pytest.fixture(params=["told by the kernel", "looked for"])
def told(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "told by the kernel")


@pytest.mark.parametrize("change", ["grow", "replace", "remove", "empty", "rewrite"])
async def test_whoever_waits_for_a_file_is_woken_when_it_changes(tmp_path: Path, change: str, *, told: bool) -> None:
    log, woken = tmp_path / "app.log", asyncio.Event()
    log.write_text("one\n")
    with Lookout().watching(str(log), seen(log), woken.set, told=told):
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
    tmp_path: Path, *, told: bool
) -> None:
    calm, busy, woken, lookout = tmp_path / "calm.log", tmp_path / "busy.log", asyncio.Event(), Lookout()
    for each in (calm, busy):
        each.write_text("one\n")
    before, others = seen(busy), []
    busy.write_text("one\ntwo\n")
    with (
        lookout.watching(str(calm), seen(calm), lambda: others.append("calm"), told=told),
        lookout.watching(str(busy), before, woken.set, told=told),
    ):
        await asyncio.wait_for(woken.wait(), PATIENCE_S)

    assert others == []


async def test_where_the_lookout_gets_no_answer_a_source_still_finds_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, asked, answer = tmp_path / "app.log", asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    log.write_text("one\n")

    def silent(_path: str) -> None:
        loop.call_soon_threadsafe(asked.set)
        answer.wait(PATIENCE_S)

    monkeypatch.setattr(_local, "lies_here", lambda *_place: False)  # nor does a file system of another machine
    monkeypatch.setattr(_lookout, "seen_now", silent)
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


async def test_a_link_that_leads_elsewhere_is_noticed_although_nobody_tells(tmp_path: Path, *, told: bool) -> None:
    link, old, new, woken = tmp_path / "current.log", tmp_path / "1.log", tmp_path / "2.log", asyncio.Event()
    old.write_text("one\n")
    new.write_text("one\n")
    link.symlink_to(old)
    with Lookout().watching(str(link), seen(link), woken.set, told=told):
        link.unlink()
        link.symlink_to(new)
        await asyncio.wait_for(woken.wait(), PATIENCE_S)


async def test_a_change_is_told_at_once_where_the_kernel_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hours between two looks only the kernel can have told."""
    monkeypatch.setattr(_told, "LOOK_EVERY_S", 3600.0)
    log, woken, lookout = tmp_path / "app.log", asyncio.Event(), Lookout()
    log.write_text("one\n")
    for line in ("two\n", "three\n"):
        woken.clear()
        with lookout.watching(str(log), seen(log), woken.set, told=True):
            with log.open("a") as writer:
                writer.write(line)
            await asyncio.wait_for(woken.wait(), PATIENCE_S)


def test_of_a_device_that_is_mounted_nowhere_nobody_tells() -> None:
    assert not tells(os.makedev(4000, 1))


@pytest.mark.parametrize("told", [True, False])
async def test_a_file_is_read_again_although_nothing_new_was_seen_unless_the_kernel_would_have_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, told: bool
) -> None:
    monkeypatch.setattr(_file_source, "WATCHED_POLL_S", 0.02)
    monkeypatch.setattr(_local, "lies_here", lambda *_place: told)
    log, looks, read = tmp_path / "app.log", [0], [b""]
    log.write_text("one\n")

    async def counted(function: Callable[..., object], *arguments: object) -> object:
        looks[-1] += function is _local._look
        return await in_thread(function, *arguments)

    access = LocalAccess(run=counted)
    source = FileSource(log, "app", SystemClock(), since=None, line_time=line_time, access=access)
    async with asyncio.timeout(PATIENCE_S), aclosing(source.batches()) as batches:
        async for block in batches:
            read += block.lines
            looks.append(looks[-1])
            if len(looks) == 12:
                with log.open("a") as writer:
                    writer.write("two\n")
            if len(read) > 2:
                break

    assert read[1:] == [b"one", b"two"]
    assert (looks[5] == looks[10]) is told  # the last but one: what is being counted goes on


async def test_of_two_who_wait_for_one_file_the_second_is_still_told_once_the_first_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the kernel both are one."""
    monkeypatch.setattr(_told, "LOOK_EVERY_S", 3600.0)
    log, link, woken, lookout = tmp_path / "app.log", tmp_path / "link.log", asyncio.Event(), Lookout()
    log.write_text("one\n")
    link.symlink_to(log)
    with lookout.watching(str(log), seen(log), woken.set, told=True):
        with lookout.watching(str(link), seen(log), lambda: None, told=True):
            pass
        log.write_text("two\n")
        await asyncio.wait_for(woken.wait(), PATIENCE_S)


async def test_where_the_kernel_tells_no_thread_looks_and_one_descriptor_is_enough(tmp_path: Path) -> None:
    log, lookout = tmp_path / "app.log", Lookout()
    log.write_text("one\n")
    held, threads = psutil.Process().num_fds, threading.active_count()
    before = held()
    for _ in range(3):
        with lookout.watching(str(log), seen(log), lambda: None, told=True):
            assert held() == before + 1
            assert threading.active_count() == threads


def test_a_way_that_leads_through_a_file_system_of_another_machine_is_not_here_wherever_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of what lies there is looked at to find that out."""
    log, away, link = tmp_path / "app.log", tmp_path / "away", tmp_path / "link.log"
    away.mkdir()
    log.write_text("one\n")
    (away / "current.log").symlink_to(log)
    link.symlink_to(away / "current.log")
    looked, lstat = [], os.lstat

    def noted(path: str) -> os.stat_result:
        looked.append(path)
        found = list(lstat(path))
        return os.stat_result([*found[:2], 7 if path == str(away) else 1, *found[3:]])

    monkeypatch.setattr(_inotify, "tells", lambda device, _others=frozenset(): device != 7)
    monkeypatch.setattr(os, "lstat", noted)
    assert lies_here(str(log), 1, 1)
    assert not lies_here(str(link), 1, 1)
    assert looked[-1] == str(away)


def test_links_that_lead_in_a_circle_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    monkeypatch.setattr(_inotify, "tells", lambda _device, _others=frozenset(): True)
    with pytest.raises(OSError, match=str(tmp_path)):
        lies_here(str(tmp_path / "a"), 1, 1)
