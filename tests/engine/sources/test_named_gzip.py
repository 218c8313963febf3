"""A gzip file that is named itself, not as a rotated sibling: read as its text, to its end, and then it is quiet."""

# ruff: noqa: ASYNC240 - tests may block

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.sources.access import BlindAccess, inline
from tests.engine.sources.conftest import Begin
from tests.engine.sources.remote import Reader
from tests.engine.sources.session import FROM_NOW_ON, NOW, numbered, text
from tests.sshd import Sshd, sshd, use_home
from tui.engine.clock import ManualClock
from tui.engine.model import SourceState
from tui.engine.sources import _since
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._follow import Follower
from tui.engine.sources._local import LocalAccess
from tui.engine.sources._position import Position
from tui.engine.sources._replay import first_time
from tui.engine.sources._unpacking import Unpacking
from tui.engine.text import t


def packed(lines: list[bytes]) -> bytes:
    return gzip.compress(text(lines), compresslevel=1)


def noise(count: int) -> list[bytes]:
    """Return lines of which each takes room when compressed."""
    return [b"%d %s" % (number, os.urandom(40).hex().encode()) for number in range(count)]


@pytest.fixture
def gz(tmp_path: Path) -> Path:
    return tmp_path / "app.log.gz"


async def test_it_is_read_as_its_text_and_then_is_quiet(gz: Path, begin: Begin) -> None:
    lines = noise(20_000)
    gz.write_bytes(packed(lines))
    session = begin(gz)
    await session.poll(5)

    assert session.lines == lines
    assert {block.arrived for block in session.blocks if block.lines} == {None}
    assert session.status.state is SourceState.QUIET
    assert (session.gaps, session.status.lag_bytes, session.status.binary) == ([], 0, False)
    assert session.status.bytes == len(text(lines))


async def test_where_nothing_is_followed_it_ends_and_nothing_may_be_read_past_its_source(gz: Path) -> None:
    lines = noise(20_000)
    gz.write_bytes(packed(lines))
    source = FileSource(gz, "app", ManualClock(NOW), since=None, line_time=lambda _: None, follow=False)
    read = []
    async for block in source.batches():
        read += block.lines
        assert source.unread() is None

    assert read == lines
    assert source.status().state is SourceState.ENDED


async def test_how_much_is_left_is_told_in_compressed_bytes(gz: Path) -> None:
    gz.write_bytes(packed(noise(60_000)))
    source = FileSource(gz, "app", ManualClock(NOW), since=None, line_time=lambda _: None, follow=False)
    left = [source.status().lag_bytes async for _ in source.batches()]

    assert gz.stat().st_size > left[0] > left[1] > left[2] > 0
    assert left[-1] == 0


async def test_its_contents_decide_and_not_its_name(tmp_path: Path, gz: Path, begin: Begin) -> None:
    gz.write_bytes(text(numbered(1, 5)))
    unnamed = tmp_path / "app.log"
    unnamed.write_bytes(packed(numbered(6, 9)))
    for path, lines in ((gz, numbered(1, 5)), (unnamed, numbered(6, 9))):
        session = begin(path)
        await session.poll(2)
        assert session.lines == lines


@pytest.mark.parametrize("so_far", [0, 2, 40])
async def test_one_that_is_still_being_written_is_read_as_it_grows(gz: Path, begin: Begin, so_far: int) -> None:
    whole = packed(numbered(1, 20))
    gz.write_bytes(whole[:so_far])
    session = begin(gz)
    await session.poll()
    with gz.open("ab") as writer:
        writer.write(whole[so_far:])
    await session.poll()
    with gz.open("ab") as writer:
        writer.write(packed(numbered(21, 30)))
    await session.poll(2)

    assert session.lines == numbered(1, 30)


@pytest.mark.parametrize("follow", [True, False])
async def test_fault_35_one_that_is_cut_off_gives_what_was_readable_and_one_gap(
    gz: Path, begin: Begin, *, follow: bool
) -> None:
    whole = noise(4000)
    gz.write_bytes(packed(whole)[:-20_000])
    session = begin(gz, follow=follow)
    await session.poll(6)

    *complete, last = session.lines if follow is False else [*session.lines, b""]
    assert complete == whole[: len(complete)]
    assert len(complete) > 3000
    assert whole[len(complete)].startswith(last)
    assert session.gaps == [t("sources.gap_gz_truncated")]


@pytest.mark.parametrize("follow", [True, False])
async def test_fault_35_one_that_is_damaged_gives_what_was_readable_and_one_gap(
    gz: Path, begin: Begin, *, follow: bool
) -> None:
    gz.write_bytes(packed(numbered(1, 20)) + b"no gzip at all")
    session = begin(gz, follow=follow)
    await session.poll(6)

    assert session.lines == numbered(1, 20)
    assert session.gaps == [t("sources.gap_gz_corrupt")]


