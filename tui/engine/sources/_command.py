"""Commands whose output is read: on this machine, or on another one through the same few calls."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from tui.engine.model import SourceStep
from tui.engine.safe_text import safe_text
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

READ_SIZE = 256 * 1024
TICK_S = 1.0
"""Silence after which an empty chunk says that the command is still there."""
STDERR_SIZE = 4096
"""Bytes kept of the end of what a command complains about."""
LAST_WORDS = 300
"""Characters of its last complaint that are quoted."""
KILL_AFTER_S = 2.0
"""Patience with a command that was asked to end."""
EXIT_POLL_S = 0.01


class Finished(NamedTuple):
    """What a command that was run to its end gave."""

    code: int
    stdout: bytes
    stderr: bytes


class Command(Protocol):
    """A running command; leaving its context ends it."""

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield its output as it comes, ``b""`` after each silent second, and nothing after its end.

        Raises TroubleError where the way to it is lost.
        """

    async def wait(self) -> int:
        """Return its exit code, -1 where nobody knows."""

    @property
    def stderr(self) -> bytes:
        """The end of what it complained about so far."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Runner(Protocol):
    """A machine that runs commands, given as argument lists and never as text for a shell."""

    @property
    def host(self) -> str:
        """The machine's name; empty for this one."""

    async def start(self, argv: Sequence[str]) -> Command:
        """Start a command; raises TroubleError (``command_missing`` and the like)."""

    async def run(self, argv: Sequence[str]) -> Finished:
        """Run a short command to its end."""

    def retry(self) -> None:
        """Let the next attempt to reach the machine be made at once."""

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried to get at the machine."""


def last_words(stderr: bytes) -> str:
    """Return the last line that a command complained with, fit to be shown."""
    lines = stderr.decode("utf-8", "replace").split("\n")
    said = next((line for line in reversed(lines) if line.strip()), "").strip()
    return safe_text(said)[:LAST_WORDS]


def outcome(code: int) -> str:
    """Name the way in which a command ended, in the user's language."""
    if code >= 0:
        return t("sources.exit_code", code=code)
    known = {each.value: each.name for each in signal.Signals}
    return t("sources.exit_signal", signal=known.get(-code, -code))


class LocalRunner:
    """Runs commands on this machine, without a shell and without input."""

    host = ""

    async def start(self, argv: Sequence[str]) -> "LocalCommand":
        """Start a command in a process group of its own."""
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *argv, stdin=nothing, stdout=pipe, stderr=pipe, limit=READ_SIZE, start_new_session=True
            )
        )
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:  # asyncio waits for ever where it is cancelled between process and pipes
            async with LocalCommand(await starting):
                raise
        except FileNotFoundError as error:
            raise TroubleError("command_missing", command=argv[0]) from error
        except OSError as error:
            raise TroubleError("command_failed", command=argv[0], reason=error.strerror or str(error)) from error
        return LocalCommand(process)

    async def run(self, argv: Sequence[str]) -> Finished:
        """Run a short command to its end."""
        async with await self.start(argv) as command:
            output = b"".join([chunk async for chunk in command.chunks()])
            return Finished(await command.wait(), output, command.stderr)

    def retry(self) -> None:
        """Do nothing: this machine is always there."""

    def trail(self) -> Sequence[SourceStep]:
        """Return nothing: no way leads here."""
        return ()


class LocalCommand:
    """A process on this machine."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._complaints = b""
        self._listening = asyncio.create_task(self._listen())

    @property
    def stderr(self) -> bytes:
        """The end of what it complained about so far."""
        return self._complaints

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield its output as it comes."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        reading: asyncio.Task[bytes] | None = None
        try:
            while True:
                reading = reading or asyncio.create_task(self._process.stdout.read(READ_SIZE))
                done, _ = await asyncio.wait([reading], timeout=TICK_S)
                if not done:
                    yield b""
                    continue
                data, reading = reading.result(), None
                if not data:
                    return
                yield data
        finally:
            if reading:
                reading.cancel()

    async def wait(self) -> int:
        """Return its exit code; whoever it left behind with its stderr is not waited for."""
        code = await self._exit()
        await asyncio.wait([self._listening], timeout=TICK_S)
        return code

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, gently at first, and whatever it started."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(KILL_AFTER_S):
                await self._exit()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._exit()
        finally:
            self._signal(signal.SIGKILL)
            self._listening.cancel()
            self._process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001 - closes the pipes

    async def _exit(self) -> int:
        """Wait for the process alone: asyncio's own wait lasts while anybody holds one of its pipes."""
        while self._process.returncode is None:  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(EXIT_POLL_S)
        return self._process.returncode

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    async def _listen(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - a pipe was asked for
        while data := await self._process.stderr.read(READ_SIZE):
            self._complaints = (self._complaints + data)[-STDERR_SIZE:]
