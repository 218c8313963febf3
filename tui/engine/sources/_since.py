"""Where reading begins: the offset of the first line at or after a moment, found without reading it all."""

import math
from collections.abc import Callable
from typing import NamedTuple

from tui.engine.lines import LINE_CAP
from tui.engine.sources._access import Access, Handle, Sibling
from tui.engine.sources._catch_up import close_all
from tui.engine.sources._tail import Tail

LineTime = Callable[[bytes], float | None]
"""Event time of a raw line in seconds since the epoch, None where it carries none."""

UNTIMED_SIZE = 16 * 1024**2
"""What is read at most from the end of a log without times: only its order is known (semantics R66)."""

_PROBE = 64 * 1024
_STEP = 1024**2
_FAR = 4 * 1024**2
"""A probe that meets no time for so long gives up; reading then merely begins earlier."""


class TimedLine(NamedTuple):
    """A line that carries its time."""

    offset: int
    end: int
    time: float


async def beginning(
    access: Access, live: Handle, siblings: list[Sibling], since: float | None, line_time: LineTime
) -> list[Tail]:
    """Return tails that begin at the first line at or after ``since``, the live file's last.

    None is the start of the live file, infinity its end. Rotated files are taken in as far as they reach
    into the time asked for. A log without times is read from 16 MiB before its end.
    """
    if since is None:
        return [Tail(live)]
    if since == math.inf:
        return [await _at_end(live)]
    first = await first_timed(live, 0, _FAR, line_time)
    if first is None and live.stat.size:
        return [await _before_end(live)]
    if first is not None and first.time < since:
        offset = await find_since(live, since, line_time)
        return [await (_at_end(live) if offset is None else Tail.at(live, offset))]
    return [*await _reaching_back(access, siblings, since, line_time), Tail(live)]


async def beginning_rotated(
    access: Access, live: Handle, siblings: list[Sibling], since: float | None, line_time: LineTime
) -> list[Tail]:
    """Return tails of the rotated files, oldest first, and at last one of the live file.

    With ``since`` only those that reach into the time asked for, unless the log tells no times.
    """
    if since is not None and await first_timed(live, 0, _FAR, line_time) is not None:
        return await beginning(access, live, siblings, since, line_time)
    tails: list[Tail] = []
    try:
        for sibling in siblings:
            tails.append(await Tail.at(await access.open_sibling(sibling), 0))  # noqa: PERF401 - closed on failure
    except BaseException:
        await close_all(tails)
        raise
    return [*tails, Tail(live)]


async def _reaching_back(access: Access, siblings: list[Sibling], since: float, line_time: LineTime) -> list[Tail]:
    """Return tails of the rotated files that hold lines at or after ``since``, oldest first."""
    tails: list[Tail] = []
    try:
        for sibling in reversed(siblings):
            handle = await access.open_sibling(sibling)
            tail, whole = await _tail_since(handle, since, line_time)
            if tail is None:
                await handle.close()
            else:
                tails.insert(0, tail)
            if tail is None or not whole:
                break
    except FileNotFoundError:
        return tails
    except BaseException:
        await close_all(tails)
        raise
    return tails


async def _tail_since(handle: Handle, since: float, line_time: LineTime) -> tuple[Tail | None, bool]:
    """Return a tail of the lines at or after ``since``, if there are any, and whether these are all lines.

    A file that begins in time is read from its start: lines without time may come first.
    """
    first = await first_timed(handle, 0, _FAR, line_time)
    if first is None:
        return None, False
    if first.time >= since:
        return await Tail.at(handle, 0), True
    offset = await find_since(handle, since, line_time)
    return None if offset is None else await Tail.at(handle, offset), False


async def find_since(handle: Handle, since: float, line_time: LineTime) -> int | None:
    """Return the offset of the first line at or after ``since``, None if there is none.

    Times are taken to increase, as far as it matters where to begin.
    """
    low = await _bisect(handle, since, line_time) if handle.seekable else await _skip(handle, since, line_time)
    line = await first_timed(handle, low, math.inf, line_time, since)
    return None if line is None else line.offset


async def _bisect(handle: Handle, since: float, line_time: LineTime) -> int:
    """Return the start of a line before which nothing is in time, at most one probe too early."""
    low, high = 0, handle.stat.size
    while high - low > _PROBE:
        middle = (low + high) // 2
        line = await first_timed(handle, middle, min(high, middle + _FAR), line_time)
        if line is None or line.time >= since:
            high = middle
        else:
            low = line.end
    return low


async def _skip(handle: Handle, since: float, line_time: LineTime) -> int:
    """Do the same in a file that can only be read forward, in big steps."""
    low = offset = 0
    while await handle.read(offset, 1):
        line = await first_timed(handle, offset, offset + _STEP, line_time)
        if line is not None and line.time >= since:
            break
        low = line.end if line is not None else low
        offset += _STEP
    return low


async def first_timed(
    handle: Handle, start: int, stop: float, line_time: LineTime, since: float = -math.inf
) -> TimedLine | None:
    """Return the first line that begins in ``start <= offset < stop`` and carries a time, not before ``since``."""
    offset = start
    if start:
        newline = await _next_newline(handle, start - 1, stop)
        if newline is None:
            return None
        offset = newline + 1
    while offset < stop:
        data = await handle.read(offset, _PROBE)
        end = data.rfind(b"\n") + 1
        if not end:
            newline = await _next_newline(handle, offset, math.inf)
            if newline is None:
                return None
            offset = newline + 1
            continue
        for line in data[: end - 1].split(b"\n"):
            if offset >= stop:
                return None
            time = line_time(line)
            if time is not None and time >= since:
                return TimedLine(offset, offset + len(line) + 1, time)
            offset += len(line) + 1
    return None


async def _next_newline(handle: Handle, start: int, stop: float) -> int | None:
    """Return the offset of the first newline in ``start <= offset < stop``."""
    offset = start
    while offset < stop:
        data = await handle.read(offset, _PROBE)
        found = data.find(b"\n")
        if found >= 0:
            return offset + found
        if not data:
            return None
        offset += len(data)
    return None


async def _at_end(live: Handle) -> Tail:
    """Return a tail behind the last complete line."""
    size = await _size(live)
    begin = max(0, size - LINE_CAP)
    newline = (await live.read(begin, size - begin)).rfind(b"\n")
    if newline >= 0:
        return await Tail.at(live, begin + newline + 1)
    return await Tail.at(live, size if begin else 0, skipping=begin > 0)


async def _before_end(live: Handle) -> Tail:
    """Return a tail that begins with a line some way before the end."""
    size = await _size(live)
    begin = size - UNTIMED_SIZE
    if begin <= 0:
        return Tail(live)
    newline = await _next_newline(live, begin - 1, size)
    return await _at_end(live) if newline is None else await Tail.at(live, newline + 1)


async def _size(live: Handle) -> int:
    """Return the bytes of the contents; how many a compressed file has is known once they were read."""
    if live.seekable:
        return live.stat.size
    size = 0
    while data := await live.read(size, _STEP):
        size += len(data)
    return size
