"""Coolify's API as far as logs go: routes, limits and messages as in ``ApplicationsController::logs_by_uuid``."""

import re
import ssl
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.test_utils import unused_port

UUID = "g8k4s0w8c4o0k8w4s0c4"
TOKEN = "67|abcthisisa123dummytoken"  # noqa: S105 - opens nothing but this fake

Odd = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Coolify:
    """One instance with one application."""

    def __init__(self, *, knows_timestamps: bool = True, tls: ssl.SSLContext | None = None) -> None:
        """Older versions do not know ``show_timestamps``."""
        self.log: list[str] = []
        self.running = True
        self.odd: Odd | None = None
        """Answers instead of the API."""
        self.asked: list[int] = []
        """The lines of each request."""
        self._clock = 1_770_000_000
        self._stamps: list[str] = []
        self._knows_timestamps = knows_timestamps
        self._tls = tls
        self.port = unused_port()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    @property
    def source(self) -> str:
        """The source, as a user types it."""
        return f"coolify:{self.url}/{UUID}"

    def write(self, *lines: str) -> None:
        """Let the container print lines, one a millisecond."""
        for line in lines:
            self._clock += 1
            self.log.append(line)
            seconds, millis = divmod(self._clock - 1_770_000_000, 1000)
            self._stamps.append(f"2026-02-02T02:{40 + seconds // 60:02}:{seconds % 60:02}.{millis:03}000001Z")

    def redeploy(self) -> None:
        """Replace the container: its log goes with it."""
        self.log.clear()
        self._stamps.clear()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/api/v1/applications/{uuid}/logs", self._logs)
        app.router.add_get("/{rest:.*}", self._page)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><title>Coolify</title>", content_type="text/html")

    async def _logs(self, request: web.Request) -> web.StreamResponse:
        if self.odd is not None:
            return await self.odd(request)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Unauthenticated."}, status=401)
        if request.match_info["uuid"] != UUID:
            return web.json_response({"message": "Application not found."}, status=404)
        if not self.running:
            return web.json_response({"message": "Application is not running."}, status=400)
        wanted = request.query.get("lines", "")
        lines = min(int(wanted), 10_000) if wanted.isdecimal() and int(wanted) else 100
        self.asked.append(lines)
        stamped = self._knows_timestamps and request.query.get("show_timestamps") == "true"
        printed = [f"{stamp} {line}" if stamped else line for stamp, line in zip(self._stamps, self.log, strict=True)][
            -lines:
        ]
        logs = re.sub(r"\x1b\[[A-Za-z0-9];?[0-9]*m?", "", "\n".join(printed)).strip()
        return web.json_response({"logs": logs})


def answers(status: int, body: object = None, **headers: str) -> Odd:
    """Return an odd answer."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    return answer
