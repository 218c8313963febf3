"""What an engine sends, on its way into whole lines: chunks of 16 KiB are joined again."""

import re
from typing import NamedTuple

from tui.engine.clock import Clock
from tui.engine.lines import Piece
from tui.engine.sources._containers.container import Chunk
from tui.engine.sources._cutter import Cutter

CHUNK_SIZE = 16 * 1024
"""An engine cuts longer lines into chunks of so many bytes and puts the time before each."""

_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")


class Rows(NamedTuple):
    """Whole lines of one output stream."""

    stream: int
    piece: Piece


class Joiner:
    """Makes lines of the chunks of one container's log."""

    def __init__(self, clock: Clock, *, framed: bool) -> None:
        """``framed`` tells that each chunk is one message; otherwise they are cut anywhere."""
        self._clock = clock
        self._framed = framed
        self._cutters: dict[int, Cutter] = {}
        self._unfinished: set[int] = set()

    def take(self, chunk: Chunk) -> Rows:
        """Return the lines that are complete with this chunk."""
        stream, data = chunk
        if self._framed:
            if stream in self._unfinished:
                data = _STAMP.sub(b"", data, count=1) if _STAMP.match(data) else data
            (self._unfinished.discard if data.endswith(b"\n") else self._unfinished.add)(stream)
        piece = self._cutter(stream).take(data)
        return Rows(stream, piece if self._framed else joined(piece))

    def rest(self) -> list[Rows]:
        """Return what a log ends with that has no newline."""
        pieces = [(stream, cutter.flush()) for stream, cutter in self._cutters.items()]
        return [Rows(stream, piece if self._framed else joined(piece)) for stream, piece in pieces if piece.lines]

    def _cutter(self, stream: int) -> Cutter:
        return self._cutters.setdefault(stream, Cutter(self._clock))


def joined(piece: Piece) -> Piece:
    """Take the times out of long lines that an engine put before each of their chunks."""
    if all(len(line) <= CHUNK_SIZE for line in piece.lines):
        return piece
    return piece._replace(lines=[_without_stamps(line) for line in piece.lines])


def _without_stamps(line: bytes) -> bytes:
    first = _STAMP.match(line)
    if first is None:
        return line
    at = first.end() + CHUNK_SIZE
    while again := _STAMP.match(line, at):
        line = line[:at] + line[again.end() :]
        at += CHUNK_SIZE
    return line.removesuffix(b"\r")
