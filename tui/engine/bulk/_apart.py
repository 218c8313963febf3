"""Another process that understands ranges of the same open file."""

from contextlib import suppress
from functools import cached_property
from multiprocessing import reduction
from typing import TYPE_CHECKING

from tui.engine.bulk._task import Part, Task
from tui.engine.worker import Worker

if TYPE_CHECKING:
    from tui.engine.bulk._block_reader import Understood
    from tui.engine.bulk._listing import Listed
    from tui.engine.bulk._wire import Receiver


class Helper:
    """Understands ranges in the order in which they are given; ``close`` ends it, whatever it does."""

    def __init__(self, worker: Worker, descriptor: int, task: Task) -> None:
        """``descriptor`` is of the open file."""
        self.worker = worker
        self._connection, self._answers = worker.connection, worker.answers
        self.waiting = 0
        with suppress(OSError):  # it died: the answer will be that there is none
            self._connection.send(task)
            reduction.send_handle(self._connection, descriptor, worker.process.pid)

    def give(self, part: Part) -> None:
        """Let it understand a range."""
        self.waiting += 1
        with suppress(OSError):
            self._connection.send(part)

    def is_ready(self) -> bool:
        """Tell whether an answer is there, or will never be."""
        try:
            return self._answers.poll()
        except OSError:
            return True

    def take(self) -> "Understood | Listed | None":
        """Return the next answer, when it is there; None if the file is not what it was, or nobody will answer."""
        self.waiting -= 1
        try:
            data = self._answers.recv_bytes()
        except (EOFError, OSError):
            return None
        return self._receiver.received(data) if data else None

    @cached_property
    def _receiver(self) -> "Receiver":
        from tui.engine.bulk._wire import Receiver  # noqa: PLC0415 - needs numpy, while the other process is at work

        return Receiver()

    def close(self) -> None:
        """End the process."""
        self.worker.close()
