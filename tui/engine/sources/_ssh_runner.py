"""Commands on another machine, over the connection that all sources of that machine share.

How another kind of source gets its runner for ``SCHEME://[user@]host[:port]/REST``::

    address, rest = parse_target(text_after_the_colon, "ssh+docker")     # _ssh_address, loads no asyncssh
    runner = remote_runner(address, opening)                             # this module; import it in open_spec
    source = StreamSource(…, on_retry=runner.retry)                      # a user's wish ends the machine's pause too
    reading.step(…); trail = [*runner.trail(), *reading.steps]           # what was tried on the way

``Opening`` carries all that is needed (clock, agreed unchecked hosts, environment). ``start`` and ``run`` raise
TroubleError with the time to the next attempt when the machine cannot be reached; ``command_missing`` when it
lacks the command. Nothing is connected before the first of them, and the connection is closed some seconds
after the last command ended. Arguments are quoted one by one and may hold anything but NUL.
"""

import asyncio
import os
import secrets
import shlex
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import asyncssh

from tui.engine.model import SourceStep
from tui.engine.sources._command import KILL_AFTER_S, READ_SIZE, STDERR_SIZE, TICK_S, Finished
from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import Address
from tui.engine.sources._ssh_host import START_S, Host
from tui.engine.sources._ssh_pool import RemoteHost
from tui.engine.sources._trouble import TroubleError

NOISE_CAP = 1024 * 1024
"""Bytes that a login shell may print before the command begins."""

_WRAPPER = (
    "m=$1; shift; "
    'command -v "$1" >/dev/null 2>&1 || { printf "%s-" "$m"; exit 127; }; '
    'printf "%s+" "$m"; printf "%s" "$m" >&2; '
    "g=; command -v setsid >/dev/null 2>&1 && g=-; "
    'exec 3<&0; ${g:+setsid} "$@" </dev/null 3<&- & p=$!; '
    '{ read -r x <&3; kill -TERM "$g$p"; sleep 2; kill -KILL "$g$p"; } >/dev/null 2>&1 & w=$!; '
    "exec 3<&- </dev/null; wait $p; c=$?; kill $w 2>/dev/null; exit $c"
)
"""Tells the end of the login shell's noise by a marker (``$1``), and the command's end by the connection's.

A command that waits would stay on the machine for ever when the connection is lost (reliability §2.3). Its
input is the connection: when that ends, it and, with setsid, all that it started is killed.
"""


class RemoteRunner:
    """Runs commands on another machine."""

    def __init__(self, remote: RemoteHost) -> None:
        self._remote = remote

    @property
    def host(self) -> str:
        """The machine as the user named it."""
        return str(self._remote.address)

    def retry(self) -> None:
        """Let the next attempt to reach the machine be made at once."""
        self._remote.retry()

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried to get at the machine."""
        return self._remote.trail()

    async def start(self, argv: Sequence[str]) -> "RemoteCommand":
        """Start a command, ended again with the connection at the latest."""
        host = self._remote.get()
        marker = secrets.token_hex(16)
        line = os.fsencode("exec " + shlex.join(["sh", "-c", _WRAPPER, "voxtop", marker, *argv]))
        with host.hold():
            try:
                process = await host.session(lambda link: link.create_process(line, encoding=None))
            except asyncssh.ChannelOpenError as error:
                raise TroubleError("ssh_no_commands", host=self.host) from error
            command = RemoteCommand(host, process, marker.encode())
        try:
            await asyncio.wait_for(command.begin(argv[0]), START_S)
        except TimeoutError:
            await command.close()
            raise TroubleError("ssh_slow_shell", host=self.host, seconds=f"{START_S:g}") from None
        except BaseException:
            await command.close()
            raise
        return command

    async def run(self, argv: Sequence[str]) -> Finished:
        """Run a short command to its end."""
        async with await self.start(argv) as command:
            output = b"".join([chunk async for chunk in command.chunks()])
            return Finished(await command.wait(), output, command.stderr)


class RemoteCommand:
    """A command that runs on another machine."""

    def __init__(self, host: Host, process: "asyncssh.SSHClientProcess[bytes]", marker: bytes) -> None:
        """``marker`` ends the noise of the login shell on both streams."""
        self._host = host
        self._process = process
        self._marker = marker
        self._hold = host.hold()
        self._complaints = b""
        self._rest = b""
        self._listening = asyncio.create_task(self._listen())

    @property
    def stderr(self) -> bytes:
        """The end of what it complained about so far."""
        return self._complaints.rpartition(self._marker)[2]

    async def begin(self, name: str) -> None:
        """Wait until the noise of the login shell is over; raises TroubleError if the command cannot run."""
        noise = b""
        while self._marker not in noise or noise.endswith(self._marker):
            data = await self._read()
            if not (data or self._host.connected):
                raise self._host.lost(EOFError())
            if not data or len(noise) > NOISE_CAP:
                raise TroubleError("ssh_no_commands", host=self._host.name)
            noise += data
        after = noise.partition(self._marker)[2]
        if after.startswith(b"-"):
            raise TroubleError("command_missing", command=name)
        self._rest = after[1:]

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield its output as it comes."""
        if self._rest:
            yield self._rest
            self._rest = b""
        reading: asyncio.Task[bytes] | None = None
        try:
            while True:
                reading = reading or asyncio.create_task(self._read())
                done, _ = await asyncio.wait([reading], timeout=TICK_S)
                if not done:
                    yield b""
                    continue
                data, reading = reading.result(), None
                if not data:
                    return
                self._host.worked()
                yield data
        finally:
            if reading:
                reading.cancel()

    async def wait(self) -> int:
        """Return its exit code, -1 where nobody knows."""
        await self._listening
        await self._process.wait_closed()
        code = self._process.exit_status
        return -1 if code is None else code

    async def close(self) -> None:
        """End it: with its input, the wrapper ends whatever it runs."""
        self._listening.cancel()
        with suppress(asyncssh.Error, OSError):
            self._process.stdin.write_eof()
        self._process.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait_closed(), KILL_AFTER_S)
        self._hold.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _read(self) -> bytes:
        try:
            return await self._process.stdout.read(READ_SIZE)
        except (asyncssh.Error, OSError) as error:
            raise self._host.lost(error) from error

    async def _listen(self) -> None:
        with suppress(asyncssh.Error, OSError):
            while data := await self._process.stderr.read(READ_SIZE):
                self._complaints = (self._complaints + data)[-STDERR_SIZE:]


def remote_runner(address: Address, opening: Opening) -> RemoteRunner:
    """Return what runs commands on a machine, over the connection that everything on it shares."""
    return RemoteRunner(RemoteHost(address, opening))
