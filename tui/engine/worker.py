"""Another process of this program: started before anybody knows what it shall do, which saves its time to start."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from socket import socketpair

PARALLEL_FROM = 64 * 1024**2
"""Bytes to read from which on a second process pays."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Environment in which numpy starts no threads for linear algebra, which nobody here does."""

_PROGRAM = """
import gc, sys
gc.disable()
sys.path[:] = sys.argv[2:]  # which is all that loading site would find out, in 2 ms
from tui.engine.bulk._serving import serve
gc.freeze()
gc.enable()
serve(int(sys.argv[1]))
"""


_ANSWERS = 1024**2
"""Bytes of answers that may wait to be read, as many as anybody is allowed: without room for one its process waits."""


class Worker:
    """A process that does what it is told through ``connection`` and answers through its standard output.

    ``close`` ends it, whatever it does.
    """

    def __init__(self) -> None:
        """Start it.

        It is no fork: the threads of sources must not be forked. It has a process group of its own, since
        interrupts are for this process; when this one is gone, nobody can tell it anything any more, and it ends.

        Raises:
            OSError: no process can be started.
        """
        import subprocess  # noqa: PLC0415 - the other process starts none

        ours, theirs = socketpair()
        with ours, theirs:
            self.process = subprocess.Popen(  # noqa: S603 - nothing but this program itself
                [sys.executable, "-P", "-S", "-c", _PROGRAM, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                bufsize=0,
                pipesize=_ANSWERS,
                pass_fds=[theirs.fileno()],
                process_group=0,
                env=os.environ | ONE_THREAD,
            )
            self.connection = ours.dup()
            """The way to it."""

    @property
    def answers(self) -> int:
        """Return the descriptor that it answers to, which belongs to the process."""
        assert self.process.stdout  # noqa: S101 - it is a pipe: mypy's knowledge
        return self.process.stdout.fileno()

    def close(self) -> None:
        """End the process."""
        self.connection.close()
        self.process.kill()
        self.process.communicate()


_prepared: list[Worker] = []


@contextmanager
def prepared_worker(paths: Iterable[str]) -> Iterator[None]:
    """Start a process if one of some files is so large that it will be wanted; what is no file does not count."""
    with suppress(OSError):
        if (os.cpu_count() or 1) > 1 and any(_size(path) > PARALLEL_FROM for path in paths):
            _prepared.append(Worker())
    try:
        yield
    finally:
        while _prepared:
            _prepared.pop().close()


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - pathlib takes 2 ms to load
    except (OSError, ValueError):
        return 0


def take_worker() -> Worker | None:
    """Return the process that was prepared, or another; None where none can be started."""
    if _prepared:
        return _prepared.pop()
    with suppress(OSError):
        return Worker()
    return None
