"""Logs compressed with what is not read here: told with what to type; gzip through a pipe is read as its text."""

import bz2
import gzip
import lzma
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine.sources.access import inline
from tests.engine.sources.conftest import Begin
from tests.engine.sources.session import numbered, text
from tui.engine.clock import ManualClock, ReplayClock
from tui.engine.model import LineBlock, SourceState, SourceStatus
from tui.engine.sources import _gzip
from tui.engine.sources._local import LocalAccess
from tui.engine.sources._replay import ReplaySource
from tui.engine.sources._unpacking import Unpacking
from tui.engine.sources.stdin import StdinSource
from tui.engine.text import t

ZSTD = bytes.fromhex("28b52ffd04580d000031206f6e650a")
PACKED = {"xz": lzma.compress(b"1 one\n"), "bzip2": bz2.compress(b"1 one\n"), "zstd": ZSTD}
KINDS = pytest.mark.parametrize("program", PACKED)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)


async def piped(pipe: tuple[int, int], *parts: bytes) -> tuple[list[LineBlock], SourceStatus]:
    """Read what a pipe brings in these parts, each of them when the one before it was read."""
    reader, writer = pipe
    source, left = StdinSource(reader, "stdin", ManualClock(100.0), tick_s=0.01), list(parts)
    blocks = []
    os.write(writer, left.pop(0))
    async for block in source.batches():
        blocks.append(block)
        if left:
            os.write(writer, left.pop(0))
        elif writer >= 0:
            os.close(writer)
            writer = -1
    if writer >= 0:
        os.close(writer)
    return blocks, source.status()


def lines_of(blocks: list[LineBlock]) -> list[bytes]:
    return [line for block in blocks for line in block.lines]


@KINDS
@pytest.mark.parametrize("follow", [True, False])
async def test_a_file_is_refused_with_what_to_type(tmp_path: Path, begin: Begin, program: str, *, follow: bool) -> None:
    path = tmp_path / "the log"
    path.write_bytes(PACKED[program])
    session = begin(path, follow=follow)
    await session.poll(2)

    status = session.status
    assert (status.state, session.lines) == (SourceState.FAILED, [])
    assert status.reason == f"{path} is compressed with {program}"
    assert status.remedy == f"uncompress it where it lies: {program} -dc '{path}' | voxtop report -"


async def test_a_text_that_takes_its_place_is_read(tmp_path: Path, begin: Begin) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(PACKED["xz"])
    session = begin(path)
    await session.poll()
    path.write_bytes(text(numbered(1, 3)))
    await session.poll(3)
    assert session.lines == numbered(1, 3)


async def test_a_refused_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(PACKED["zstd"])
    access = LocalAccess(inline)
    held = await access.open(str(path))
    assert times_open(path) == 1
    with pytest.raises(OSError, match="compressed with zstd"):
        await Unpacking(access).open(str(path))
    assert times_open(path) == 1
    await held.close()


def times_open(path: Path) -> int:
    """Return how many descriptors of this process lead to a file."""
    return [each.path for each in psutil.Process().open_files()].count(str(path))


@pytest.mark.parametrize("begins", [b"BZh9 is how this begins", b"P*M is another", b"xz", b"\xfd7z"])
async def test_what_only_looks_a_little_like_it_is_read(tmp_path: Path, begin: Begin, begins: bytes) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(begins + b"\n")
    session = begin(path)
    await session.poll(2)
    assert session.lines == [begins]


@KINDS
async def test_standard_input_is_refused_with_what_to_type(pipe: tuple[int, int], program: str) -> None:
    blocks, status = await piped(pipe, PACKED[program])

    assert (blocks, status.state) == ([], SourceState.FAILED)
    assert status.reason == f"standard input is compressed with {program}"
    assert status.remedy == f"uncompress it first: {program} -dc FILE | voxtop report -"


@KINDS
async def test_a_replay_refuses_it_too(tmp_path: Path, program: str) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(PACKED[program])
    source = ReplaySource(path, "app", ReplayClock(0.0, 1.0), lambda _: None)
    assert [block async for block in source.batches()] == []
    assert source.status().state is SourceState.FAILED
    assert source.status().reason == f"{path} is compressed with {program}"
    assert f"{program} -dc" in source.status().remedy


async def test_gzip_through_a_pipe_is_read_as_its_text(pipe: tuple[int, int]) -> None:
    packed = gzip.compress(text(numbered(1, 3000))) + gzip.compress(text(numbered(3001, 3010)))
    blocks, status = await piped(pipe, packed[:3], packed[3:900], packed[900:-7], packed[-7:])

    assert lines_of(blocks) == numbered(1, 3010)
    assert status.state is SourceState.ENDED
    assert (status.bytes, status.gaps) == (len(text(numbered(1, 3010))), 0)


async def test_a_redirected_gzip_file_of_more_than_one_step_is_history(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(gzip.compress(text(numbered(1, 100_000))))
    fd = os.open(log, os.O_RDONLY)
    blocks = [block async for block in StdinSource(fd, "stdin", ManualClock()).batches()]
    os.close(fd)
    assert lines_of(blocks) == numbered(1, 100_000)
    assert {block.arrived for block in blocks} == {None}


async def test_gzip_that_is_cut_off_in_a_pipe_gives_what_was_readable_and_one_gap(pipe: tuple[int, int]) -> None:
    blocks, status = await piped(pipe, gzip.compress(text(numbered(1, 3000)))[:-900])

    *complete, last = lines_of(blocks)
    assert complete == numbered(1, len(complete))
    assert numbered(1, 3000)[len(complete)].startswith(last)
    assert [block.gap for block in blocks if block.gap] == [t("sources.gap_gz_truncated")]
    assert status.state is SourceState.ENDED


async def test_gzip_that_is_damaged_in_a_pipe_ends_it_with_a_gap(pipe: tuple[int, int]) -> None:
    blocks, status = await piped(pipe, gzip.compress(text(numbered(1, 20))) + b"no gzip at all")

    assert lines_of(blocks) == numbered(1, 20)
    assert [block.gap for block in blocks if block.gap] == [t("sources.gap_gz_corrupt")]
    assert status.state is SourceState.ENDED


async def test_a_bomb_in_a_pipe_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_gzip.GzipHandle.__init__, "__defaults__", (1_000_000,))
    log = tmp_path / "app.log"
    log.write_bytes(gzip.compress(text(numbered(1, 20)) + b"\0" * 5_000_000))
    fd = os.open(log, os.O_RDONLY)
    blocks = [block async for block in StdinSource(fd, "stdin", ManualClock()).batches()]
    os.close(fd)
    assert lines_of(blocks)[:20] == numbered(1, 20)
    assert sum(block.size for block in blocks) < 2_000_000
    assert [block.gap for block in blocks if block.gap] == [t("sources.gap_gz_limit")]
