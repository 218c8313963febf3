"""What the other process does: it understands ranges of a log in the order in which they are given."""

from multiprocessing import reduction
from multiprocessing.connection import Connection

from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._listing import Lister
from tui.engine.bulk._task import Part, Task
from tui.engine.bulk._wire import Sender
from tui.engine.dialects._dialect import use_dialects

_STDOUT = 1


def serve(descriptor: int) -> None:
    """Do what a connection tells until nobody asks any more: first the task and an open file, then its parts."""
    with Connection(descriptor) as connection, Connection(_STDOUT, readable=False) as answers:
        try:
            task: Task = connection.recv()
            _understand(connection, answers, reduction.recv_handle(connection), task)
        except (EOFError, ConnectionError):
            return


def _understand(connection: Connection, answers: Connection, file: int, task: Task) -> None:
    use_dialects(task.users)
    reader = BlockReader(*task.log)
    lister = Lister(reader, task.lines) if task.lines else None
    sender = Sender()
    while True:
        part: Part = connection.recv()
        data, answer = reader.room.load(file, part.size, part.offset), b""
        if data is not None:
            answer = sender.sent(lister.read(data, part.first_line) if lister else reader.read(data, part.context))
        answers.send_bytes(answer)
