"""Another process that understands ranges of the same open file."""

import marshal
import pickle
from contextlib import suppress
from functools import cached_property
from select import POLLIN, poll
from socket import send_fds
from typing import TYPE_CHECKING

from tui.engine.bulk import _messages
from tui.engine.bulk._task import Cut, Part, Task
from tui.engine.worker import Worker

if TYPE_CHECKING:
    from tui.engine.bulk._listing import Listed
    from tui.engine.bulk._understood import Understood
    from tui.engine.bulk._wire import Receiver


class Helper:
    """Understands ranges in the order in which they are given; ``close`` ends it, whatever it does."""

    def __init__(self, worker: Worker, descriptor: int, task: Task) -> None:
        """``descriptor`` is of the open file."""
        self.worker = worker
        self._asked, self._answers = worker.connection.fileno(), worker.answers
        self._ready = poll()
        self._ready.register(self._answers, POLLIN)
        self.waiting = 0
        with suppress(OSError):  # it died: the answer will be that there is none
            send_fds(worker.connection, [b"\0"], [descriptor])
            _messages.send(self._asked, pickle.dumps(task))

    def give(self, part: Part) -> None:
        """Let it understand a range."""
        self.waiting += 1
        with suppress(OSError):
            _messages.send(self._asked, marshal.dumps((*part.range, part.first_line)))

    def is_ready(self) -> bool:
        """Tell whether an answer is there, or will never be."""
        return bool(self._ready.poll(0))

    def take(self) -> "Understood | Listed | Cut | None":
        """Return the next answer, when it is there; None if the file is not what it was, or nobody will answer."""
        self.waiting -= 1
        try:
            data = _messages.receive(self._answers)
        except (EOFError, OSError):
            return None
        found = self._receiver.received(data) if data else None
        if isinstance(found, Cut):
            self.waiting += len(found.parts)
        return found

    @cached_property
    def _receiver(self) -> "Receiver":
        from tui.engine.bulk._wire import Receiver  # noqa: PLC0415 - needs numpy, while the other process is at work

        return Receiver()

    def dismiss(self) -> None:
        """Ask for nothing any more: the process ends, while this one has still something to do."""
        self.worker.process.kill()

    def close(self) -> None:
        """End the process."""
        self.worker.close()
