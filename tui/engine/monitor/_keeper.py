"""Raw lines of every source for as long as memory allows: what a drill ends at."""

import asyncio
import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heapreplace
from itertools import takewhile

CHUNK_BYTES = 65_536
"""Lines are sealed in chunks of about this size: small enough to open one while somebody scrolls, and for each of many
sources to hold one that is not compressed yet."""

KEPT_BYTES = 14_000_000
"""Of all sources together, as they lie in memory; beyond it the source with most gives up its oldest chunk."""

LONGEST = 65_536
"""Bytes kept of a line, as many as are looked at (semantics R70)."""

SEARCHED_AT_ONCE = 2_000
"""Lines looked through before keys are answered again."""

_AT_ONCE = 262_144
"""Lines of a block that is no longer than this are not looked at one by one."""
_OPEN_CHUNKS = 4
_SPARE = 16
"""This part of the memory is made free at once."""


@dataclass(slots=True, eq=False)
class _Chunk:
    first: int
    count: int
    body: bytes
    packed: bool = False


@dataclass(slots=True)
class _Lines:
    """The lines of one source: sealed chunks, and what came since the last of them."""

    sealed: deque[_Chunk]
    first: int = 1
    pending: list[bytes] | None = None
    pending_bytes: int = 0
    pending_count: int = 0


class LineKeeper:
    """Takes lines at the price of copying them; compressing is left to a thread (``pack``)."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._bytes = 0
        self._sources: dict[str, _Lines] = {}
        self._opened = lru_cache(_OPEN_CHUNKS)(_lines_of)
        self._sealed = asyncio.Event()
        """Something waits to be compressed."""

    def take(self, source: str, first_line: int, lines: Sequence[bytes]) -> None:
        """Keep lines; numbers go up within a source, and where some are left out there is a hole."""
        kept = self._sources.setdefault(source, _Lines(deque()))
        if kept.pending is None or first_line != kept.first + kept.pending_count:
            self._seal(kept)
            kept.first, kept.pending = first_line, []
        joined = _joined(lines)
        kept.pending.append(joined)
        kept.pending_bytes += len(joined) + 1
        kept.pending_count += len(lines)
        self._bytes += len(joined) + 1
        if kept.pending_bytes >= CHUNK_BYTES:
            self._seal(kept)
        if self._bytes > self._kept_bytes:
            self._let_go()

    def _seal(self, kept: _Lines) -> None:
        if kept.pending:
            body = b"\n".join(kept.pending)
            kept.sealed.append(_Chunk(kept.first, kept.pending_count, body))
            self._bytes += len(body) - kept.pending_bytes
            self._sealed.set()
        kept.first += kept.pending_count
        kept.pending, kept.pending_bytes, kept.pending_count = None, 0, 0

    def _let_go(self) -> None:
        """Give up the oldest chunks of the sources that hold most, and a little more than asked for.

        With a thousand sources it is dear to find out which these are, and so it is not done for each block.
        """
        sources = [(-_held(kept), number, kept) for number, kept in enumerate(self._sources.values())]
        heapify(sources)
        while self._bytes > self._kept_bytes - self._kept_bytes // _SPARE:
            _, number, most = sources[0]
            if not most.sealed:
                self._seal(most)
            self._bytes -= len(most.sealed.popleft().body)
            heapreplace(sources, (-_held(most), number, most))

    async def run(self) -> None:
        """Compress what is sealed as soon as that is so, until cancelled."""
        while True:
            await self._sealed.wait()
            await self.pack()

    async def pack(self) -> None:
        """Compress what was sealed since the last call, beside everything else."""
        self._sealed.clear()
        for kept in tuple(self._sources.values()):
            if chunks := _unpacked(kept.sealed):
                bodies = await asyncio.to_thread(_compressed, [chunk.body for chunk in chunks])
                for chunk, body in zip(chunks, bodies, strict=True):
                    if kept.sealed and chunk.first >= kept.sealed[0].first:
                        self._bytes -= len(chunk.body) - len(body)
                        chunk.body, chunk.packed = body, True

    def lines(self, source: str, first: int, last: int) -> Iterator[tuple[int, bytes]]:
        """Yield the lines from ``first`` to ``last`` that are still kept, with their numbers."""
        kept = self._sources.get(source)
        if kept is None:
            return
        chunks = list(kept.sealed)
        start = max(0, bisect_right(chunks, first, key=lambda chunk: chunk.first) - 1)
        for chunk in chunks[start:]:
            if chunk.first > last:
                return
            found = self._opened(chunk)
            yield from _within(chunk.first, found, first, last)
        if kept.pending:
            yield from _within(kept.first, b"\n".join(kept.pending).split(b"\n"), first, last)

    async def find(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> int | None:
        """Return the next kept line from ``start`` on whose text is wanted, or before it with a step of -1."""
        span, at = self.span(source), start
        while span is not None and span[0] <= at <= span[1]:
            first, last = (at, at + SEARCHED_AT_ONCE) if step > 0 else (at - SEARCHED_AT_ONCE, at)
            lines = self.lines(source, first, last)
            found = [number for number, raw in lines if wanted(raw.decode("utf-8", "replace"))]
            if found:
                return found[0] if step > 0 else found[-1]
            at = last + 1 if step > 0 else first - 1
            await asyncio.sleep(0)
        return None

    def span(self, source: str) -> tuple[int, int] | None:
        """Return the numbers of the oldest and the newest line kept; None where none is."""
        kept = self._sources.get(source)
        if kept is None or not (kept.sealed or kept.pending):
            return None
        oldest = kept.sealed[0].first if kept.sealed else kept.first
        return oldest, kept.first + kept.pending_count - 1

    def forget(self, source: str) -> None:
        """Let go of a source that is read no longer."""
        if kept := self._sources.pop(source, None):
            self._bytes -= _held(kept)
            kept.sealed.clear()

    @property
    def held_bytes(self) -> int:
        """Return how much memory the lines take."""
        return self._bytes


def _held(kept: _Lines) -> int:
    return kept.pending_bytes + sum(len(chunk.body) for chunk in kept.sealed)


def _unpacked(chunks: deque[_Chunk]) -> list[_Chunk]:
    """Return the newest chunks, which are not compressed yet."""
    return [*takewhile(lambda chunk: not chunk.packed, reversed(chunks))]


def _compressed(bodies: Sequence[bytes]) -> list[bytes]:
    return [zlib.compress(body, 1) for body in bodies]


def _joined(lines: Sequence[bytes]) -> bytes:
    """Return lines as one text; one that is very long is cut, one that holds a line end keeps its number."""
    joined = b"\n".join(lines)
    if len(joined) <= _AT_ONCE and joined.count(b"\n") == len(lines) - 1:
        return joined
    return b"\n".join([line[:LONGEST].replace(b"\n", b"\\n") for line in lines])


def _lines_of(chunk: _Chunk) -> list[bytes]:
    return (zlib.decompress(chunk.body) if chunk.packed else chunk.body).split(b"\n")


def _within(number: int, lines: Sequence[bytes], first: int, last: int) -> Iterator[tuple[int, bytes]]:
    for place in range(max(0, first - number), min(len(lines), last - number + 1)):
        yield number + place, lines[place]
