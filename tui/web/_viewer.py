"""One viewer: a read-only monitor in a process of its own, its screen carried to a browser."""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from tui.terminal import PARENT_VARIABLE
from tui.web._guard import LARGEST

QUIT_WITHIN_S = 3.0
"""Patience with a monitor whose viewer has gone."""

_PRELUDE = b"__GANGLION__\n"
_LINES_BEFORE = 10
_COMPLAINT_SIZE = 4096


class Viewer(AppService):
    """Starts a command without a shell, passes its screen on and ends it with its viewer.

    Of what the process says beside its screen only its end is heard: no addresses to open, no files.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        write_bytes: Callable[[bytes], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        async def ignore(_text: str) -> None:
            """Take what a viewer is not told."""

        super().__init__("", write_bytes=write_bytes, write_str=ignore, close=close, download_manager=DownloadManager())
        self._argv = argv
        self.complaint = ""
        """The last line the process wrote about its own end; outside text."""

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        """Return the server's own environment without its token, with what makes the process a viewer's."""
        environment = super()._build_environment(width, height)
        environment.pop("VOXTOP_SERVE_TOKEN", None)
        return environment | {"PYTHONUTF8": "1", PARENT_VARIABLE: str(os.getpid())}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    async def resize(self, width: object, height: object) -> None:
        """Pass a new size on, kept within bounds; what is no number is passed over."""
        if isinstance(width, int) and isinstance(height, int):
            await self.set_terminal_size(min(LARGEST, max(1, width)), min(LARGEST, max(1, height)))

    async def run(self) -> None:
        """Pass on what the process draws until it ends."""
        assert self._process is not None  # noqa: S101 - started before
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        assert self._process.stderr is not None  # noqa: S101 - likewise
        stdout = self._process.stdout
        hearing = asyncio.create_task(self._hear(self._process.stderr))
        with suppress(asyncio.IncompleteReadError, ConnectionResetError):
            for _ in range(_LINES_BEFORE):
                if await stdout.readline() in {_PRELUDE, b""}:
                    break
            while True:
                kind, size = await stdout.readexactly(1), await stdout.readexactly(4)
                payload = await stdout.readexactly(int.from_bytes(size, "big"))
                if kind == b"D":
                    await self.on_data(payload)
                elif kind == b"M" and json.loads(payload).get("type") == "exit":
                    break
        await hearing
        await self.remote_close()

    async def _hear(self, stderr: asyncio.StreamReader) -> None:
        """Keep the last line of what the process complains about."""
        while line := await stderr.read(_COMPLAINT_SIZE):
            self.complaint = line.decode("utf-8", "replace").strip().rpartition("\n")[2] or self.complaint

    async def stop(self) -> None:
        """End the process: asked first, then forced."""
        process, task = self._process, self._task
        if process is None or task is None:
            return
        self._process = self._task = None
        await self.send_meta({"type": "quit"})
        try:
            await asyncio.wait_for(process.wait(), QUIT_WITHIN_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
