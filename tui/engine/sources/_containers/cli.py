"""The docker command, on another machine or on this one: for engines whose socket is out of reach."""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import NoReturn

from tui.engine.safe_text import safe_text
from tui.engine.sources._command import Finished, Runner
from tui.engine.sources._containers.container import Chunk, Container, Wanted, inspected
from tui.engine.sources._trouble import TroubleError

_BOTH_STREAMS = ("sh", "-c", 'exec docker logs "$@" 2>&1', "docker-logs")
"""The container's two output streams come out mixed, in the order of its log."""

_NO_SUCH = b"no such container"
_COMPLAINT = re.compile(rb"^(?:Error |error from daemon).*\Z", re.MULTILINE | re.DOTALL)
"""A line of the command itself at the end of a log whose own lines begin with a time."""


class Cli:
    """Runs ``docker`` where a runner runs it."""

    framed = False
    stopped = "container_stopped"
    look_every_s = 1.0

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.summary = ""

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Cli"]:
        """See that the command reaches its engine."""
        done = await self._ask("version", "--format", "{{.Server.Version}}")
        self.summary = f"docker {done.stdout.decode('utf-8', 'replace').strip()}"
        yield self

    async def now(self) -> float:
        """Return the machine's time to the second."""
        return float((await self._runner.run(("date", "+%s"))).stdout)

    async def answers(self) -> bool:
        """Leave it to the running commands to tell whether the machine is still there."""
        return False

    async def find(self, wanted: Wanted) -> list[Container]:
        """Return the containers meant, oldest first."""
        names = [wanted.text]
        if wanted.filters:
            filters = [word for name, value in wanted.filters.items() for word in ("--filter", f"{name}={value}")]
            names = (await self._ask("ps", "--all", "--quiet", "--no-trunc", *filters)).stdout.decode().split()
        return inspected(
            json.loads((await self._ask("inspect", "--type", "container", "--", *names)).stdout) if names else []
        )

    async def log(self, container: Container, since: str, *, follow: bool) -> AsyncGenerator[Sequence[Chunk], None]:
        """Yield the log of a container from a moment on to its end for now."""
        options = [*(("--since", since) if since else ()), *(("--follow",) if follow else ())]
        async with await self._runner.start((*_BOTH_STREAMS, "--timestamps", *options, "--", container.id)) as command:
            complaint = b""
            async with aclosing(command.chunks()) as chunks:
                async for data in chunks:
                    told = _COMPLAINT.search(data)
                    complaint = told[0] if told else complaint
                    yield [Chunk(1, data[: told.start()] if told else data)]
            code = await command.wait()
            if code:
                self._failed(Finished(code, b"", complaint or command.stderr))

    async def starts(self) -> AsyncGenerator[None, None]:
        """Yield as soon as it is listened, then whenever some container starts."""
        filters = ("--filter", "type=container", "--filter", "event=start")
        async with await self._runner.start(("docker", "events", *filters, "--format", "{{.ID}}")) as command:
            async with aclosing(command.chunks()) as chunks:
                heard = False
                async for data in chunks:
                    if data or not heard:
                        heard = True
                        yield
            self._failed(Finished(await command.wait(), b"", command.stderr))

    async def _ask(self, *words: str) -> Finished:
        done = await self._runner.run(("docker", *words))
        if done.code and _NO_SUCH not in done.stderr.lower():
            self._failed(done)
        return done

    def _failed(self, done: Finished) -> NoReturn:
        """Say what the command complained about, in its words."""
        told = safe_text(done.stderr.decode("utf-8", "replace").strip())
        if done.code == 127:
            raise TroubleError("command_missing", command="docker")
        if "permission denied" in told.lower():
            raise TroubleError("docker_no_permission", address=self._runner.host)
        if "cannot connect to the docker daemon" in told.lower():
            raise TroubleError("docker_down", address=self._runner.host, reason=told)
        raise TroubleError("docker_log_failed", reason=told)