async def test_fault_35_a_bomb_is_given_up(gz: Path) -> None:
    gz.write_bytes(gzip.compress(text(numbered(1, 20)) + b"\0" * 5_000_000))
    follower = Follower(Unpacking(LocalAccess(inline), contents_cap=1_000_000), str(gz), ManualClock())
    chunks = [await follower.poll() for _ in range(30)]
    await follower.close()

    assert [line for chunk in chunks for line in chunk.piece.lines][:20] == numbered(1, 20)
    assert sum(chunk.piece.size for chunk in chunks) < 2_000_000
    assert [chunk.gap for chunk in chunks if chunk.gap] == ["gz_limit"]


@pytest.mark.parametrize("blind", [False, True], ids=["inodes", "no inodes"])
async def test_another_file_under_its_name_is_read_from_its_start(gz: Path, begin: Begin, *, blind: bool) -> None:
    gz.write_bytes(packed(numbered(1, 20)))
    session = begin(gz, access=BlindAccess(timed=True) if blind else LocalAccess(inline))
    await session.poll()
    other = gz.with_name("other")
    other.write_bytes(packed(numbered(21, 45)))
    other.replace(gz)
    await session.poll(3)

    assert session.lines == numbered(1, 45)
    assert session.gaps == []


async def test_one_that_is_written_anew_in_place_is_told_and_read_from_its_start(gz: Path, begin: Begin) -> None:
    gz.write_bytes(packed(numbered(1, 20)))
    session = begin(gz)
    await session.poll()
    gz.write_bytes(packed(noise(30)))
    await session.poll(3)

    assert len(session.lines) == 20 + 30
    assert session.gaps == [t("sources.gap_emptied")]


async def test_it_goes_on_at_the_exact_line_after_a_break(gz: Path, begin: Begin) -> None:
    lines = noise(20_000)
    gz.write_bytes(packed(lines))
    access, bookmarks = Unpacking(LocalAccess(inline)), []
    first = Follower(access, str(gz), ManualClock())
    read = (await first.poll()).piece.lines
    bookmarks.append(first.position)
    await first.close()
    assert bookmarks[0] is not None
    session = begin(gz, position=Position.from_json(bookmarks[0].to_json()))
    await session.poll(5)

    assert 0 < len(read) < len(lines)
    assert [*read, *session.lines] == lines
    assert session.gaps == []


async def test_reading_begins_at_a_moment_within_it(gz: Path, begin: Begin) -> None:
    lines = [b"@%d %s" % (NOW + number, os.urandom(30).hex().encode()) for number in range(30_000)]
    gz.write_bytes(packed(lines))
    session = begin(gz, since=NOW + 20_000)
    await session.poll(5)
    assert session.lines == lines[20_000:]


async def test_from_now_on_means_behind_its_end(gz: Path, begin: Begin) -> None:
    gz.write_bytes(packed(noise(30_000)))
    session = begin(gz, since=FROM_NOW_ON)
    await session.poll(3)
    with gz.open("ab") as writer:
        writer.write(packed([b"new"]))
    await session.poll(2)
    assert session.lines == [b"new"]


async def test_r66_without_times_it_is_read_from_a_bounded_way_before_its_end(
    gz: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_since, "UNTIMED_SIZE", 1000)
    lines = [b"line %04d" % number for number in range(1000)]
    gz.write_bytes(packed(lines))
    session = begin(gz, since=NOW)
    await session.poll(2)
    assert session.lines == lines[-100:]


async def test_at_its_end_it_is_watched_like_any_quiet_file(gz: Path) -> None:
    gz.write_bytes(packed(numbered(1, 20)))
    local = LocalAccess(inline)
    follower = Follower(Unpacking(local), str(gz), ManualClock())
    await follower.poll()
    await follower.poll()
    found = gz.stat()
    await follower.close()

    assert local.seen == (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


async def test_a_replay_finds_the_first_time_of_one_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(packed([b"@7 a"]))
    assert await first_time(path, lambda line: float(line[1:2])) == 7.0


@pytest.fixture(scope="module", params=["Subsystem sftp internal-sftp", ""], ids=["sftp", "commands"])
def server(request: pytest.FixtureRequest) -> Iterator[Sshd]:
    with sshd(subsystem=request.param) as server:
        yield server


async def test_on_another_machine_it_is_read_as_its_text_too(
    server: Sshd, gz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_home(monkeypatch, server)
    lines = noise(20_000)
    gz.write_bytes(packed(lines))
    async with Reader(server.url(gz)) as reader:
        await reader.until_lines(lines)
        await reader.until_state(SourceState.QUIET)
        with gz.open("ab") as writer:
            writer.write(packed([b"new"]))
        await reader.until_lines([*lines, b"new"])
        assert reader.gaps == []
