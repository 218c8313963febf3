"""Messages between two processes: bytes, with their number before them.

``multiprocessing`` has the same, and takes a tenth of the other process's start to load.
"""

import os
from collections import deque
from select import POLLOUT, poll
from struct import Struct

_SIZE = Struct("<Q")

_WAITING = 8 * 1024**2
"""Bytes that may wait until somebody reads: about what is understood while the other process starts."""


def send(file: int, message: bytes) -> None:
    """Write a message; raise ``OSError`` if nobody reads it any more."""
    left = memoryview(_SIZE.pack(len(message)) + message)
    while left:
        left = left[os.write(file, left) :]


class Outgoing:
    """Sends messages without waiting for who reads them, as long as not too much waits."""

    def __init__(self, file: int) -> None:
        """Nobody else may write to the file from now on."""
        self._file = file
        self._left = deque[memoryview]()
        self._size = 0
        """Bytes that are left."""
        self._room = poll()
        self._room.register(file, POLLOUT)
        os.set_blocking(file, False)

    def send(self, message: bytes) -> None:
        """Send a message, or keep it until there is room; raise ``OSError`` if nobody reads it any more."""
        self._left.append(memoryview(_SIZE.pack(len(message)) + message))
        self._size += len(self._left[-1])
        while self._left and (self._size > _WAITING or self._room.poll(0)):
            self._write()

    def flush(self) -> None:
        """Send what is left."""
        while self._left:
            self._write()

    def _write(self) -> None:
        """Write what there is room for, once there is any."""
        self._room.poll()
        first = self._left.popleft()
        count = os.write(self._file, first)
        self._size -= count
        if count < len(first):
            self._left.appendleft(first[count:])


def receive(file: int) -> bytes:
    """Return the next message; raise ``EOFError`` where no whole one is, ``OSError`` if it cannot be read."""
    (size,) = _SIZE.unpack(_read(file, _SIZE.size))
    return _read(file, size)


def _read(file: int, size: int) -> bytes:
    parts = list[bytes]()
    while size:
        part = os.read(file, size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
