"""Another process that understands ranges of the same open file."""

import marshal
import multiprocessing
import os
import signal
from contextlib import suppress
from datetime import tzinfo
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from tui.engine.bulk._block_reader import BlockReader, Understood
from tui.engine.bulk._columns import Columns
from tui.engine.bulk._listing import Listed, Lister
from tui.engine.dialects._dialect import Dialect, own_dialects, use_dialects
from tui.engine.event_lines import EventLines
from tui.engine.model import LogEvent

_DTYPES = (np.int64, np.float64, np.float64, np.int64, np.uint64)
"""Of the columns, in their order."""


class Log(NamedTuple):
    """What has to be known of a log to understand ranges of it."""

    source: str
    tz: tzinfo | None
    now: float
    """Completes times without a year."""


class _Descriptor:
    """An open file on its way to the process that is being started."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[object, ...]:
        return _arrived, (reduction.DupFd(self.number),)


def _arrived(sent: Any) -> int:  # noqa: ANN401 - what DupFd returns has no name
    return int(sent.detach())


class Helper:
    """Understands ranges in the order in which they are given; ``close`` ends it, whatever it does."""

    def __init__(self, descriptor: int, log: Log, lines: EventLines | None) -> None:
        """``descriptor`` is of the open file; ``lines`` writes what is wanted as such."""
        context = multiprocessing.get_context("spawn")  # the threads of the sources must not be forked
        self._connection, theirs = context.Pipe()
        arguments = (theirs, _Descriptor(descriptor), log, lines, own_dialects())
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self.waiting = 0

    def give(self, offset: int, size: int, context: list[bytes], first_line: int) -> None:
        """Let it understand a range."""
        self.waiting += 1
        with suppress(OSError):  # it died: the answer will be that there is none
            self._connection.send((offset, size, context, first_line))

    def is_ready(self) -> bool:
        """Tell whether an answer is there, or will never be."""
        try:
            return self._connection.poll()
        except OSError:
            return True

    def take(self) -> Understood | Listed | None:
        """Return the next answer, when it is there; None if the file is not what it was, or nobody will answer."""
        self.waiting -= 1
        try:
            data = self._connection.recv_bytes()
        except (EOFError, OSError):
            return None
        return _received(data) if data else None

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.terminate()
        self._process.join()


def _serve(
    connection: Connection, descriptor: int, log: Log, lines: EventLines | None, users: tuple[Dialect, ...]
) -> None:
    """Answer until nobody asks any more; interrupts are for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_dialects(users)
    reader = BlockReader(*log)
    lister = Lister(reader, lines) if lines else None
    while True:
        try:
            offset, size, context, first_line = connection.recv()
        except EOFError:
            return
        data, answer = os.pread(descriptor, size, offset), b""
        if len(data) == size:
            answer = (
                marshal.dumps(tuple(lister.read(data, first_line))) if lister else _sent(reader.read(data, context))
            )
        connection.send_bytes(answer)


def _sent(found: Understood) -> bytes:
    """Return an answer as bytes; plain tuples travel fastest."""
    samples, calls = ([column.tobytes() for column in each] for each in (found.samples, found.calls))
    series, events = ([tuple(event) for event in each] for each in (found.series, found.events))
    counts = found.understood, found.unrecognised, found.bad_samples
    return marshal.dumps(
        (found.lines, found.truncated, series, events, found.above, samples, calls, found.ids, *counts)
    )


def _received(data: bytes) -> Understood | Listed:
    lines, *rest = marshal.loads(data)  # noqa: S302 - of our own child
    if len(rest) == 1:
        return Listed(lines, *rest)
    truncated, series, events, above, *columns, ids, understood, unrecognised, bad = rest
    samples, calls = (
        Columns._make(np.frombuffer(column, dtype) for column, dtype in zip(each, _DTYPES, strict=True))
        for each in columns
    )
    common = tuple(map(LogEvent._make, series))
    return Understood(lines, truncated, common, events, above, samples, calls, ids, understood, unrecognised, bad)
