"""What the other process does: it understands ranges of a log in the order in which they are given."""

import marshal
import pickle
import socket
from collections import deque

from tui.engine.bulk import _messages
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._cutting import PART_SIZE
from tui.engine.bulk._cutting import parts as parts_of
from tui.engine.bulk._listing import Listed, Lister
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
    sender, answers, parts = Sender(), _messages.Outgoing(_STDOUT), deque[Part]()
    while True:
        if not parts:
            answers.flush()
            *whole, first_line = marshal.loads(_messages.receive(connection))  # noqa: S302 - likewise
            parts.append(Part(Range._make(whole), first_line))
        part = parts.popleft()
        found = _read(reader, lister, file, part)
        answers.send(sender.sent(found) if found else b"")
        if isinstance(found, Cut):
            parts.extend(Part(each, part.first_line) for each in found.parts)


def _read(reader: BlockReader, lister: Lister | None, file: int, part: Part) -> Understood | Listed | Cut | None:
    """Understand a part; None if the file is not what it was."""
    whole = part.range
    if whole.step is not None:
        return Cut([*parts_of(file, whole, whole.step)])
    data = reader.room.load(file, whole.size, whole.offset)
    if data is None or lister is not None:
        return lister.read(data, part.first_line) if data is not None and lister else None
    try:
        return reader.read(data, whole.context, whole.most)
    except TooMuchError:
        return Cut([*parts_of(file, whole, PART_SIZE)])
