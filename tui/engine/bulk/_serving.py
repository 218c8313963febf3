"""What the other process does: it understands ranges of a log in the order in which they are given."""

import marshal
import pickle
import socket
from collections import deque

from tui.engine.bulk import _messages
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._listing import Lister
from tui.engine.bulk._task import Cut, Part, Range, Task
from tui.engine.bulk._understood import TooMuchError, Understood
from tui.engine.bulk._wire import Sender
from tui.engine.dialects._dialect import dialects, use_dialects
from tui.engine.envelopes._envelope import envelopes

_STDOUT = 1


def serve(descriptor: int) -> None:
    """Do what a connection tells until nobody asks any more: first an open file and the task, then its parts."""
    with socket.socket(fileno=descriptor) as connection:
        dialects(), envelopes()  # are loaded while nobody asks yet
        try:
            _, files, _, _ = socket.recv_fds(connection, 1, 1)
            if files:
                _understand(descriptor, files[0])
        except (EOFError, ConnectionError):
            return


def _understand(connection: int, file: int) -> None:
    task: Task = pickle.loads(_messages.receive(connection))  # noqa: S301 - of our own parent
    use_dialects(task.users)
    reader = BlockReader(*task.log)
    lister = Lister(reader, task.lines) if task.lines else None
    sender, parts = Sender(), deque[Part]()
    while True:
        if not parts:
            *whole, first_line = marshal.loads(_messages.receive(connection))  # noqa: S302 - likewise
            parts.append(Part(Range._make(whole), first_line))
        part = parts.popleft()
        data, answer = reader.room.load(file, part.range.size, part.range.offset), b""
        if data is not None:
            found = lister.read(data, part.first_line) if lister else _read(reader, data, file, part.range)
            answer = sender.sent(found)
            if isinstance(found, Cut):
                parts.extend(Part(each, part.first_line) for each in found.parts)
        _messages.send(_STDOUT, answer)


def _read(reader: BlockReader, data: memoryview, file: int, whole: Range) -> Understood | Cut:
    try:
        return reader.read(data, whole.context, whole.most)
    except TooMuchError:
        from tui.engine.bulk._cutting import PART_SIZE, parts  # noqa: PLC0415 - loads sources, and is seldom wanted

        return Cut([*parts(file, whole, PART_SIZE)])
