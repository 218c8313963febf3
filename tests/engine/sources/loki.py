"""Loki's HTTP API as far as lines go, from its documentation: query_range, and the live tail with its limits."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import WSCloseCode, web
from aiohttp.test_utils import unused_port

SECOND = 1_000_000_000
MOST_ENTRIES = 5000
LONGEST = 721 * 3600 * SECOND

Odd = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Loki:
    """One server with the streams of one application."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        """Of each request."""
        self.queries: list[dict[str, str]] = []
        self.odd: Odd | None = None
        """Answers instead of the API."""
        self.looks_back = True
        """A new tail begins with what lies behind its start; Loki promises nothing of the kind."""
        self.before_tail: Callable[[], None] = lambda: None
        """Is called when somebody asks for a tail, before it begins."""
        self.port = unused_port()
        self._entries: list[tuple[int, dict[str, str], str]] = []
        self._tails: list[tuple[web.WebSocketResponse, dict[str, str]]] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def source(self) -> str:
        """The source, as a user types it."""
        return f'loki:{self.url}/{{app="voice"}}'

    @property
    def tails(self) -> int:
        """How many follow."""
        return len(self._tails)

    def hold(self, stamp: int, *texts: str, **labels: str) -> None:
        """Have entries of one stream that all carry one time."""
        self._entries += [(stamp, {"app": "voice", **labels}, text) for text in texts]

    async def get(self, stamp: int, *texts: str, dropped: int = 0, **labels: str) -> None:
        """Receive such entries, and pass them on to whoever follows."""
        self.hold(stamp, *texts, **labels)
        told: dict[str, object] = {"streams": _streams([(stamp, {"app": "voice", **labels}, each) for each in texts])}
        if dropped:
            told["dropped_entries"] = [{"labels": {"app": "voice"}, "timestamp": str(stamp)}] * dropped
        for socket, _ in list(self._tails):
            await socket.send_str(json.dumps(told))

    async def end_tails(self) -> None:
        """End every live tail, as the server does after an hour."""
        for socket, _ in list(self._tails):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"reached tail max duration limit")

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/loki/api/v1/query_range", self._query_range)
        app.router.add_get("/loki/api/v1/tail", self._tail)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.end_tails()
        await self._runner.cleanup()

    def _noted(self, request: web.Request) -> dict[str, str]:
        self.headers.append(dict(request.headers))
        self.queries.append(dict(request.query))
        return self.queries[-1]

    async def _query_range(self, request: web.Request) -> web.StreamResponse:
        asked = self._noted(request)
        if self.odd is not None:
            return await self.odd(request)
        start, end, limit = int(asked["start"]), int(asked["end"]), int(asked.get("limit", "100"))
        if limit > MOST_ENTRIES:
            said = f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {MOST_ENTRIES})"
            return web.Response(status=400, text=said)
        if end - start > LONGEST:
            return web.Response(status=400, text="the query time range exceeds the limit")
        if not asked["query"].startswith('{app="voice"}'):
            return web.Response(status=400, text="parse error at line 1, col 2: syntax error: unexpected IDENTIFIER")
        found = sorted((each for each in self._entries if start <= each[0] < end), key=lambda each: each[0])
        found = found[:limit] if asked.get("direction") == "forward" else found[-limit:]
        data = {"resultType": "streams", "result": _streams(found), "stats": {"summary": {}}}
        return web.json_response({"status": "success", "data": data})

    async def _tail(self, request: web.Request) -> web.StreamResponse:
        asked = self._noted(request)
        if self.odd is not None:
            return await self.odd(request)
        self.before_tail()
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        held = (
            []
            if not self.looks_back
            else [each for each in self._entries if each[0] >= int(asked["start"])][-int(asked.get("limit", "100")) :]
        )
        await socket.send_str(json.dumps({"streams": _streams(held)}))
        mine = (socket, asked)
        self._tails.append(mine)
        try:
            async for _ in socket:
                pass
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tails.remove(mine)
        return socket


def _streams(some: list[tuple[int, dict[str, str], str]]) -> list[dict[str, object]]:
    """Return entries as Loki groups them: by label set, each with its values in order."""
    grouped: dict[str, list[list[str]]] = {}
    for stamp, labels, text in some:
        grouped.setdefault(json.dumps(labels, sort_keys=True), []).append([str(stamp), text])
    return [{"stream": json.loads(labels), "values": values} for labels, values in grouped.items()]
