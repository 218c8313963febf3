"""Messages between two processes: bytes, with their number before them.

``multiprocessing`` has the same, and takes a tenth of the other process's start to load.
"""

import os
from struct import Struct

_SIZE = Struct("<Q")


def send(file: int, message: bytes) -> None:
    """Write a message; raise ``OSError`` if nobody reads it any more."""
    left = memoryview(_SIZE.pack(len(message)) + message)
    while left:
        left = left[os.write(file, left) :]


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
