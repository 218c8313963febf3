"""The server of the war room: textual-serve's page and protocol behind a guard of our own."""

import asyncio
import json
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSMsgType, web

from tui.web._guard import Guard, cells
from tui.web._viewer import Viewer

MESSAGE_CAP = 64 * 1024
"""Bytes of one message from a browser."""

Log = Callable[[str, int, str], None]
"""Is told ``opened`` or ``closed``, how many viewers there are, and what a monitor complained about (outside text)."""


@dataclass(frozen=True, slots=True)
class WarRoom:
    """What is served, to whom, and how many at once."""

    argv: Sequence[str]
    """Starts the monitor of one viewer."""
    guard: Guard
    viewers: int
    log: Log

    def application(self) -> web.Application:
        """Return the application: the page, its socket and its static files, without a listing."""
        app = web.Application(middlewares=[self.guard.middleware()], client_max_size=1024)
        statics = Path(textual_serve.__file__).parent / "static"
        app[_OPEN] = set()
        app.add_routes([web.get("/", self._page), web.get("/ws", self._socket), web.static("/static", statics)])
        app.on_shutdown.append(_close_all)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        socket = f"{'wss' if self.guard.secure else 'ws'}://{request.host}/ws"
        page = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
        return web.Response(text=page.replace("{socket}", socket), content_type="text/html")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        width, height = cells(request.query.get("width"), 80), cells(request.query.get("height"), 24)
        open_viewers = request.app[_OPEN]
        if len(open_viewers) >= self.viewers:
            raise web.HTTPServiceUnavailable(text="too many viewers\n")
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=MESSAGE_CAP)
        viewer = Viewer(self.argv, write_bytes=socket.send_bytes, close=_closing(socket))
        open_viewers.add(socket)
        try:
            await socket.prepare(request)
            self.log("opened", len(open_viewers), "")
            await viewer.start(width, height)
            await _listen(socket, viewer)
        finally:
            open_viewers.discard(socket)
            await viewer.stop()
            self.log("closed", len(open_viewers), viewer.complaint)
        return socket


_OPEN = web.AppKey("open", set[Any])


def _closing(socket: web.WebSocketResponse) -> Callable[[], "asyncio.Future[None]"]:
    async def close() -> None:
        await socket.close()

    return lambda: asyncio.ensure_future(close())


async def _close_all(app: web.Application) -> None:
    sockets = app[_OPEN]
    for socket in tuple(sockets):
        await socket.close(code=1001)


async def _listen(socket: web.WebSocketResponse, viewer: Viewer) -> None:
    """Pass keys and sizes on; a message of another form is passed over."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            kind, data = (*json.loads(message.data), None)[:2]
        except (ValueError, TypeError):
            continue
        with suppress(ConnectionResetError, BrokenPipeError):
            if kind == "stdin" and isinstance(data, str):
                await viewer.send_bytes(data.encode("utf-8", "replace"))
            elif kind == "resize" and isinstance(data, dict):
                await viewer.resize(data.get("width"), data.get("height"))
            elif kind == "ping":
                await socket.send_json(["pong", data])


async def serve(room: WarRoom, host: str, port: int, tls: ssl.SSLContext | None, ready: Callable[[int], None]) -> None:
    """Serve until cancelled; ``ready`` is told the port, which may have been chosen by the system (0).

    Raises:
        OSError: the address cannot be listened on.
    """
    runner = web.AppRunner(room.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, ssl_context=tls)
        await site.start()
        ready(runner.addresses[0][1])
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
