"""Faults 20-36 of the matrix: odd contents, unreadable files, damaged copies. Nothing hangs, nothing is silent."""

# ruff: noqa: ASYNC240 - tests may block

import errno
import gzip
import os
import resource
import socket
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.sources.access import inline
from tests.engine.sources.conftest import Begin
from tests.engine.sources.session import append, numbered, text
from tests.terminal import ROOT, environment
from tui.engine.lines import LINE_CAP
from tui.engine.model import SourceState
from tui.engine.parser import Parser
from tui.engine.sources._local import LocalAccess
from tui.engine.text import catalogue, t

NOBODY = 65534

WITHOUT_INOTIFY = """
import asyncio, ctypes, errno, os, sys
from tui.engine.clock import SystemClock
from tui.engine.sources import open_source

libc = ctypes.CDLL(None, use_errno=True)
while libc.inotify_init1(0) >= 0:
    pass
print(errno.errorcode[ctypes.get_errno()])

async def follow(path):
    source = open_source(path, clock=SystemClock(), since=None, line_time=lambda line: None)
    ids = []
    batches = source.batches()
    write(path, 0)
    async for block in batches:
        ids += map(int, block.lines)
        if len(ids) == 100:
            break
        if ids and len(ids) % 10 == 0 and not block.lines:
            write(path, len(ids))
    await batches.aclose()
    print(ids)

def write(path, last):
    if last:
        os.rename(path, path + ".1")
    with open(path, "a") as log:
        log.writelines(f"{number}\\n" for number in range(last + 1, last + 11))

asyncio.run(follow(sys.argv[1]))
"""
"""Uses up every inotify instance of its user, then follows a file through ten rotations; prints why, and the ids."""


@contextmanager
def without_permission(path: Path) -> Iterator[None]:
    """Take away the right to read, from root too."""
    mode, user = path.stat().st_mode, os.geteuid()
    catalogue("en")  # while it may be read
    path.chmod(0)
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        path.chmod(mode)


