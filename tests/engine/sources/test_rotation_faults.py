"""Faults 1-19 of the matrix: rotation, truncation, deletion, restart. Every line once, in order, no gap untold."""

# ruff: noqa: ASYNC240 - tests may block

import gzip
import os
import shutil
from pathlib import Path

import pytest

from tests.engine.sources.conftest import Begin
from tests.engine.sources.session import append, numbered, text
from tui.engine.model import SourceState
from tui.engine.sources._follow import ROTATE_WAIT_S
from tui.engine.sources._position import Position
from tui.engine.text import t


def pack(path: Path) -> None:
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()


def rotated(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")


async def test_fault_01_fifty_rotations_by_rename_lose_nothing(log: Path, begin: Begin) -> None:
    log.touch()
    session = begin(log)
    for turn in range(50):
        append(log, numbered(turn * 10, turn * 10 + 4))
        await session.poll()
        append(log, numbered(turn * 10 + 5, turn * 10 + 9))
        for number in range(turn, 0, -1):
            rotated(log, number).rename(rotated(log, number + 1))
        log.rename(rotated(log, 1))
        log.touch()
    await session.poll(3)

    assert session.lines == numbered(0, 499)
    assert session.gaps == []


async def test_fault_02_a_late_writer_on_the_renamed_file_is_heard(log: Path, begin: Begin) -> None:
    append(log, [b"old 1"])
    session = begin(log)
    await session.poll()
    with log.open("ab", buffering=0) as late:
        log.rename(rotated(log, 1))
        append(log, [b"new 1"])
        await session.poll(2)
        late.write(b"old 2\nold 3\n")
        await session.poll()
        append(log, [b"new 2"])
        await session.poll()

    assert sorted(session.lines) == [b"new 1", b"new 2", b"old 1", b"old 2", b"old 3"]
    assert [line for line in session.lines if line.startswith(b"old")] == [b"old 1", b"old 2", b"old 3"]
    assert session.gaps == []


async def test_fault_02_lines_of_the_new_file_do_not_wait_for_late_writers(log: Path, begin: Begin) -> None:
    append(log, [b"old"])
    session = begin(log)
    await session.poll()
    log.rename(rotated(log, 1))
    append(log, [b"new"])
    await session.poll()
    assert session.lines == [b"old", b"new"]


async def test_fault_03_two_renames_between_two_polls(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    append(log, numbered(4, 5))
    log.rename(rotated(log, 2))
    append(rotated(log, 1), numbered(6, 8))
    append(log, numbered(9, 10))
    await session.poll(2)

    assert session.lines == numbered(1, 10)
    assert session.gaps == []


async def test_fault_03_two_renames_before_the_first_line_of_a_file_was_read(log: Path, begin: Begin) -> None:
    log.touch()
    session = begin(log)
    await session.poll()
    append(log, numbered(1, 3))
    log.rename(rotated(log, 2))
    append(rotated(log, 1), numbered(4, 6))
    pack(rotated(log, 1))
    append(log, numbered(7, 9))
    await session.poll(3)

    assert session.lines == numbered(1, 9)


async def test_fault_04_copytruncate(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 100))
    session = begin(log)
    await session.poll()
    shutil.copy(log, rotated(log, 1))
    os.truncate(log, 0)
    append(log, numbered(101, 105))
    await session.poll(2)

    assert session.lines == numbered(1, 105)
    assert session.gaps == []


@pytest.mark.parametrize("compressed", [False, True])
async def test_fault_05_what_was_unread_at_a_copytruncate_comes_from_the_copy(
    log: Path, begin: Begin, compressed: bool
) -> None:
    append(log, numbered(1, 100))
    session = begin(log)
    await session.poll()
    append(log, numbered(101, 200))
    shutil.copy(log, rotated(log, 1))
    os.truncate(log, 0)
    append(log, numbered(201, 205))
    if compressed:
        pack(rotated(log, 1))
    await session.poll(2)

    assert session.lines == numbered(1, 205)
    assert session.gaps == []


async def test_fault_06_a_file_emptied_and_grown_past_the_offset_is_read_from_its_start(
    log: Path, begin: Begin
) -> None:
    append(log, numbered(1, 100))
    session = begin(log)
    await session.poll()
    os.truncate(log, 0)
    append(log, numbered(101, 300))
    await session.poll(2)

    assert session.lines == numbered(1, 300)


async def test_fault_07_unread_lines_of_a_file_emptied_without_copy_are_told_as_a_gap(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    session = begin(log)
    await session.poll()
    append(log, numbered(11, 20))
    os.truncate(log, 0)
    append(log, numbered(21, 22))
    await session.poll(2)

    assert session.lines == [*numbered(1, 10), *numbered(21, 22)]
    assert session.gaps == [t("sources.gap_emptied")]
    assert session.status.gaps == 1


async def test_a_file_that_was_emptied_is_not_behind_by_what_it_held_before(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 100))
    session = begin(log)
    await session.poll()
    os.truncate(log, 0)
    append(log, numbered(101, 102))
    await session.poll(2)

    assert session.lines == numbered(1, 102)
    assert session.status.lag_bytes == 0


async def test_fault_08_the_hole_that_a_stale_writer_leaves_is_no_part_of_a_line(log: Path, begin: Begin) -> None:
    with log.open("wb", buffering=0) as writer:
        writer.write(text(numbered(1, 100)))
        hole = writer.tell()
        session = begin(log)
        await session.poll()
        shutil.copy(log, rotated(log, 1))
        os.truncate(log, 0)
        writer.write(b"line 101\nline 10")
        await session.poll()
        writer.write(b"2\n")
        await session.poll()

    assert session.lines == numbered(1, 102)
    assert session.status.nul_bytes == hole
    assert session.gaps == []


async def test_fault_09_a_file_deleted_and_created_again_is_read_from_its_start(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    session = begin(log)
    await session.poll()
    log.unlink()
    append(log, numbered(11, 30))
    await session.poll(2)

    assert session.lines == numbered(1, 30)
    assert session.gaps == []


async def test_fault_10_what_was_unread_in_a_deleted_file_is_still_read(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    session = begin(log)
    await session.poll()
    with log.open("ab", buffering=0) as writer:
        writer.write(text(numbered(11, 12)))
        log.unlink()
        await session.poll(2)
        writer.write(text(numbered(13, 14)))
        await session.poll(2)
        assert session.lines == numbered(1, 14)
        assert session.status.state is SourceState.WAITING
        assert session.status.reason == t("sources.deleted", path=log)

    append(log, numbered(15, 16))
    await session.poll(3)
    assert session.lines == numbered(1, 16)
    assert session.gaps == []
    assert session.status.state is SourceState.LIVE


@pytest.mark.parametrize("since", [None, float("inf"), 5.0])
async def test_fault_11_a_missing_file_is_waited_for_and_read_from_its_start(
    log: Path, begin: Begin, since: float | None
) -> None:
    session = begin(log, since=since)
    await session.poll(20)
    assert session.status.state is SourceState.WAITING
    assert session.status.reason == t("sources.missing", path=log)
    assert session.blocks == []
    assert max(session.pauses) <= 1.0

    append(log, numbered(1, 3))
    await session.poll()
    assert session.lines == numbered(1, 3)
    assert session.status.state is SourceState.LIVE
    assert session.blocks[0].arrived is not None


async def test_fault_12_a_directory_that_is_deleted_and_created_again(tmp_path: Path, begin: Begin) -> None:
    log = tmp_path / "logs" / "app.log"
    log.parent.mkdir()
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    shutil.rmtree(log.parent)
    await session.poll(2)
    assert session.status.state is SourceState.WAITING

    log.parent.mkdir()
    append(log, numbered(4, 6))
    await session.poll(3)
    assert session.lines == numbered(1, 6)
    assert session.gaps == []


async def test_fault_13_a_symlink_swapped_while_both_targets_are_written_to(tmp_path: Path, begin: Begin) -> None:
    old, new, link = tmp_path / "old", tmp_path / "new", tmp_path / "current.log"
    append(old, [b"old 1"])
    append(new, [b"new 1"])
    link.symlink_to(old)
    session = begin(link)
    await session.poll()
    append(old, [b"old 2"])
    (tmp_path / "next").symlink_to(new)
    (tmp_path / "next").replace(link)
    append(new, [b"new 2"])
    await session.poll(2)
    append(old, [b"old 3"])
    await session.poll(2)

    assert sorted(session.lines) == [b"new 1", b"new 2", b"old 1", b"old 2", b"old 3"]
    assert session.gaps == []


async def resume(begin: Begin, log: Path, position: Position | None) -> tuple[list[bytes], list[str]]:
    assert position is not None
    session = begin(log, position=Position.from_json(position.to_json()))
    await session.poll(3)
    return session.lines, session.gaps


async def read_all(begin: Begin, log: Path) -> Position | None:
    session = begin(log)
    await session.poll()
    await session.close()
    return session.source.position


async def test_fault_14_a_rotation_while_the_program_was_down(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    position = await read_all(begin, log)
    append(log, numbered(11, 15))
    log.rename(rotated(log, 1))
    append(log, numbered(16, 20))

    assert await resume(begin, log, position) == (numbered(11, 20), [])


async def test_fault_14_a_rotation_whose_new_file_is_not_there_yet(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    position = await read_all(begin, log)
    append(log, numbered(11, 15))
    log.rename(rotated(log, 1))

    assert await resume(begin, log, position) == (numbered(11, 15), [])


async def test_fault_15_two_rotations_and_compression_while_the_program_was_down(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    position = await read_all(begin, log)
    append(log, numbered(11, 15))
    log.rename(rotated(log, 2))
    append(rotated(log, 1), numbered(16, 18))
    append(log, numbered(19, 20))
    pack(rotated(log, 2))

    assert await resume(begin, log, position) == (numbered(11, 20), [])


async def test_fault_16_a_hot_swapped_file_with_the_same_header(log: Path, begin: Begin) -> None:
    header = [b"#" * 99] * 11
    append(log, [*header, *numbered(1, 5)])
    session = begin(log)
    await session.poll()
    swapped = log.with_name("next")
    append(swapped, [*header, *numbered(6, 9)])
    swapped.replace(log)
    await session.poll(2)

    assert session.lines == [*header, *numbered(1, 5), *header, *numbered(6, 9)]
    assert session.gaps == []


async def test_fault_17_an_inode_used_again_while_the_program_was_down(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    position = await read_all(begin, log)
    append(log, numbered(11, 12))
    shutil.copy(log, rotated(log, 1))
    log.write_bytes(text(numbered(13, 40)))  # the same inode with other contents

    assert await resume(begin, log, position) == (numbered(11, 40), [])


async def test_fault_17_without_a_copy_the_loss_is_told(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 10))
    position = await read_all(begin, log)
    log.write_bytes(text(numbered(13, 40)))

    assert await resume(begin, log, position) == (numbered(13, 40), [t("sources.gap_rotated_away")])


async def test_fault_18_a_partial_line_across_a_restart_is_one_line(log: Path, begin: Begin) -> None:
    log.write_bytes(b"line 1\npar")
    position = await read_all(begin, log)
    with log.open("ab") as writer:
        writer.write(b"tial\n")

    assert await resume(begin, log, position) == ([b"partial"], [])


async def test_fault_19_a_line_left_unfinished_by_a_rotation_comes_once_and_is_flagged(log: Path, begin: Begin) -> None:
    log.write_bytes(b"line 1\nunfinished")
    session = begin(log)
    await session.poll(3)
    assert session.lines == [b"line 1"]
    log.rename(rotated(log, 1))
    append(log, [b"line 2"])
    await session.poll(2)
    await session.pass_time(ROTATE_WAIT_S)
    await session.poll(2)

    assert session.lines == [b"line 1", b"line 2", b"unfinished"]
    assert session.status.truncated == 1


async def test_a_restart_within_the_wait_for_late_writers_still_hears_them(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    log.rename(rotated(log, 1))
    append(log, numbered(4, 5))
    await session.poll(2)
    await session.close()
    append(rotated(log, 1), [b"late"])

    assert await resume(begin, log, session.source.position) == ([b"late"], [])


async def test_a_file_copied_before_its_first_line_was_read_is_read_from_the_copy(log: Path, begin: Begin) -> None:
    log.touch()
    session = begin(log)
    await session.poll()
    append(log, numbered(1, 5))
    shutil.copy(log, rotated(log, 1))
    os.truncate(log, 0)
    append(log, numbered(6, 20))
    await session.poll(2)

    assert session.lines == numbered(1, 20)
    assert session.gaps == []


async def test_a_file_that_begins_alike_after_it_was_emptied_is_told_by_its_mark(log: Path, begin: Begin) -> None:
    header = [b"#" * 300]
    append(log, [*header, *numbered(1, 10)])
    session = begin(log)
    await session.poll()
    append(log, numbered(11, 12))
    shutil.copy(log, rotated(log, 1))
    os.truncate(log, 0)
    append(log, [*header, *numbered(13, 100)])
    await session.poll(2)

    assert session.lines == [*header, *numbered(1, 12), *header, *numbered(13, 100)]
    assert session.gaps == []
