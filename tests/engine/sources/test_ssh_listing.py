"""Rotated files of another machine that are renamed while somebody lists them."""

from pathlib import Path

import pytest

from tests.engine.sources.access import BlindAccess
from tests.engine.sources.conftest import Begin
from tests.engine.sources.session import append, numbered
from tests.sshd import sshd, use_home
from tui.engine.clock import SystemClock
from tui.engine.sources._access import Handle, Look, Sibling
from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import Address
from tui.engine.sources._ssh_pool import RemoteHost
from tui.engine.sources._ssh_sftp import SftpAccess
from tui.engine.sources._trouble import TroubleError

FILES = 6


def shift(log: Path) -> None:
    """Give every rotated file the next number, as logrotate does."""
    for number in range(FILES, 0, -1):
        log.with_name(f"app.log.{number}").rename(log.with_name(f"app.log.{number + 1}"))
    append(log.with_name("app.log.1"), numbered(999, 999))


async def test_fault_49_a_listing_made_while_names_are_shifted_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "app.log"
    for number in range(1, FILES + 1):
        append(log.with_name(f"app.log.{number}"), numbered(number, number + 10))
    one_by_one, opened = SftpAccess._sibling, 0

    async def disturbed(access: SftpAccess, path: str) -> Sibling | None:
        nonlocal opened
        opened += 1
        if opened == FILES // 2:
            shift(log)
        return await one_by_one(access, path)

    monkeypatch.setattr(SftpAccess, "_sibling", disturbed)
    with sshd() as server:
        use_home(monkeypatch, server)
        remote = RemoteHost(Address("127.0.0.1", port=server.port), Opening(SystemClock(), None, lambda _: None))
        found = await SftpAccess(remote.get()).siblings(str(log))

    heads = [sibling.head.split(b"\n")[0] for sibling in found]
    assert heads == [*(b"line %d" % number for number in range(FILES, 0, -1)), b"line 999"]


class Unsteady(BlindAccess):
    """Files without inodes, and a way to them that breaks."""

    lost: tuple[str, ...] = ()
    listings = 0

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        self._break("look")
        return await super().look(handle, path, offset, size)

    async def siblings(self, path: str) -> list[Sibling]:
        self._break("siblings")
        self.listings += 1
        return await super().siblings(path)

    def _break(self, what: str) -> None:
        if what in self.lost:
            raise TroubleError("ssh_lost", host="voice-1", reason="Connection reset by peer")


async def test_fault_49_a_connection_lost_again_while_rotated_files_are_looked_for_is_no_gap(
    tmp_path: Path, begin: Begin
) -> None:
    log, access = tmp_path / "app.log", Unsteady()
    append(log, numbered(1, 3))
    session = begin(log, access=access)
    await session.poll()
    log.rename(f"{log}.1")
    append(log, numbered(4, 6))
    await session.poll(2)
    access.lost = ("look", "siblings")
    await session.poll(3)
    append(log.with_name("app.log.1"), [b"late"])
    access.lost = ("siblings",)
    await session.poll(3)
    access.lost = ()
    await session.poll(3)

    assert sorted(session.lines) == sorted([*numbered(1, 6), b"late"])
    assert session.gaps == []


async def test_all_files_that_are_waited_for_are_looked_for_in_one_listing(tmp_path: Path, begin: Begin) -> None:
    log, access = tmp_path / "app.log", Unsteady()
    append(log, numbered(0, 0))
    session = begin(log, access=access)
    await session.poll()
    for turn in range(1, 11):
        rotate(log)
        append(log, numbered(turn, turn))
    await session.poll(2)
    assert len(session.source.position.retiring) >= 10  # type: ignore[union-attr]
    access.lost = ("look",)
    await session.poll()
    access.lost, access.listings = (), 0
    await session.poll()

    assert session.lines == numbered(0, 10)
    assert session.gaps == []
    assert access.listings <= 2


async def test_files_are_waited_for_no_longer_because_the_connection_breaks_again_and_again(
    tmp_path: Path, begin: Begin
) -> None:
    log, access = tmp_path / "app.log", Unsteady()
    append(log, numbered(1, 3))
    session = begin(log, access=access)
    await session.poll()
    rotate(log)
    append(log, numbered(4, 6))
    await session.poll(2)
    for _ in range(3):
        assert session.source.position.retiring  # type: ignore[union-attr]
        access.lost = ("look",)
        await session.poll()
        access.lost = ()
        await session.pass_time(1.5)
    await session.pass_time(1.5)

    assert session.lines == numbered(1, 6)
    assert not session.source.position.retiring  # type: ignore[union-attr]


def rotate(log: Path) -> None:
    """Give every file the next number."""
    for number in range(20, 0, -1):
        older = log.with_name(f"app.log.{number}")
        if older.exists():
            older.rename(log.with_name(f"app.log.{number + 1}"))
    log.rename(log.with_name("app.log.1"))
