"""Reading begins at the first line in time, wherever that is."""

# ruff: noqa: ASYNC240 - tests may block

import gzip
import math
from pathlib import Path

import pytest

from tests.engine.sources.access import inline
from tests.engine.sources.conftest import Begin
from tests.engine.sources.session import NOW, append, line_time, text
from tui.engine.sources import _since
from tui.engine.sources._local import LocalAccess
from tui.engine.sources._since import find_since


def timed(first: int, last: int, *, untimed_every: int = 0) -> list[bytes]:
    """Return one line per second after NOW, some followed by a line without a time."""
    lines = []
    for second in range(first, last + 1):
        lines.append(b"@%d " % (NOW + second) + b"x" * (second % 90))
        if untimed_every and second % untimed_every == 0:
            lines.append(b"  File of a traceback")
    return lines


async def test_a_source_begins_at_the_first_line_in_time(log: Path, begin: Begin) -> None:
    append(log, timed(0, 9999, untimed_every=7))
    session = begin(log, since=NOW + 6000)
    await session.poll(2)
    assert session.lines == timed(6000, 9999, untimed_every=7)
    assert session.blocks[0].first_line == 1


@pytest.mark.parametrize("since", [0, 0.5, 1, 777, 2999, 2999.5])
async def test_bisection_finds_what_a_full_scan_finds(log: Path, monkeypatch: pytest.MonkeyPatch, since: float) -> None:
    monkeypatch.setattr(_since, "_PROBE", 128)
    lines = timed(0, 2999, untimed_every=3)
    append(log, lines)
    expected = len(text(lines[: _first_in_time(lines, since)]))

    handle = await LocalAccess(inline).open(str(log))
    found = await find_since(handle, NOW + since, line_time)
    await handle.close()
    assert found == (None if since > 2999 else expected)


def _first_in_time(lines: list[bytes], since: float) -> int:
    times = [line_time(line) for line in lines]
    return next((index for index, time in enumerate(times) if time is not None and time >= NOW + since), len(lines))


async def test_bisection_reads_little_of_a_large_file(log: Path) -> None:
    append(log, timed(0, 99_999))
    read = 0

    async def counting(function, *arguments):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN002, ANN202 - as Run
        nonlocal read
        result = function(*arguments)
        read += len(result) if isinstance(result, bytes) else 0
        return result

    handle = await LocalAccess(counting).open(str(log))
    await find_since(handle, NOW + 60_000, line_time)
    await handle.close()
    assert read < log.stat().st_size / 2


async def test_nothing_in_time_begins_at_the_end(log: Path, begin: Begin) -> None:
    append(log, timed(0, 100))
    session = begin(log, since=NOW + 5000)
    await session.poll()
    assert session.lines == []
    append(log, timed(5001, 5002))
    await session.poll()
    assert session.lines == timed(5001, 5002)


async def test_rotated_files_that_reach_into_the_time_come_first(log: Path, begin: Begin) -> None:
    log.with_name("app.log.3").write_bytes(text(timed(0, 99)))
    log.with_name("app.log.2.gz").write_bytes(gzip.compress(text(timed(100, 199, untimed_every=5))))
    log.with_name("app.log.1").write_bytes(text(timed(200, 299)))
    append(log, timed(300, 399))
    session = begin(log, since=NOW + 150)
    await session.poll(2)
    assert session.lines == timed(150, 199, untimed_every=5) + timed(200, 399)
    assert session.gaps == []


async def test_rotated_files_before_an_empty_file_are_read_and_nothing_comes_twice(log: Path, begin: Begin) -> None:
    log.with_name("app.log.2").write_bytes(text(timed(0, 99)))
    log.with_name("app.log.1").write_bytes(text(timed(100, 199)))
    log.touch()
    session = begin(log, since=NOW + 150)
    await session.poll(3)
    append(log, timed(200, 210))
    await session.poll(2)
    assert session.lines == timed(150, 210)


async def test_the_whole_file_does_not_mean_the_rotated_ones(log: Path, begin: Begin) -> None:
    log.with_name("app.log.1").write_bytes(text(timed(0, 99)))
    append(log, timed(100, 199))
    session = begin(log, since=None)
    await session.poll(2)
    assert session.lines == timed(100, 199)


async def test_from_now_on_begins_behind_the_last_complete_line(log: Path, begin: Begin) -> None:
    log.write_bytes(b"old\nbegun")
    session = begin(log, since=math.inf)
    await session.poll()
    with log.open("ab") as writer:
        writer.write(b" and ended\nnew\n")
    await session.poll()
    assert session.lines == [b"begun and ended", b"new"]


async def test_r66_a_log_without_times_is_read_from_a_bounded_way_before_its_end(
    log: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_since, "UNTIMED_SIZE", 1000)
    lines = [b"line %04d" % number for number in range(1000)]
    append(log, lines)
    session = begin(log, since=NOW)
    await session.poll(2)
    assert session.lines == lines[-100:]
    assert {block.arrived for block in session.blocks if block.lines} == {None}


async def test_r66_a_small_log_without_times_is_read_whole(log: Path, begin: Begin) -> None:
    append(log, [b"one", b"two"])
    session = begin(log, since=NOW)
    await session.poll(2)
    assert session.lines == [b"one", b"two"]