@contextmanager
def no_more_descriptors() -> Iterator[None]:
    """Let every further open fail with EMFILE."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


async def test_fault_20_single_bytes(log: Path, begin: Begin) -> None:
    session = begin(log)
    with log.open("wb", buffering=0) as writer:
        for byte in text(numbered(1, 20)):
            writer.write(bytes([byte]))
            await session.poll()
    assert session.lines == numbered(1, 20)


async def test_fault_21_characters_split_at_every_edge_stay_whole(log: Path, begin: Begin) -> None:
    lines = ["📊 uno 🔌".encode(), "ñandú 👍🏽".encode()]
    session = begin(log)
    with log.open("wb", buffering=0) as writer:
        for byte in text(lines):
            writer.write(bytes([byte]))
            await session.poll()
    assert session.lines == lines


async def test_fault_22_invalid_utf8_is_delivered_as_it_is(log: Path, begin: Begin) -> None:
    lines = [b"caf\xe9", b"\xff\xfe\xfd in the middle"]
    append(log, [b"first", *lines])
    session = begin(log)
    await session.poll()
    assert session.lines == [b"first", *lines]


async def test_fault_22_latin1_is_shown_with_replacements_and_counted(log: Path, begin: Begin) -> None:
    append(log, ["ERROR:tts:conexi\xf3n perdida".encode("latin-1"), b"INFO: next"])
    session = begin(log)
    await session.poll()
    parser = Parser("app")
    events = [event for block in session.blocks for event in parser.feed(block)] + parser.flush()

    assert parser.lines == 2
    assert [event.text for event in events if event.kind == "error"] == ["conexi\ufffdn perdida"]


async def test_fault_23_a_utf8_byte_order_mark_is_no_part_of_the_first_line(log: Path, begin: Begin) -> None:
    append(log, [b"\xef\xbb\xbfline 1", b"line 2"])
    session = begin(log)
    await session.poll()
    assert session.lines == numbered(1, 2)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
async def test_fault_23_utf16_is_flagged_until_the_file_is_another(log: Path, begin: Begin, encoding: str) -> None:
    log.write_bytes("\ufeffline 1\n".encode(encoding))
    session = begin(log)
    await session.poll(3)
    assert session.lines == []
    assert session.status.state is SourceState.FAILED
    assert session.status.reason == t("sources.encoding", path=log)

    log.write_bytes(b"line 1\n")
    await session.poll(2)
    assert session.lines == [b"line 1"]


async def test_fault_24_only_a_newline_ends_a_line(log: Path, begin: Begin) -> None:
    inside = "a\rb\x0bc\x0cd\x85e\u2028f".encode()
    append(log, [inside, b"crlf\r", b"two\r\r", b"last"])
    session = begin(log)
    await session.poll()
    assert session.lines == [inside, b"crlf", b"two\r", b"last"]


async def test_fault_25_a_binary_file_is_read_and_flagged(begin: Begin) -> None:
    program = Path("/bin/ls").resolve()
    session = begin(program)
    await session.poll()
    assert session.status.binary
    assert session.status.bytes > 0
    assert session.status.state is not SourceState.FAILED


async def test_fault_25_a_binary_file_counts_as_many_lines_as_it_has_newlines(tmp_path: Path, begin: Begin) -> None:
    data = bytes(range(256)) * 2000
    log = tmp_path / "noise.log"
    log.write_bytes(data + b"\n")
    session = begin(log)
    await session.poll()

    assert session.status.lines == data.count(b"\n") + 1
    assert session.status.bytes == len(data) + 1
    assert session.gaps == []


async def test_a_text_in_any_script_is_not_binary(log: Path, begin: Begin) -> None:
    append(log, ["日本語のログ行".encode()] * 100)
    session = begin(log)
    await session.poll()
    assert not session.status.binary


async def test_fault_26_a_hundred_megabytes_without_newline(log: Path, begin: Begin) -> None:
    with log.open("wb") as writer:
        for _ in range(100):
            writer.write(b"x" * 1024**2)
        writer.write(b"\nok\n")
    session = begin(log)
    tracemalloc.start()
    await session.poll()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert session.lines == [b"x" * LINE_CAP, b"ok"]
    assert session.status.truncated == 1
    assert session.status.bytes == log.stat().st_size
    assert peak < 16 * 1024**2


async def test_an_over_long_line_is_told_before_it_ends_and_its_rest_is_skipped_over_a_restart(
    log: Path, begin: Begin
) -> None:
    log.write_bytes(b"x" * (LINE_CAP + 10))
    session = begin(log)
    await session.poll(2)
    assert session.lines == [b"x" * LINE_CAP]
    await session.close()

    append(log, [b"the rest", b"next"])
    later = begin(log, position=session.source.position)
    await later.poll()
    assert later.lines == [b"next"]


async def test_fault_27_empty_lines_count_and_an_empty_file_has_none(log: Path, begin: Begin) -> None:
    log.touch()
    session = begin(log)
    await session.poll()
    assert session.status.lines == 0
    assert session.blocks
    assert session.status.state is SourceState.QUIET

    log.write_bytes(b"\n\na\n\n")
    await session.poll()
    assert session.lines == [b"", b"", b"a", b""]


async def test_fault_28_a_file_without_permission_is_tried_again(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    refused = t("sources.no_permission", path=log)
    with without_permission(log):
        await session.poll(2)
        assert session.status.state is SourceState.FAILED
        assert session.status.reason == refused
        assert "adm" in session.status.remedy
        assert session.blocks == []
    await session.poll()
    assert session.lines == numbered(1, 3)
    assert session.status.state is SourceState.QUIET


async def test_fault_28_a_new_file_without_permission_after_a_rotation_is_read_once_it_may_be(
    log: Path, begin: Begin
) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    log.rename(f"{log}.1")
    append(log, numbered(4, 6))
    with without_permission(log):
        await session.poll(3)
        assert session.status.state is SourceState.FAILED
        assert session.status.reason == t("sources.no_permission", path=log)
    await session.poll(2)

    assert session.lines == numbered(1, 6)
    assert session.gaps == []


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE])
async def test_fault_29_reading_goes_on_where_it_failed(
    log: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    append(log, numbered(4, 6))

    def fail(*_: object) -> bytes:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, "pread", fail)
        await session.poll(2)
        assert session.status.state is SourceState.FAILED
        assert os.strerror(code) in session.status.reason
    await session.poll()
    assert session.lines == numbered(1, 6)
    assert session.gaps == []
    assert session.status.state is SourceState.LIVE


async def test_fault_29_a_handle_that_stays_stale_is_opened_again(
    log: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    append(log, numbered(4, 6))
    stale, pread, close = {int(each.name) for each in Path("/proc/self/fd").iterdir()}, os.pread, os.close

    def on_a_mount_that_was_lost(descriptor: int, size: int, offset: int) -> bytes:
        if descriptor in stale:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return pread(descriptor, size, offset)

    def close_and_forget(descriptor: int) -> None:
        stale.discard(descriptor)
        close(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "pread", on_a_mount_that_was_lost)
        patched.setattr(os, "close", close_and_forget)
        await session.poll()
        assert session.status.state is SourceState.FAILED
        await session.poll()

    assert session.lines == numbered(1, 6)
    assert session.gaps == []


async def test_fault_30_without_descriptors_the_old_file_is_still_read(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    with log.open("ab", buffering=0) as writer:
        log.rename(f"{log}.1")
        append(log, numbered(6, 7))
        with no_more_descriptors():
            await session.poll(2)
            assert session.status.state is SourceState.FAILED
            assert session.status.reason == t("sources.too_many_files", path=log)
            writer.write(text(numbered(4, 5)))
            await session.poll()
            assert session.lines == numbered(1, 5)
    await session.poll(2)
    assert session.lines == numbered(1, 7)
    assert session.gaps == []


def test_fault_31_without_inotify_instances_rotations_lose_nothing() -> None:
    drop = ("setpriv", f"--reuid={NOBODY}", "--clear-groups") if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        command = [*drop, sys.executable, "-P", "-c", WITHOUT_INOTIFY, f"{folder}/app.log"]
        done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, check=False, timeout=60)

    assert done.stdout.decode() == f"EMFILE\n{list(range(1, 101))}\n", done.stderr.decode()


@pytest.mark.parametrize("name", ["two words.log", "a*b[c]?.log", "new\nline.log", "-n", "na\udcffme.log", "a=b:c.log"])
async def test_fault_33_odd_names(tmp_path: Path, begin: Begin, name: str) -> None:
    log = tmp_path / name
    append(log, numbered(1, 2))
    session = begin(log)
    await session.poll()
    log.rename(f"{log}.1")
    append(log, numbered(3, 4))
    await session.poll(2)
    assert session.lines == numbered(1, 4)


async def test_fault_33_an_odd_name_is_harmless_in_the_status(tmp_path: Path, begin: Begin) -> None:
    session = begin(tmp_path / "a\x1b[2J\udcff.log")
    await session.poll()
    assert session.status.reason.encode().isascii() is False
    assert "\x1b" not in session.status.reason


@pytest.mark.parametrize("kind", ["directory", "fifo", "socket", "device"])
async def test_fault_34_what_is_no_file_is_refused_at_once(log: Path, begin: Begin, kind: str) -> None:
    path = Path("/dev/zero") if kind == "device" else log
    if kind == "directory":
        log.mkdir()
    elif kind == "fifo":
        os.mkfifo(log)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(log))
    session = begin(path)
    await session.poll()

    assert session.status.state is SourceState.FAILED
    assert session.status.reason == t(f"sources.{kind}", path=path)
    assert session.status.remedy == t(f"sources.{kind}_remedy")
    assert session.blocks == []


def rotated_gz(log: Path, packed: bytes) -> None:
    log.with_name("app.log.1.gz").write_bytes(packed)
    log.write_bytes(b"")


async def begin_midway(log: Path, begin: Begin, packed: bytes, **settings: object) -> tuple[list[bytes], list[str]]:
    """Read ten lines, then find what follows only in a compressed copy."""
    append(log, numbered(1, 10))
    session = begin(log, **settings)
    await session.poll()
    rotated_gz(log, packed)
    append(log, [b"new"])
    await session.poll(3)
    return session.lines, session.gaps


async def test_fault_35_a_compressed_file_of_several_members(log: Path, begin: Begin) -> None:
    packed = gzip.compress(text(numbered(1, 12))) + gzip.compress(text(numbered(13, 20)))
    lines, gaps = await begin_midway(log, begin, packed)
    assert lines == [*numbered(1, 20), b"new"]
    assert gaps == []


async def test_fault_35_a_compressed_file_that_ends_too_early(log: Path, begin: Begin) -> None:
    noise = [os.urandom(40).hex().encode() for _ in range(2000)]
    packed = gzip.compress(text([*numbered(1, 10), *noise]))
    lines, gaps = await begin_midway(log, begin, packed[: len(packed) // 2])
    assert lines[:20] == [*numbered(1, 10), *noise[:10]]
    assert lines[-1] == b"new"
    assert len(lines) < len(noise)
    assert gaps == [t("sources.gap_gz_truncated")]


async def test_fault_35_a_damaged_compressed_file(log: Path, begin: Begin) -> None:
    packed = gzip.compress(text(numbered(1, 20))) + b"no gzip at all"
    lines, gaps = await begin_midway(log, begin, packed)
    assert lines == [*numbered(1, 20), b"new"]
    assert gaps == [t("sources.gap_gz_corrupt")]


async def test_fault_35_a_bomb_is_given_up(log: Path, begin: Begin) -> None:
    packed = gzip.compress(text(numbered(1, 20)) + b"\0" * 50_000_000)
    access = LocalAccess(inline, contents_cap=5_000_000)
    tracemalloc.start()
    lines, gaps = await begin_midway(log, begin, packed, access=access)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == [*numbered(1, 20), b"new"]
    assert gaps == [t("sources.gap_gz_limit")]
    assert peak < 16 * 1024**2


async def test_fault_36_a_file_replaced_by_a_directory(log: Path, begin: Begin) -> None:
    append(log, numbered(1, 3))
    session = begin(log)
    await session.poll()
    log.unlink()
    log.mkdir()
    await session.poll(2)
    assert session.status.state is SourceState.FAILED
    assert session.status.reason == t("sources.directory", path=log)

    log.rmdir()
    append(log, numbered(4, 5))
    await session.poll(2)
    assert session.lines == numbered(1, 5)
