"""The state file, shared by every process of a user: one thread writes, anybody reads."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import platformdirs

from tui.engine.clock import Clock, SystemClock
from tui.engine.errors import StateError
from tui.engine.safe_text import safe_text
from tui.engine.state import _opening
from tui.engine.state._disk import Lock, free_bytes, shares_memory
from tui.engine.state._schema import steps, version_of
from tui.engine.text import t

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
"""What is to be done within one transaction; raising undoes it."""

FILE = "state.db"
RESERVE_BYTES = 200_000_000
"""Room on the disk that is left to others."""
QUEUE = 256
"""Jobs that wait for the writer; further ones wait for their turn to wait."""

_OUTSIDE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
}
"""Failures of the machine; any other one is a mistake in a job."""


def state_folder() -> Path:
    """Return where state is kept: ``$XDG_STATE_HOME/voxtop``."""
    return platformdirs.user_state_path("voxtop")


class StateDatabase:
    """The state file, open: ``with StateDatabase() as database``.

    A job runs on the writer's thread in one transaction of its own. With ``durable`` the transaction is on the disk
    when it is done, come what may, and may use the room that is kept for others: alerts are worth it.
    """

    def __init__(
        self, folder: Path | None = None, *, clock: Clock | None = None, reserve_bytes: int = RESERVE_BYTES
    ) -> None:
        """Open the file, which is made, checked, moved aside or migrated if nobody else has it open.

        Raises:
            StateError: it cannot be used; the message says why and the remedy what helps.
        """
        self.folder = folder or state_folder()
        self.path = self.folder / FILE
        self.notice = ""
        """What happened to the file on opening, a sentence; mostly nothing."""
        self._reserve = reserve_bytes
        self._claims: dict[str, Lock] = {}
        self._room = asyncio.Semaphore(QUEUE)
        try:
            self._connection = self._open((clock or SystemClock()).now())
            self._watching = _opening.connect(self.path, mode="ro", wait_s=0.0)
        except (OSError, sqlite3.Error) as error:
            self._let_go()
            raise self._failed(error) from error
        except StateError:
            self._let_go()
            raise
        self._writer = ThreadPoolExecutor(1, "state")

    def _open(self, now: float) -> sqlite3.Connection:
        _opening.private_folder(self.folder)
        with closing(Lock(self.folder / "opening.lock")) as opening:
            opening.take()
            use = self._claims["use"] = Lock(self.folder / "use.lock")
            if use.try_take():
                self.notice = _opening.prepare(self.path, now, steps())
            connection = _opening.connect(self.path)
            if version_of(connection) != len(steps()):
                connection.close()
                raise StateError(t("state.in_use", path=safe_text(str(self.path))), t("state.in_use_remedy"))
            mode = "WAL" if shares_memory(self.folder) else "DELETE"
            connection.execute(f"PRAGMA journal_mode = {mode}")
            connection.execute("PRAGMA journal_size_limit = 16777216")
            use.share()
        return connection

    async def write(self, job: Job[T], *, durable: bool = False) -> T:
        """Do a job in a transaction and return its value.

        Raises:
            StateError: it could not be written, and nothing was.
        """
        async with self._room:
            return await asyncio.wrap_future(self._submit(job, durable=durable))

    def write_now(self, job: Job[T], *, durable: bool = False) -> T:
        """Do the same and wait for it: for commands without an event loop.

        Raises:
            StateError: it could not be written, and nothing was.
        """
        return self._submit(job, durable=durable).result()

    async def read(self, job: Job[T]) -> T:
        """Do a job that only reads, beside the writer.

        Raises:
            StateError: the file cannot be read.
        """
        return await asyncio.to_thread(self.read_now, job)

    def read_now(self, job: Job[T]) -> T:
        """Do the same and wait for it.

        Raises:
            StateError: the file cannot be read.
        """
        try:
            with closing(self.reader()) as connection:
                return job(connection)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def reader(self) -> sqlite3.Connection:
        """Return a connection that can only read and sees the file as it is now; the caller closes it.

        Raises:
            StateError: the file cannot be opened.
        """
        try:
            connection = _opening.connect(self.path, mode="ro")
        except sqlite3.Error as error:
            raise self._failed(error) from error
        connection.execute("BEGIN")
        return connection

    def version(self) -> int | None:
        """Return a number that every transaction changes, of whichever process; None while that cannot be told.

        It costs microseconds and waits for nobody: whoever shows what is in the file reads it again only for another.
        """
        try:
            found: int = self._watching.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            return None
        return found

    def claim(self, role: str) -> bool:
        """Take a role that only one process may have, until closed; tell whether it was free."""
        if role in self._claims:
            return True
        try:
            lock = Lock(self.folder / f"{role}.lock")
        except OSError as error:
            raise self._failed(error) from error
        if lock.try_take():
            self._claims[role] = lock
            return True
        lock.close()
        return False

    def close(self) -> None:
        """Finish what was begun and let go of everything."""
        self._writer.shutdown()
        self._watching.close()
        self._connection.close()
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _submit(self, job: Job[T], *, durable: bool) -> "Future[T]":
        return self._writer.submit(self._transaction, job, durable)

    def _transaction(self, job: Job[T], durable: bool) -> T:
        connection = self._connection
        try:
            if not durable and free_bytes(self.folder) < self._reserve:
                raise StateError(t("state.low_disk", path=safe_text(str(self.folder))), t("state.low_disk_remedy"))
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                value = job(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has undone it already
                    connection.execute("ROLLBACK")
                raise
        except (OSError, sqlite3.Error) as error:
            raise self._failed(error) from error
        return value

    def _failed(self, error: OSError | sqlite3.Error) -> Exception:
        """Return what to raise: a failure of the machine in the user's words, any other one as it is."""
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OUTSIDE:
            return error
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        told = t("state.unusable", path=safe_text(str(self.path)), reason=safe_text(reason))
        return StateError(told, t("state.unusable_remedy"))

    def _let_go(self) -> None:
        for lock in self._claims.values():
            lock.close()
        self._claims.clear()
